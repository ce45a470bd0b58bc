/* SPDX-License-Identifier: MIT */
/* The devices of jobs. */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"
#include "store/job.h"

static const char *const states[] = {
	[JOB_WAITING] = "waiting", [JOB_OFFERED] = "offered", [JOB_CONFIRMED] = "confirmed",
	[JOB_FAILED] = "failed",   [JOB_GONE] = "gone",
};

const char *job_device_state_name(enum job_device_state state)
{
	return states[state];
}

int job_device_state_parse(const char *s, enum job_device_state *ret)
{
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		if (strcmp(s, states[i]) == 0) {
			*ret = (enum job_device_state)i;
			return 0;
		}
	}
	return -E_VALUE;
}

DB_QUERY(job_device_add, "INSERT INTO job_device (job_id, mac, wave, state) "
			 "VALUES (:job_id, :mac, :wave, 'waiting') "
			 "ON CONFLICT (job_id, mac) DO NOTHING");

int job_device_insert(struct db *db, int64_t job_id, int64_t mac, int64_t wave)
{
	int r = db_run(db, &job_device_add,
		       DB_ARGS(DB_INT("job_id", job_id), DB_INT("mac", mac), DB_INT("wave", wave)));

	return r < 0 ? r : db_changes(db) > 0;
}

DB_QUERY(job_device_set,
	 "UPDATE job_device SET state = :state, due_at = :due_at, close_at = :close_at, "
	 "enrolled_at = :enrolled_at, tries = :tries, windows = :windows, attempts = :attempts, "
	 "is_told = :is_told, operation_id = :operation_id, reason = :reason, "
	 "offered_at = :offered_at, fetched_at = :fetched_at, ended_at = :ended_at "
	 "WHERE job_id = :job_id AND mac = :mac");

int job_device_update(struct db *db, const struct job_device *row)
{
	return db_run(db, &job_device_set,
		      DB_ARGS(DB_TEXT("state", states[row->state]),
			      DB_INT_OR_NULL("due_at", row->due_at),
			      DB_INT_OR_NULL("close_at", row->close_at),
			      DB_INT_OR_NULL("enrolled_at", row->enrolled_at),
			      DB_INT("tries", row->tries), DB_INT("windows", row->windows),
			      DB_INT("attempts", row->attempts), DB_INT("is_told", row->told),
			      DB_INT_OR_NULL("operation_id", row->operation_id),
			      DB_TEXT("reason", row->reason),
			      DB_INT_OR_NULL("offered_at", row->offered_at),
			      DB_INT_OR_NULL("fetched_at", row->fetched_at),
			      DB_INT_OR_NULL("ended_at", row->ended_at),
			      DB_INT("job_id", row->job_id), DB_INT("mac", row->mac)));
}

#define COLUMNS                                                                                    \
	"job_id, mac, wave, state, due_at, close_at, enrolled_at, tries, windows, attempts, "      \
	"is_told, operation_id, reason, offered_at, fetched_at, ended_at "

static void row_from(void *mem, struct db_rows *rows, struct job_device *row)
{
	row->job_id = db_int(rows, 0);
	row->mac = db_int(rows, 1);
	row->wave = db_int(rows, 2);
	/* The table's CHECK knows no others. */
	if (job_device_state_parse(db_text(rows, 3), &row->state) < 0)
		row->state = JOB_GONE;
	row->due_at = db_int(rows, 4);
	row->close_at = db_int(rows, 5);
	row->enrolled_at = db_int(rows, 6);
	row->tries = db_int(rows, 7);
	row->windows = db_int(rows, 8);
	row->attempts = db_int(rows, 9);
	row->told = db_int(rows, 10) != 0;
	row->operation_id = db_int(rows, 11);
	row->reason = db_text_copy(mem, rows, 12);
	row->offered_at = db_int(rows, 13);
	row->fetched_at = db_int(rows, 14);
	row->ended_at = db_int(rows, 15);
}

