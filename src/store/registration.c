/* SPDX-License-Identifier: MIT */
#include "store/registration.h"

#include <string.h>

#include "base/mem.h"
#include "db/db.h"
#include "store/device.h"
#include "store/provider.h"

#define COLUMNS "r.mac, r.provider_id, p.name, r.account_id, r.url, r.created_at"

static void registration_from(void *mem, struct db_rows *rows, struct registration *registration)
{
	registration->mac = db_int(rows, 0);
	registration->provider_id = db_int(rows, 1);
	registration->provider = db_text_copy(mem, rows, 2);
	registration->account_id = db_int(rows, 3);
	registration->url = db_text_copy(mem, rows, 4);
	registration->created_at = db_int(rows, 5);
}

DB_QUERY(registration_by_mac, "SELECT " COLUMNS " FROM registration r "
			      "JOIN provider p ON p.id = r.provider_id "
			      "WHERE r.mac = :mac");

int registration_find(void *mem, struct db *db, int64_t mac, struct registration **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &registration_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct registration);
	registration_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(registration_fetch_by_mac,
	 "SELECT r.url, coalesce(d.product, i.product), d.secret, d.locked_at FROM registration r "
	 "JOIN device d ON d.mac = r.mac "
	 "LEFT JOIN inventory i ON i.mac = r.mac "
	 "WHERE r.mac = :mac");

int registration_fetch_find(void *mem, struct db *db, int64_t mac, struct registration_fetch **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	struct registration_fetch *fetch;
	struct secret *secret;
	int r = db_select(db, &registration_fetch_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	fetch = mem_new(mem, struct registration_fetch);
	r = db_secret(fetch, rows, 2, "device.secret", &secret);
	if (r < 0)
		return r;
	fetch->mac = mac;
	fetch->url = db_text_copy(fetch, rows, 0);
	fetch->product = db_text_copy(fetch, rows, 1);
	fetch->secret = secret;
	fetch->locked_at = db_int(rows, 3);
	*ret = fetch;
	return 1;
}

DB_QUERY(registration_add,
	 "INSERT INTO registration (mac, provider_id, account_id, url, created_at) "
	 "VALUES (:mac, :provider_id, :account_id, :url, :created_at)");

#define REGISTRATION_ARGS(r, m)                                                                    \
	DB_INT("mac", m), DB_INT("provider_id", (r)->provider_id),                                 \
		DB_INT_OR_NULL("account_id", (r)->account_id), DB_TEXT("url", (r)->url),           \
		DB_INT("created_at", (r)->created_at)

int registration_insert(struct db *db, const struct registration *registration)
{
	return db_run(db, &registration_add,
		      DB_ARGS(REGISTRATION_ARGS(registration, registration->mac)));
}

int registration_insert_series(struct db *db, const struct registration *registration,
			       const int64_t *macs, size_t count)
{
	enum { WIDTH = 5 };
	struct db_arg args[DB_SERIES * WIDTH];
	int r = 0;

	for (size_t i = 0; i < count && r == 0;) {
		size_t n = 0;

		for (; i < count && n < DB_SERIES; i++, n++) {
			const struct db_arg row[WIDTH] = {REGISTRATION_ARGS(registration, macs[i])};

			memcpy(&args[n * WIDTH], row, sizeof(row));
		}
		r = db_insert(db, &registration_add, args, WIDTH, n);
	}
	return r;
}

DB_QUERY(registration_remove, "DELETE FROM registration WHERE mac = :mac");

int registration_delete(struct db *db, int64_t mac)
{
	int r = db_run(db, &registration_remove, DB_ARGS(DB_INT("mac", mac)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(registration_page_of_provider, "SELECT mac, provider_id, url, created_at "
					"FROM registration "
					"WHERE provider_id = :provider_id AND mac > :after "
					"ORDER BY mac");
DB_QUERY(registration_page, "SELECT mac, provider_id, url, created_at "
			    "FROM registration "
			    "WHERE mac > :after "
			    "ORDER BY mac");

struct walk {
	struct registration registration; /* what all have in common, and then a row's own */
	struct registration_cursor *cursor;
	registration_row *row;
	void *arg;
	int left;
	int found;
};

static bool walk_row(void *arg, struct db_rows *rows)
{
	struct walk *walk = arg;
	struct registration *registration = &walk->registration;

	walk->cursor->after = db_int(rows, 0);
	if (db_int(rows, 1) == registration->provider_id) {
		registration->mac = walk->cursor->after;
		registration->url = db_text(rows, 2);
		registration->created_at = db_int(rows, 3);
		walk->row(walk->arg, registration);
		walk->found++;
	}
	return --walk->left > 0;
}

/*
 * The index of the provider leads to rows that lie apart; where most rows are
 * the provider's own, reading all of them in their order costs half as much.
 * So a provider that fills a page is tried that way, and again after a while.
 */
enum { PAGES_UNTIL_TRIED = 16 };

int registration_walk(struct db *db, const struct provider *provider,
		      struct registration_cursor *cursor, int limit, registration_row *row,
		      void *arg)
{
	struct walk walk = {
		.registration = {.provider_id = provider->id, .provider = provider->name},
		.cursor = cursor,
		.row = row,
		.arg = arg,
		.left = limit,
	};
	bool is_dense = cursor->pages > 0;
	int r;

	if (is_dense)
		r = db_each(db, &registration_page, DB_ARGS(DB_INT("after", cursor->after)),
			    walk_row, &walk);
	else
		r = db_each(db, &registration_page_of_provider,
			    DB_ARGS(DB_INT("provider_id", provider->id),
				    DB_INT("after", cursor->after)),
			    walk_row, &walk);
	if (r < 0)
		return r;
	if (!is_dense)
		cursor->pages++;
	else if (walk.found < (limit - walk.left) / 2)
		cursor->pages = -PAGES_UNTIL_TRIED;
	return r;
}

DB_QUERY(registration_by_url,
	 "SELECT " COLUMNS ", coalesce(d.mac_id, i.mac_id) FROM registration r "
	 "JOIN provider p ON p.id = r.provider_id "
	 "JOIN device d ON d.mac = r.mac "
	 "LEFT JOIN inventory i ON i.mac = r.mac "
	 "WHERE r.mac > :after AND lower(r.url) LIKE :pattern ESCAPE '!' "
	 "ORDER BY r.mac "
	 "LIMIT :limit");

int registration_like(void *mem, struct db *db, const char *pattern, int64_t after, int limit,
		      struct registration_found **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &registration_by_url,
			  DB_ARGS(DB_INT("after", after), DB_TEXT("pattern", pattern),
				  DB_INT("limit", limit)),
			  &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct registration_found *found = mem_push(mem, ret, ret_count);

		registration_from(mem, rows, &found->registration);
		found->mac_id = db_text_copy(mem, rows, 6);
	}
	return r;
}

DB_QUERY(registration_set_url, "UPDATE registration SET url = :url WHERE mac = :mac");

int registration_move(struct db *db, int64_t mac, const char *url)
{
	return db_run(db, &registration_set_url, DB_ARGS(DB_TEXT("url", url), DB_INT("mac", mac)));
}
