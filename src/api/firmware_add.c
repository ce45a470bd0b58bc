/* SPDX-License-Identifier: MIT */
/*
 * Adding firmware that is here.
 *
 * A file has come in pieces (firmware_piece.c), or somebody has put it into
 * firmware_dir.  It is hashed on this worker; only the row goes through the
 * writer.
 */
#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "firmware.h"
#include "fleet/firmware_file.h"
#include "fleet/firmware_name.h"
#include "fleet/wpi_image.h"
#include "http/handlers.h"
#include "http/request.h"
#include "render/format.h"

enum { SCAN_MAX = 1000 };

struct input {
	const char *name;
	struct api_texts products;
	const char *version;
	const char *note;
	const char *source;
	bool scan;
	bool sent;
};

static const struct api_field fields[] = {
	API_FIELD("name", TEXT, MAY, struct input, name),
	API_FIELD("products", TEXTS, MAY, struct input, products),
	API_FIELD("version", TEXT, MAY, struct input, version),
	API_FIELD("note", TEXT, MAY, struct input, note),
	API_FIELD("source", TEXT, MAY, struct input, source),
	API_FIELD("scan", TRUTH, MAY, struct input, scan),
	API_FIELD("sent", TRUTH, MAY, struct input, sent),
};

/* What is to be written, and what was wrong with files that are not. */
struct adding {
	struct firmware_new *files;
	size_t count;
	json_t *skipped;
	bool is_scan;
	const char *words; /* of one file that says something else of itself; NULL */
};

static int adding_free(struct adding *adding)
{
	json_decref(adding->skipped);
	return 0;
}

static struct firmware_new new_of(const struct input *input, const char *name)
{
	return (struct firmware_new){
		.name = name,
		.version = input->version,
		.products = input->products.texts,
		.product_count = input->products.count,
		.note = input->note,
		.source = input->source,
	};
}

static int hash(struct request *req, struct firmware_new *new, struct diag *reterr)
{
	struct firmware_file file;
	int r = firmware_file_open(request_config(req), new->name, &file, reterr);

	if (r < 0)
		return r;
	r = firmware_file_hash(&file, request_prolong_arg, req, reterr);
	firmware_file_close(&file);
	if (r < 0)
		return r;
	new->sha256 = mem_strdup(request_mem(req), file.sha256);
	new->size = (int64_t)file.size;
	new->modified_ns = file.modified_ns;
	return 0;
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	struct adding *adding = arg;
	json_t *added = json_array();
	int r = 0;

	for (size_t i = 0; i < adding->count && r >= 0; i++) {
		struct firmware *firmware;

		r = fleet_firmware_add(change, &adding->files[i]);
		if (r == 0)
			r = firmware_find(change->mem, change->db, adding->files[i].name,
					  &firmware);
		if (r > 0)
			json_array_append_new(added,
					      firmware_json(change->mem, change->db, firmware));
	}
	if (r < 0) {
		json_decref(added);
		return r;
	}
	if (adding->is_scan)
		return api_answer(
			req, 200,
			json_pack("{s:o, s:O}", "added", added, "skipped", adding->skipped));
	json_incref(json_array_get(added, 0));
	if (adding->words)
		json_object_set_new(json_array_get(added, 0), "words", api_text(adding->words));
	r = api_answer(req, 201, json_array_get(added, 0));
	json_decref(added);
	return r;
}

static bool is_for_desk_phones(const struct firmware_new *new)
{
	for (size_t i = 0; i < new->product_count; i++)
		if (product_is_desk_phone(product_find(new->products[i])))
			return true;
	return false;
}

/* Its version, where nobody has said it, and what does not fit. */
static int examine(struct request *req, struct firmware_new *new, const char **ret_words,
		   struct diag *reterr)
{
	void *mem = request_mem(req);
	struct wpi_image image;
	struct firmware_file file;
	int r;

	if (!is_for_desk_phones(new))
		return 0;
	r = firmware_file_open(request_config(req), new->name, &file, reterr);
	if (r < 0)
		return r;
	wpi_image_read(file.fd, file.size, &image);
	firmware_file_close(&file);
	if (!new->version &&*image.version)
		new->version = mem_strdup(mem, image.version);
	*ret_words = wpi_image_words(mem, &image, new->version);
	return 0;
}

static int one(struct request *req, const struct input *input, struct adding *adding,
	       struct diag *reterr)
{
	const struct config *config = request_config(req);
	struct firmware_new new = new_of(input, input->name);
	int r = firmware_new_check(&new, reterr);

	if (r == 0 && input->sent)
		r = firmware_piece_end(config, input->name, request_prolong_arg, req, reterr);
	if (r < 0 && input->sent && firmware_name_check(input->name, NULL) == 0)
		firmware_piece_drop(config, input->name);
	if (r == 0)
		r = hash(req, &new, reterr);
	if (r == 0)
		r = examine(req, &new, &adding->words, reterr);
	if (r == 0)
		*mem_push(request_mem(req), &adding->files, &adding->count) = new;
	return r;
}

static void skip(struct adding *adding, const char *name, const char *why)
{
	json_array_append_new(adding->skipped,
			      json_pack("{s:s, s:o}", "name", name, "why", api_text(why)));
}

/* Files that nobody has told of yet, and those that are not any more what they were. */
static int scan(struct request *req, const struct input *input, struct adding *adding,
		struct diag *reterr)
{
	void *mem = request_mem(req);
	const char **names;
	struct db *db;
	size_t count;
	int r = firmware_dir_list(mem, request_config(req), &names, &count, reterr);

	if (r == 0)
		r = fleet_reader(&db);
	for (size_t i = 0; i < count && r >= 0 && adding->count < SCAN_MAX; i++) {
		struct firmware_new new = new_of(input, names[i]);
		struct firmware *known;
		struct diag why = {0};

		r = firmware_find(mem, db, names[i], &known);
		if (r != 0)
			continue;
		if (new.product_count == 0 && !firmware_name_product(names[i])) {
			skip(adding, names[i],
			     "its name tells no product: add it with --product PRODUCT");
			continue;
		}
		r = firmware_new_check(&new, reterr);
		if (r == 0 && hash(req, &new, &why) < 0)
			skip(adding, names[i], why.text);
		else if (r == 0)
			*mem_push(mem, &adding->files, &adding->count) = new;
	}
	return r < 0 ? r : 0;
}

int api_firmware_add(struct request *req)
{
	struct adding *adding = mem_new(request_mem(req), struct adding);
	struct input input = {.name = NULL};
	struct diag diag = {0};
	int r = api_input(req, fields, COUNT_OF(fields), &input, &diag);

	if (r == 0 && input.scan == (input.name != NULL))
		r = diag_set(&diag, -E_FIELD_MISSING, "either name or scan is needed");
	if (r == 0 && input.scan && (input.version || input.source || input.sent))
		r = diag_set(&diag, -E_VALUE, "version and source are of one file");
	adding->skipped = json_array();
	adding->is_scan = input.scan;
	talloc_set_destructor(adding, adding_free);
	if (r == 0)
		r = input.scan ? scan(req, &input, adding, &diag) : one(req, &input, adding, &diag);
	return r < 0 ? api_refuse(req, r, &diag) : api_write(req, add_op, adding);
}