static int list(void *mem, struct db_rows *rows, struct job_device **ret, size_t *ret_count)
{
	int r;

	*ret = NULL;
	*ret_count = 0;
	while ((r = db_next(rows)) > 0)
		row_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(job_device_by_mac, "SELECT " COLUMNS "FROM job_device "
			    "WHERE job_id = :job_id AND mac = :mac");

int job_device_find(void *mem, struct db *db, int64_t job_id, int64_t mac, struct job_device **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	size_t count = 0;
	int r = db_select(db, &job_device_by_mac,
			  DB_ARGS(DB_INT("job_id", job_id), DB_INT("mac", mac)), &rows);

	if (r == 0)
		r = list(mem, rows, ret, &count);
	return r < 0 ? r : count > 0;
}

DB_QUERY(job_device_page, "SELECT " COLUMNS "FROM job_device "
			  "WHERE job_id = :job_id AND mac > :after "
			  "ORDER BY mac "
			  "LIMIT :limit");
DB_QUERY(job_device_page_of_state, "SELECT " COLUMNS "FROM job_device "
				   "WHERE job_id = :job_id AND state = :state AND mac > :after "
				   "ORDER BY mac "
				   "LIMIT :limit");

int job_device_list(void *mem, struct db *db, int64_t job_id, int state, int64_t after, int limit,
		    struct job_device **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r;

	if (state < 0)
		r = db_select(db, &job_device_page,
			      DB_ARGS(DB_INT("job_id", job_id), DB_INT("after", after),
				      DB_INT("limit", limit)),
			      &rows);
	else
		r = db_select(db, &job_device_page_of_state,
			      DB_ARGS(DB_INT("job_id", job_id), DB_TEXT("state", states[state]),
				      DB_INT("after", after), DB_INT("limit", limit)),
			      &rows);
	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

DB_QUERY(job_device_page_due, "SELECT " COLUMNS "FROM job_device "
			      "WHERE job_id = :job_id AND state = :state AND due_at <= :now "
			      "ORDER BY due_at, mac "
			      "LIMIT :limit");

int job_device_due(void *mem, struct db *db, int64_t job_id, enum job_device_state state,
		   int64_t now, int limit, struct job_device **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &job_device_page_due,
			  DB_ARGS(DB_INT("job_id", job_id), DB_TEXT("state", states[state]),
				  DB_INT("now", now), DB_INT("limit", limit)),
			  &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

DB_QUERY(job_device_first_due, "SELECT due_at FROM job_device "
			       "WHERE job_id = :job_id AND state = :state AND due_at IS NOT NULL "
			       "ORDER BY due_at "
			       "LIMIT 1");

int job_device_next(struct db *db, int64_t job_id, enum job_device_state state, int64_t *ret)
{
	return db_select_int(db, &job_device_first_due,
			     DB_ARGS(DB_INT("job_id", job_id), DB_TEXT("state", states[state])),
			     ret);
}

DB_QUERY(job_device_of_mac, "SELECT " COLUMNS "FROM job_device "
			    "WHERE mac = :mac AND offered_at IS NOT NULL AND ended_at IS NULL "
			    "ORDER BY job_id");

int job_device_begun(void *mem, struct db *db, int64_t mac, struct job_device **ret,
		     size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &job_device_of_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	return r < 0 ? r : list(mem, rows, ret, ret_count);
}

/* One query for each index that it may walk. */
#define CANDIDATE                                                                                  \
	"SELECT d.mac, d.product, d.firmware, d.group_id, n.provider_id FROM device d "            \
	"LEFT JOIN registration n ON n.mac = d.mac "
#define PAGE                                                                                       \
	"AND d.product IS NOT NULL AND d.mac > :after "                                            \
	"ORDER BY d.mac "                                                                          \
	"LIMIT :limit"

DB_QUERY(job_candidate_page, CANDIDATE "WHERE d.product IS NOT NULL AND d.mac > :after "
				       "ORDER BY d.mac "
				       "LIMIT :limit");
DB_QUERY(job_candidate_page_of_group, CANDIDATE "WHERE d.group_id = :group_id " PAGE);
DB_QUERY(job_candidate_page_of_product, CANDIDATE "WHERE d.product = :product " PAGE);
DB_QUERY(job_candidate_page_of_provider,
	 "SELECT d.mac, d.product, d.firmware, d.group_id, n.provider_id FROM registration n "
	 "JOIN device d ON d.mac = n.mac "
	 "WHERE n.provider_id = :provider_id AND n.mac > :after AND d.product IS NOT NULL "
	 "ORDER BY n.mac "
	 "LIMIT :limit");
DB_QUERY(job_candidate_by_mac, CANDIDATE "WHERE d.mac = :mac AND d.product IS NOT NULL");

static int candidates(void *mem, struct db_rows *rows, struct job_candidate **ret,
		      size_t *ret_count)
{
	int r;

	*ret = NULL;
	*ret_count = 0;
	while ((r = db_next(rows)) > 0) {
		struct job_candidate *candidate = mem_push(mem, ret, ret_count);

		candidate->mac = db_int(rows, 0);
		candidate->product = db_text_copy(mem, rows, 1);
		candidate->firmware = db_text_copy(mem, rows, 2);
		candidate->group_id = db_int(rows, 3);
		candidate->provider_id = db_int(rows, 4);
	}
	return r;
}

int job_candidates(void *mem, struct db *db, const struct job_filter *filter,
		   struct job_candidate **ret, size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	const struct db_arg after = DB_INT("after", filter->after);
	const struct db_arg limit = DB_INT("limit", filter->limit);
	int r;

	if (filter->group_id)
		r = db_select(db, &job_candidate_page_of_group,
			      DB_ARGS(DB_INT("group_id", filter->group_id), after, limit), &rows);
	else if (filter->provider_id)
		r = db_select(db, &job_candidate_page_of_provider,
			      DB_ARGS(DB_INT("provider_id", filter->provider_id), after, limit),
			      &rows);
	else if (filter->product)
		r = db_select(db, &job_candidate_page_of_product,
			      DB_ARGS(DB_TEXT("product", filter->product), after, limit), &rows);
	else
		r = db_select(db, &job_candidate_page, DB_ARGS(after, limit), &rows);
	return r < 0 ? r : candidates(mem, rows, ret, ret_count);
}

int job_candidate_find(void *mem, struct db *db, int64_t mac, struct job_candidate **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	size_t count = 0;
	int r = db_select(db, &job_candidate_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r == 0)
		r = candidates(mem, rows, ret, &count);
	return r < 0 ? r : count > 0;
}
