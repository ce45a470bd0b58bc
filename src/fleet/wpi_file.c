/* SPDX-License-Identifier: MIT */
#include "fleet/wpi_file.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "fleet/audit.h"
#include "fleet/firmware_file.h"
#include "store/mac.h"
#include "store/wpi_order.h"

enum { NAME_MAX = 100, HASH_PART = 8 };

static const char name_bytes[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

static const struct wpi_file_type types[] = {
#define FILE_TYPE(name, bytes, what, source) {#name, bytes, what},
#include "fleet/wpi_files.def"
#undef FILE_TYPE
};

const struct wpi_file_type *wpi_file_type_next(const struct wpi_file_type *last)
{
	size_t i = last ? (size_t)(last - types) + 1 : 0;

	return i < COUNT_OF(types) ? &types[i] : NULL;
}

static const struct wpi_file_type *type_find(const char *name)
{
	for (const struct wpi_file_type *t = wpi_file_type_next(NULL); t; t = wpi_file_type_next(t))
		if (strcasecmp(t->name, name) == 0)
			return t;
	return NULL;
}

int wpi_file_type_check(const char *type, const char **ret, struct diag *reterr)
{
	const struct wpi_file_type *found = type ? type_find(type) : NULL;
	CLEANUP(mem_freep) struct buf *names = NULL;

	if (found) {
		*ret = found->name;
		return 0;
	}
	names = buf_new(NULL);
	for (const struct wpi_file_type *t = wpi_file_type_next(NULL); t; t = wpi_file_type_next(t))
		buf_printf(names, "%s%s", names->len ? ", " : "", t->name);
	return diag_set(reterr, -E_WPI_FILE_TYPE, "'%.40s' is no type of files; there are: %s",
			type ? type : "", names->data);
}

int wpi_file_name_check(const char *name, struct diag *reterr)
{
	size_t len = strspn(name, name_bytes);
	int64_t mac;

	if (len > 0 && len <= NAME_MAX && !name[len] && *name != '.' && mac_parse(name, &mac) < 0)
		return 0;
	return diag_set(reterr, -E_FIRMWARE_NAME,
			"'%.120s' cannot be the name of a file for phones, which has 1 to %d "
			"letters, digits, dots, - and _, no dot first, and is no MAC",
			name, NAME_MAX);
}

int wpi_file_get(void *mem, struct db *db, const char *name, struct wpi_file **ret,
		 struct diag *reterr)
{
	int r = wpi_file_find(mem, db, name, ret);

	if (r > 0)
		return 0;
	return r < 0 ? r
		     : diag_set(reterr, -E_WPI_FILE_UNKNOWN,
				"there is no file '%.120s' for phones; gigaprovctl wpi file list "
				"shows those that there are",
				name);
}

char *wpi_file_piece(void *mem, const char *name)
{
	return mem_printf(mem, "wpi-%s", name);
}

/* Firmware has no dot first, so neither is taken for the other. */
char *wpi_file_place(void *mem, const char *sha256)
{
	return mem_printf(mem, ".wpi-%s", sha256);
}

int wpi_file_look(void *mem, const struct config *config, const char *piece, const char *type,
		  wpi_file_tick *tick, void *arg, struct wpi_file *ret, struct diag *reterr)
{
	const struct wpi_file_type *row = type_find(type);
	int64_t most = row && row->bytes ? row->bytes : (int64_t)config->wpi.max_file;
	struct firmware_file file = {.fd = -1};
	int r = firmware_file_open(config, firmware_piece_name(mem, piece), &file, reterr);

	if (r == 0 && (int64_t)file.size > most)
		r = diag_set(reterr, -E_WPI_FILE_LARGE,
			     "a %s has at most %lld bytes%s; this has %llu", type, (long long)most,
			     row && row->bytes ? "" : " ([wpi] max_file)",
			     (unsigned long long)file.size);
	if (r == 0)
		r = firmware_file_hash(&file, tick, arg, reterr);
	if (file.fd >= 0)
		firmware_file_close(&file);
	if (r < 0)
		return r;
	ret->sha256 = mem_strdup(mem, file.sha256);
	ret->size = (int64_t)file.size;
	return 0;
}

int wpi_file_open(const struct config *config, const struct wpi_file *file,
		  struct firmware_file *ret)
{
	CLEANUP(mem_freep) char *place = wpi_file_place(NULL, file->sha256);
	int r = firmware_file_open(config, place, ret, NULL);

	if (r < 0)
		return r == -E_BUSY ? r : -E_WPI_FILE;
	/* The name is that of the hash; only the whole of what was hashed is the file. */
	if ((int64_t)ret->size == file->size)
		return 0;
	firmware_file_close(ret);
	return -E_WPI_FILE;
}

/* "ring-3f2a91c0.wav" of "ring.wav". */
static char *name_of_content(void *mem, const char *name, const char *sha256)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot ? (size_t)(dot - name) : strlen(name);
	size_t room = NAME_MAX - HASH_PART - 1 - (dot ? strlen(dot) : 0);

	if (len > room)
		len = room;
	return mem_printf(mem, "%.*s-%.*s%s", (int)len, name, HASH_PART, sha256, dot ? dot : "");
}

