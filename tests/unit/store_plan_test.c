/* SPDX-License-Identifier: MIT */
/* What queries cost: SQLite's plans for those that walk tables of any length. */
#include "scratch.h"
#include "store/provider.h"
#include "store/registration.h"

/* The plan of a statement, its steps one after the other. */
static char *plan_of_text(struct scratch *s, const char *sql)
{
	sqlite3_stmt *stmt;
	char *plan = mem_strdup(s, "");

	assert_int_equal(sqlite3_prepare_v2(s->db->handle,
					    mem_printf(s, "EXPLAIN QUERY PLAN %s", sql), -1, &stmt,
					    NULL),
			 SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		plan = mem_printf(s, "%s%s\n", plan, sqlite3_column_text(stmt, 3));
	sqlite3_finalize(stmt);
	return plan;
}

static char *plan_of(struct scratch *s, const char *name)
{
	const struct db_query *query = NULL;

	while ((query = db_query_next(query)))
		if (strcmp(query->name, name) == 0)
			break;
	assert_non_null(query);
	return plan_of_text(s, query->sql);
}

/* A page begins where the last one ended, and is not sorted. */
static void pages_are_sought_and_not_scanned(void **state)
{
	static const struct {
		const char *query;
		const char *begins;
	} rows[] = {
		{"account_page", "SEARCH account USING INDEX sqlite_autoindex_account_1 (name>?)"},
		{"provider_page",
		 "SEARCH provider USING INDEX sqlite_autoindex_provider_1 (name>?)"},
		{"activation_page", "SEARCH a USING INDEX sqlite_autoindex_activation_1 (code>?)"},
		{"registration_fetch_by_mac", "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)\n"
					      "SEARCH d USING INTEGER PRIMARY KEY (rowid=?)\n"
					      "SEARCH i USING INTEGER PRIMARY KEY (rowid=?)"},
		{"group_page",
		 "SEARCH device_group USING INDEX sqlite_autoindex_device_group_1 (name>?)"},
		{"sip_server_page", "SEARCH s USING INDEX sqlite_autoindex_sip_server_1 (name>?)"},
		{"registration_page", "SEARCH registration USING INTEGER PRIMARY KEY (rowid>?)"},
		{"registration_page_of_provider",
		 "SEARCH registration USING INDEX registration_by_provider "
		 "(provider_id=? AND mac>?)"},
		{"device_page", "SEARCH d USING INTEGER PRIMARY KEY (rowid>?)"},
		{"device_page_of_group",
		 "SEARCH d USING INDEX device_by_group (group_id=? AND mac>?)"},
		{"device_page_of_product",
		 "SEARCH d USING INDEX device_by_product (product=? AND mac>?)"},
		{"device_page_of_held", "SEARCH r USING INDEX rendition_held (mac>?)"},
		{"inventory_page", "SEARCH inventory USING INTEGER PRIMARY KEY (rowid>?)"},
		{"audit_page", "SEARCH audit USING INTEGER PRIMARY KEY (rowid<?)"},
		{"outbox_page_due", "SEARCH o USING INDEX outbox_due (upstream=? AND next_at<?)"},
		{"outbox_first_due", "SEARCH o USING INDEX outbox_due (upstream=? AND next_at>?)"},
		{"outbox_page", "SEARCH o USING INDEX outbox_due (upstream=?)"},
		{"job_device_first_due", "SEARCH job_device USING COVERING INDEX job_device_due "
					 "(job_id=? AND state=? AND due_at>?)"},
		{"job_device_page_due", "SEARCH job_device USING INDEX job_device_due "
					"(job_id=? AND state=? AND due_at<?)"},
		{"job_device_page", "SEARCH job_device USING PRIMARY KEY (job_id=? AND mac>?)"},
		{"job_device_page_of_state", "SEARCH job_device USING INDEX job_device_by_state "
					     "(job_id=? AND state=? AND mac>?)"},
		{"job_device_of_mac", "SEARCH job_device USING INDEX job_device_begun (mac=?)"},
		{"job_candidate_page", "SEARCH d USING INTEGER PRIMARY KEY (rowid>?)"},
		{"job_candidate_page_of_group",
		 "SEARCH d USING INDEX device_by_group (group_id=? AND mac>?)"},
		{"job_candidate_page_of_product",
		 "SEARCH d USING INDEX device_by_product (product=? AND mac>?)"},
		{"job_candidate_page_of_provider",
		 "SEARCH n USING COVERING INDEX registration_by_provider (provider_id=? AND "
		 "mac>?)"},
		{"setting_all_values",
		 "SEARCH setting USING COVERING INDEX setting_by_value (name=? AND value>?)"},
		{"setting_with_value",
		 "SEARCH setting USING COVERING INDEX setting_by_value (name=? AND value=?)"},
		{"upstream_state_page", "SEARCH s USING INDEX upstream_state_by_state "
					"(upstream=? AND state=? AND mac>?)"},
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *plan = plan_of(s, rows[i].query);

		if (strncmp(plan, rows[i].begins, strlen(rows[i].begins)) != 0 ||
		    strstr(plan, "SCAN") || strstr(plan, "TEMP B-TREE"))
			fail_msg("%s:\n%s", rows[i].query, plan);
	}
}

/* Those that are at work are few, and an index has no others; nothing walks all jobs. */
static void a_tick_looks_at_jobs_at_work_only(void **state)
{
	assert_string_equal(plan_of(*state, "job_all_active"), "SCAN job USING INDEX job_active\n");
}

static void row_ignore(void *arg, const struct registration *registration)
{
	(void)arg;
	(void)registration;
}

/* What db_each() makes of a query costs no more. */
static void a_walk_seeks_its_pages(void **state)
{
	static const char *const names[] = {"registration_page_of_provider", "registration_page"};
	struct scratch *s = *state;
	const struct provider provider = {.id = 1, .name = "p"};
	struct registration_cursor cursor = {.after = -1};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct db_query *query = NULL;
		const char *sql;
		char *plan;

		assert_int_equal(registration_walk(s->db, &provider, &cursor, 9, row_ignore, NULL),
				 0);
		while ((query = db_query_next(query)) && strcmp(query->name, names[i]) != 0)
			;
		assert_non_null(query);
		sql = sqlite3_sql(s->db->rows[query - db_query_next(NULL)].made);
		assert_non_null(strstr(sql, query->sql));
		plan = plan_of_text(s, sql);
		if (strncmp(plan, plan_of(s, names[i]), strlen(plan_of(s, names[i]))) != 0 ||
		    strstr(plan, "SCAN") || strstr(plan, "B-TREE") || strstr(plan, "ROUTINE"))
			fail_msg("%s:\n%s", names[i], plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pages_are_sought_and_not_scanned, scratch_memory,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(a_tick_looks_at_jobs_at_work_only, scratch_memory,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(a_walk_seeks_its_pages, scratch_memory,
						scratch_teardown),
	};

	return cmocka_run_group_tests_name("store_plan", tests, NULL, NULL);
}
