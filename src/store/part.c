/* SPDX-License-Identifier: MIT */
#include "store/part.h"

#include "base/mem.h"
#include "db/db.h"

const char *part_place_name(enum part_place place)
{
	static const char *const names[PART_PLACES] = {"firmware", "custom"};

	return names[place];
}

DB_QUERY(part_of_device,
	 "SELECT p.position, p.depth, p.name, p.text, p.created_at, a.name, a.value, a.secret "
	 "FROM document_part p "
	 "LEFT JOIN document_part_attribute a "
	 "ON a.mac = p.mac AND a.place = p.place AND a.part = p.position "
	 "WHERE p.mac = :mac AND p.place = :place "
	 "ORDER BY p.position, a.position");

static int part_from(void *mem, struct db_rows *rows, struct part *part)
{
	struct secret *text;
	int r = db_secret(mem, rows, 3, "document_part.text", &text);

	if (r < 0)
		return r;
	part->depth = (int)db_int(rows, 1);
	part->name = db_text_copy(mem, rows, 2);
	part->text = text;
	part->created_at = db_int(rows, 4);
	return 0;
}

int part_list(void *mem, struct db *db, int64_t mac, enum part_place place, struct part **ret,
	      size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct part *part = NULL;
	int64_t position = 0;
	int r = db_select(db, &part_of_device,
			  DB_ARGS(DB_INT("mac", mac), DB_TEXT("place", part_place_name(place))),
			  &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		if (!part || position != db_int(rows, 0)) {
			position = db_int(rows, 0);
			part = mem_push(mem, ret, ret_count);
			r = part_from(mem, rows, part);
		}
		if (r >= 0 && !db_is_null(rows, 5))
			r = param_from(mem, rows, 5, "document_part_attribute.secret",
				       mem_push(mem, &part->attributes, &part->attribute_count));
	}
	return r;
}

DB_QUERY(part_add,
	 "INSERT INTO document_part (mac, place, position, depth, name, text, created_at) "
	 "VALUES (:mac, :place, :position, :depth, :name, :text, :created_at)");

DB_QUERY(part_attribute_add,
	 "INSERT INTO document_part_attribute (mac, place, part, position, name, value, secret) "
	 "VALUES (:mac, :place, :part, :position, :name, :value, :secret)");

int part_insert(struct db *db, int64_t mac, enum part_place place, int position,
		const struct part *part)
{
	int r = db_run(db, &part_add,
		       DB_ARGS(DB_INT("mac", mac), DB_TEXT("place", part_place_name(place)),
			       DB_INT("position", position), DB_INT("depth", part->depth),
			       DB_TEXT("name", part->name),
			       DB_SECRET("text", part->text, "document_part.text"),
			       DB_INT("created_at", part->created_at)));

	for (size_t i = 0; i < part->attribute_count && r >= 0; i++) {
		const struct param *attribute = &part->attributes[i];

		r = db_run(db, &part_attribute_add,
			   DB_ARGS(DB_INT("mac", mac), DB_TEXT("place", part_place_name(place)),
				   DB_INT("part", position), DB_INT("position", i + 1),
				   DB_TEXT("name", attribute->name),
				   DB_TEXT("value", attribute->value),
				   DB_SECRET("secret", attribute->secret,
					     "document_part_attribute.secret")));
	}
	return r < 0 ? r : 0;
}

DB_QUERY(part_remove, "DELETE FROM document_part WHERE mac = :mac AND place = :place");

int part_delete(struct db *db, int64_t mac, enum part_place place)
{
	int r = db_run(db, &part_remove,
		       DB_ARGS(DB_INT("mac", mac), DB_TEXT("place", part_place_name(place))));

	return r < 0 ? r : db_changes(db) > 0;
}
