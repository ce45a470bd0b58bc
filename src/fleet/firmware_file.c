/* SPDX-License-Identifier: MIT */
#include "fleet/firmware_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "fleet/firmware_name.h"

enum { PIECE_BYTES = 256 * 1024, PIECES_A_TICK = 64 };

/* Whoever sends a file does not pause for so long between two pieces. */
enum { ABANDONED_SECONDS = 3600 };

static const char sent_mark[] = ".sent-";
static const char fetch_mark[] = ".fetch-";

static int dir_open(const struct config *config, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("firmware dir");
	const char *path = config_firmware_dir(scratch, config);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return diag_set(reterr, -E_FIRMWARE_FILE, "%s: %s", path, strerror(errno));
	return fd;
}

static void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool is_marked(const char *name, const char *mark)
{
	return strncmp(name, mark, strlen(mark)) == 0;
}

/* What the last run has left. */
static void sweep(int dir)
{
	DIR *stream = fdopendir(dup(dir));
	struct dirent *entry;

	while (stream && (entry = readdir(stream)))
		if (is_marked(entry->d_name, sent_mark) || is_marked(entry->d_name, fetch_mark))
			unlinkat(dir, entry->d_name, 0);
	if (stream)
		closedir(stream);
}

/* What senders have left who went away in the middle. */
static void sweep_abandoned(int dir)
{
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = again < 0 ? NULL : fdopendir(again);
	struct dirent *entry;
	struct stat st;

	while (stream && (entry = readdir(stream)))
		if (is_marked(entry->d_name, sent_mark) &&
		    fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    st.st_mtim.tv_sec + ABANDONED_SECONDS < clock_now())
			unlinkat(dir, entry->d_name, 0);
	if (stream)
		closedir(stream);
}

int firmware_dir_setup(const struct config *config, struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("firmware dir");
	const char *path = config_firmware_dir(scratch, config);
	CLEANUP(closep) int dir = -1;

	if (mkdir(path, 0750) < 0 && errno != EEXIST)
		return diag_set(reterr, -E_FIRMWARE_FILE, "%s: %s", path, strerror(errno));
	dir = dir_open(config, reterr);
	if (dir < 0)
		return dir;
	sweep(dir);
	return 0;
}

static int64_t modified_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static int open_at(int dir, const char *name, struct firmware_file *ret, struct diag *reterr)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	/* Nothing is wrong with the file then. */
	if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
		return -E_BUSY;
	if (fd < 0)
		return diag_set(reterr, -E_FIRMWARE_FILE, "%s: %s", name,
				errno == ELOOP ? "is a link" : strerror(errno));
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		close(fd);
		return diag_set(reterr, -E_FIRMWARE_FILE, "%s: %s", name,
				"is empty, or no regular file");
	}
	*ret = (struct firmware_file){
		.fd = fd, .size = (uint64_t)st.st_size, .modified_ns = modified_ns(&st)};
	return 0;
}

int firmware_file_open(const struct config *config, const char *name, struct firmware_file *ret,
		       struct diag *reterr)
{
	CLEANUP(closep) int dir = dir_open(config, reterr);

	return dir < 0 ? dir : open_at(dir, name, ret, reterr);
}

int firmware_file_hash(struct firmware_file *file, firmware_tick *tick, void *arg,
		       struct diag *reterr)
{
	CLEANUP(mem_freep) uint8_t *piece = mem_alloc(NULL, PIECE_BYTES);
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx ctx;
	uint64_t at = 0;
	struct stat st;

	sha256_init(&ctx);
	for (unsigned n = 1; at < file->size; n++) {
		ssize_t len = pread(file->fd, piece, PIECE_BYTES, (off_t)at);

		if (len <= 0)
			return diag_set(reterr, -E_FIRMWARE_FILE, "the file cannot be read: %s",
					len < 0 ? strerror(errno) : "it has become shorter");
		sha256_update(&ctx, (size_t)len, piece);
		at += (uint64_t)len;
		if (tick && n % PIECES_A_TICK == 0)
			tick(arg);
	}
	if (fstat(file->fd, &st) < 0 || (uint64_t)st.st_size != file->size ||
	    modified_ns(&st) != file->modified_ns)
		return diag_set(reterr, -E_FIRMWARE_FILE, "the file is being written to");
	sha256_digest(&ctx, sizeof(digest), digest);
	hex_encode(file->sha256, digest, sizeof(digest));
	return 0;
}

void firmware_file_close(struct firmware_file *file)
{
	close(file->fd);
	file->fd = -1;
}

static int io_error(struct diag *reterr, const char *name)
{
	int r = errno == ENOSPC || errno == EDQUOT ? -E_DB_FULL : -E_FIRMWARE_FILE;

	return diag_set(reterr, r, "%s: %s", name, strerror(errno));
}

static int write_all(int fd, const char *data, size_t len, const char *name, struct diag *reterr)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return io_error(reterr, name);
		data += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int too_large(const struct config *config, const char *name, struct diag *reterr)
{
	return diag_set(reterr, -E_TOO_LARGE, "%s is larger than %u bytes ([firmware] max_bytes)",
			name, config->firmware.max_bytes);
}

