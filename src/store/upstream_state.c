/* SPDX-License-Identifier: MIT */
#include "store/upstream_state.h"

#include "base/mem.h"
#include "db/db.h"

#define COLUMNS "s.upstream, s.mac, s.state, s.answer, s.at"

static void state_from(void *mem, struct db_rows *rows, struct upstream_state *state)
{
	state->upstream = db_text_copy(mem, rows, 0);
	state->mac = db_int(rows, 1);
	state->state = db_text_copy(mem, rows, 2);
	state->answer = db_text_copy(mem, rows, 3);
	state->at = db_int(rows, 4);
}

DB_QUERY(upstream_state_set, "INSERT INTO upstream_state (upstream, mac, state, answer, at) "
			     "VALUES (:upstream, :mac, :state, :answer, :at) "
			     "ON CONFLICT (upstream, mac) DO UPDATE SET state = excluded.state, "
			     "answer = excluded.answer, at = excluded.at");

int upstream_state_put(struct db *db, const struct upstream_state *state)
{
	return db_run(db, &upstream_state_set,
		      DB_ARGS(DB_TEXT("upstream", state->upstream), DB_INT("mac", state->mac),
			      DB_TEXT("state", state->state), DB_TEXT("answer", state->answer),
			      DB_INT("at", state->at)));
}

DB_QUERY(upstream_state_by_mac, "SELECT " COLUMNS " FROM upstream_state s "
				"WHERE s.upstream = :upstream AND s.mac = :mac");

int upstream_state_find(void *mem, struct db *db, const char *upstream, int64_t mac,
			struct upstream_state **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &upstream_state_by_mac,
			  DB_ARGS(DB_TEXT("upstream", upstream), DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct upstream_state);
	state_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(upstream_state_page,
	 "SELECT " COLUMNS " FROM upstream_state s "
	 "WHERE s.upstream = :upstream AND s.state = :state AND s.mac > :after "
	 "AND NOT EXISTS (SELECT 1 FROM outbox o "
	 "WHERE o.upstream = s.upstream AND o.mac = s.mac) "
	 "ORDER BY s.mac "
	 "LIMIT :limit");

int upstream_state_list(void *mem, struct db *db, const char *upstream, const char *state,
			int64_t after, int limit, struct upstream_state **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &upstream_state_page,
			  DB_ARGS(DB_TEXT("upstream", upstream), DB_TEXT("state", state),
				  DB_INT("after", after), DB_INT("limit", limit)),
			  &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		state_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(upstream_state_number, "SELECT count(*) FROM upstream_state "
				"WHERE upstream = :upstream AND state = :state");

int upstream_state_count(struct db *db, const char *upstream, const char *state, int64_t *ret)
{
	int r = db_select_int(db, &upstream_state_number,
			      DB_ARGS(DB_TEXT("upstream", upstream), DB_TEXT("state", state)), ret);

	return r < 0 ? r : 0;
}