/* 1: it is there already.  `name` becomes one that is free. */
static int name_find(struct change *change, const struct wpi_file *file, const char **name,
		     struct wpi_file **ret)
{
	for (int i = 0; i < 2; i++) {
		int r = wpi_file_find(change->mem, change->db, *name, ret);

		if (r <= 0)
			return r;
		if (strcmp((*ret)->type, file->type) != 0)
			return diag_set(change->diag, -E_WPI_FILE_EXISTS,
					"under the name %s there is a %s; give it another one "
					"with --name",
					*name, (*ret)->type);
		if (strcmp((*ret)->sha256, file->sha256) == 0)
			return 1;
		*name = name_of_content(change->mem, file->name, file->sha256);
	}
	return -E_WPI_FILE_EXISTS;
}

int fleet_wpi_file_add(struct change *change, const struct wpi_file *file, struct wpi_file **ret)
{
	const char *name = file->name;
	struct wpi_file *new;
	int r = name_find(change, file, &name, ret);

	if (r != 0)
		return r < 0 ? r : 0;
	new = mem_new(change->mem, struct wpi_file);
	*new = *file;
	new->name = name;
	new->added_at = clock_now();
	*ret = new;
	r = wpi_file_insert(change->db, new);
	return r < 0 ? r
		     : fleet_audit(change, "wpi.file.add",
				   mem_printf(change->mem, "wpi-file:%s", name), NULL,
				   json_pack("{s:s, s:s, s:I}", "type", new->type, "sha256",
					     new->sha256, "size", (json_int_t) new->size));
}

int fleet_wpi_file_remove(struct change *change, const char *name, const char **ret_sha256,
			  bool *ret_gone)
{
	struct wpi_file *file;
	int64_t count;
	int r = wpi_file_get(change->mem, change->db, name, &file, change->diag);

	if (r == 0)
		r = wpi_order_count_naming(change->db, name, &count);
	if (r == 0 && count > 0)
		return diag_set(change->diag, -E_WPI_FILE_IN_USE,
				"%lld orders for phones are still about %s; gigaprovctl wpi cancel "
				"takes them back",
				(long long)count, name);
	if (r == 0)
		r = wpi_file_delete(change->db, name);
	if (r == 0)
		r = wpi_file_count(change->db, file->sha256, &count);
	if (r < 0)
		return r;
	*ret_sha256 = file->sha256;
	*ret_gone = count == 0;
	return fleet_audit(change, "wpi.file.remove", mem_printf(change->mem, "wpi-file:%s", name),
			   json_pack("{s:s, s:s}", "type", file->type, "sha256", file->sha256),
			   NULL);
}