int firmware_piece_write(const struct config *config, const char *name, uint64_t offset,
			 const void *data, size_t len, struct diag *reterr)
{
	CLEANUP(mem_freep) char *made = mem_printf(NULL, "%s%s", sent_mark, name);
	CLEANUP(closep) int dir = dir_open(config, reterr);
	CLEANUP(closep) int fd = -1;
	struct stat st;
	int r;

	if (dir < 0)
		return dir;
	if (offset == 0)
		sweep_abandoned(dir);
	fd = openat(dir, made,
		    O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_CREAT |
			    (offset == 0 ? O_TRUNC : 0),
		    0640);
	if (fd < 0 || fstat(fd, &st) < 0)
		return io_error(reterr, name);
	if ((uint64_t)st.st_size != offset) {
		if (st.st_size == 0)
			unlinkat(dir, made, 0);
		return diag_set(reterr, -E_FIRMWARE_OFFSET,
				"%s: %lld bytes are here, and the next piece begins there", name,
				(long long)st.st_size);
	}
	if (offset + len > config->firmware.max_bytes)
		r = too_large(config, name, reterr);
	else
		r = write_all(fd, data, len, name, reterr);
	/* It can not become whole any more, and may be what fills the disk. */
	if (r < 0)
		unlinkat(dir, made, 0);
	return r;
}

void firmware_piece_drop(const struct config *config, const char *name)
{
	CLEANUP(mem_freep) char *made = mem_printf(NULL, "%s%s", sent_mark, name);
	CLEANUP(closep) int dir = dir_open(config, NULL);

	if (dir >= 0)
		unlinkat(dir, made, 0);
}

char *firmware_made_name(void *mem, const char *name)
{
	return mem_printf(mem, "%s%s", fetch_mark, name);
}

int firmware_made_open(const struct config *config, const char *made, int *ret_fd,
		       struct diag *reterr)
{
	CLEANUP(closep) int dir = dir_open(config, reterr);
	int fd;

	if (dir < 0)
		return dir;
	fd = openat(dir, made, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_CREAT | O_TRUNC, 0640);
	if (fd < 0)
		return io_error(reterr, made);
	*ret_fd = fd;
	return 0;
}

/* Two files of one name: the same bytes, or not. */
static int compare(int dir, const char *made, const char *name, firmware_tick *tick, void *arg,
		   struct diag *reterr)
{
	struct firmware_file a = {.fd = -1}, b = {.fd = -1};
	int r = open_at(dir, made, &a, reterr);

	if (r == 0)
		r = open_at(dir, name, &b, reterr);
	if (r == 0 && a.size == b.size)
		r = firmware_file_hash(&a, tick, arg, reterr);
	if (r == 0 && a.size == b.size)
		r = firmware_file_hash(&b, tick, arg, reterr);
	if (r == 0 && (a.size != b.size || strcmp(a.sha256, b.sha256) != 0))
		r = diag_set(reterr, -E_FIRMWARE_EXISTS,
			     "another file is there under the name %s; remove it first", name);
	if (a.fd >= 0)
		close(a.fd);
	if (b.fd >= 0)
		close(b.fd);
	return r;
}

int firmware_file_settle(const struct config *config, const char *made, const char *name,
			 firmware_tick *tick, void *arg, struct diag *reterr)
{
	CLEANUP(closep) int dir = dir_open(config, reterr);
	CLEANUP(closep)
	int fd = dir < 0 ? -1 : openat(dir, made, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (dir < 0)
		return dir;
	if (fd < 0 || fsync(fd) < 0)
		return io_error(reterr, name);
	if (renameat2(dir, made, dir, name, RENAME_NOREPLACE) == 0)
		return fsync(dir) < 0 ? io_error(reterr, name) : 0;
	r = errno == EEXIST ? compare(dir, made, name, tick, arg, reterr) : io_error(reterr, name);
	unlinkat(dir, made, 0);
	return r;
}

char *firmware_piece_name(void *mem, const char *name)
{
	return mem_printf(mem, "%s%s", sent_mark, name);
}

int firmware_piece_end(const struct config *config, const char *name, firmware_tick *tick,
		       void *arg, struct diag *reterr)
{
	CLEANUP(mem_freep) char *made = firmware_piece_name(NULL, name);

	return firmware_file_settle(config, made, name, tick, arg, reterr);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int firmware_dir_list(void *mem, const struct config *config, const char ***ret, size_t *ret_count,
		      struct diag *reterr)
{
	int dir = dir_open(config, reterr);
	DIR *stream = dir < 0 ? NULL : fdopendir(dir);
	struct dirent *entry;

	*ret = NULL;
	*ret_count = 0;
	if (dir < 0)
		return dir;
	while ((entry = readdir(stream)))
		if (firmware_name_check(entry->d_name, NULL) == 0 && entry->d_type != DT_DIR)
			*mem_push(mem, ret, ret_count) = mem_strdup(mem, entry->d_name);
	closedir(stream);
	if (*ret_count)
		qsort(*ret, *ret_count, sizeof(**ret), by_text);
	return 0;
}

int firmware_file_remove(const struct config *config, const char *name)
{
	CLEANUP(closep) int dir = dir_open(config, NULL);

	if (dir < 0)
		return dir;
	if (unlinkat(dir, name, 0) < 0 && errno != ENOENT)
		return -E_FIRMWARE_FILE;
	return fsync(dir) < 0 ? -errno : 0;
}
