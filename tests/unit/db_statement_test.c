/* SPDX-License-Identifier: MIT */
/* Queries, their parameters and columns, and the secrets in them. */
#include "base/buf.h"
#include "scratch.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

DB_QUERY(test_put, "INSERT INTO meta (name, value) VALUES (:name, :value)");
DB_QUERY(test_get, "SELECT value FROM meta WHERE name = :name");
DB_QUERY(test_count, "SELECT count(*) FROM meta");
DB_QUERY(test_all, "SELECT name, value FROM meta ORDER BY name");
DB_QUERY(test_after, "SELECT name, value FROM meta WHERE name > :after ORDER BY name");
DB_QUERY(test_sorted, "SELECT name, value FROM meta ORDER BY value");
DB_QUERY(test_device, "INSERT INTO device (mac, product, name, secret, secret_origin, created_at) "
		      "VALUES (:mac, :product, :name, :secret, :origin, 1)");
DB_QUERY(test_device_series, "INSERT INTO device (mac, secret, secret_origin, name, created_at) "
			     "VALUES (:mac, :secret, :origin, :name, 1)");
DB_QUERY(test_secret, "SELECT secret FROM device WHERE mac = :mac");
DB_QUERY(test_operation,
	 "INSERT INTO operation (mac, kind, from_at, created_at) VALUES (:mac, :kind, 1, 1) "
	 "RETURNING id");

static int put(struct db *db, const char *name, const char *value)
{
	return db_run(db, &test_put, DB_ARGS(DB_TEXT("name", name), DB_TEXT("value", value)));
}

static int64_t count(struct db *db)
{
	int64_t n = -1;

	assert_int_equal(db_select_int(db, &test_count, NULL, &n), 1);
	return n;
}

/* --- queries --- */

static void every_query_of_the_program_prepares(void **state)
{
	struct scratch *s = *state;
	const struct db_query *query = NULL;
	unsigned queries = 0;

	while ((query = db_query_next(query))) {
		bool traces = strncmp(query->name, "seen_", 5) == 0;
		sqlite3 *handle = traces ? s->seen->handle : s->db->handle;
		sqlite3_stmt *stmt = NULL;
		const char *tail = "";
		int code = sqlite3_prepare_v2(handle, query->sql, -1, &stmt, &tail);

		if (code != SQLITE_OK)
			fail_msg("%s: %s", query->name, sqlite3_errmsg(handle));
		assert_string_equal(tail, "");
		assert_true(sqlite3_bind_parameter_count(stmt) < 64);
		for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
			const char *name = sqlite3_bind_parameter_name(stmt, i);

			if (!name || name[0] != ':')
				fail_msg("%s: parameter %d has no name", query->name, i);
		}
		sqlite3_finalize(stmt);
		queries++;
	}
	assert_true(queries > 60);
}

static void no_two_queries_have_the_same_name(void **state)
{
	const struct db_query *a = NULL;

	(void)state;
	while ((a = db_query_next(a)))
		for (const struct db_query *b = db_query_next(a); b; b = db_query_next(b))
			assert_string_not_equal(a->name, b->name);
}

static void what_contradicts_a_constraint_is_told_apart(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;
	int64_t id = -7;

	assert_int_equal(put(db, "a", "1"), 0);
	assert_int_equal(put(db, "a", "2"), -E_DB_CONSTRAINT);
	assert_non_null(strstr(db_words(db), "UNIQUE"));
	assert_int_equal(put(db, "b", NULL), -E_DB_CONSTRAINT);
	assert_non_null(strstr(db_words(db), "NOT NULL"));
	assert_int_equal(
		db_run(db, &test_device,
		       DB_ARGS(DB_INT("mac", -1), DB_TEXT("product", NULL), DB_TEXT("name", NULL),
			       DB_SECRET("secret", NULL, "x"), DB_TEXT("origin", NULL))),
		-E_DB_CONSTRAINT);
	assert_non_null(strstr(db_words(db), "CHECK"));
	assert_int_equal(db_select_int(db, &test_operation,
				       DB_ARGS(DB_INT("mac", 1), DB_TEXT("kind", "firmware")), &id),
			 -E_DB_CONSTRAINT);
	assert_non_null(strstr(db_words(db), "FOREIGN KEY"));
	assert_int_equal(id, -7);
	assert_int_equal(count(db), 1);
}

static void values_come_back_as_they_were_given(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;
	struct db_rows *rows;
	size_t len;

	assert_int_equal(put(db, "", "Zoë „Müller“ <&>"), 0);
	assert_int_equal(db_changes(db), 1);
	assert_int_equal(put(db, "b", ""), 0);
	assert_int_equal(db_select(db, &test_all, NULL, &rows), 0);
	assert_int_equal(db_next(rows), 1);
	assert_string_equal(db_text(rows, 0), "");
	assert_string_equal(db_text_copy(s, rows, 1), "Zoë „Müller“ <&>");
	assert_memory_equal(db_blob(rows, 1, &len), "Zo", 2);
	assert_int_equal(len, strlen("Zoë „Müller“ <&>"));
	assert_int_equal(db_next(rows), 1);
	assert_false(db_is_null(rows, 1));
	assert_int_equal(db_next(rows), 0);
	db_end(rows);
}

static void a_statement_that_cannot_be_bound_keeps_nothing(void **state)
{
	struct scratch *s = *state;
	struct db *db = s->db;
	struct db_rows *rows;
	char *expanded;
	char huge[4096];

	memset(huge, 'x', sizeof(huge));
	huge[sizeof(huge) - 1] = '\0';
	/* Prepared first: the statement's own text is under the limit too. */
	assert_int_equal(db_select(db, &test_operation,
				   DB_ARGS(DB_INT("mac", 77), DB_TEXT("kind", "k")), &rows),
			 0);
	db_end(rows);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, 2000);
	assert_int_equal(db_select(db, &test_operation,
				   DB_ARGS(DB_INT("mac", 77), DB_TEXT("kind", huge)), &rows),
			 -E_DB);
	assert_non_null(strstr(db_words(db), "too big"));
	expanded = sqlite3_expanded_sql(db->rows[&test_operation - db_query_next(NULL)].stmt);
	assert_null(strstr(expanded, "77"));
	sqlite3_free(expanded);
	assert_int_equal(put(db, "a", huge), -E_DB);
	assert_int_equal(put(db, "a", "short"), 0);
}

enum { MANY = 2 * DB_SERIES + 7 };

/* Both parameters of test_put, in another order than there. */
static int put_many(struct db *db, struct db_arg *args, size_t count)
{
	return db_insert(db, &test_put, args, 2, count);
}

static struct db_arg *names_up_to(struct scratch *s, size_t count)
{
	struct db_arg *args = mem_array(s, struct db_arg, 2 * count);

	for (size_t i = 0; i < count; i++) {
		args[2 * i] = (struct db_arg)DB_TEXT("value", mem_printf(s, "value %zu", i));
		args[2 * i + 1] = (struct db_arg)DB_TEXT("name", mem_printf(s, "%zu", i));
	}
	return args;
}

static void rows_in_series_are_rows_as_any(void **state)
{
	struct scratch *s = *state;
	struct db_arg *args = names_up_to(s, MANY);

	assert_int_equal(put_many(s->db, args, 0), 0);
	assert_int_equal(count(s->db), 0);
	assert_int_equal(put_many(s->db, args, MANY), 0);
	assert_int_equal(count(s->db), MANY);
	assert_int_equal(scratch_ask(s->db->handle,
				     "SELECT count(*) FROM meta WHERE value = 'value ' || name"),
			 MANY);
}

static void a_row_that_cannot_be_takes_its_series_with_it(void **state)
{
	struct scratch *s = *state;
	struct db_arg *args = names_up_to(s, MANY);

	args[2 * (DB_SERIES + 3) + 1] = args[1];
	assert_int_equal(put_many(s->db, args, MANY), -E_DB_CONSTRAINT);
	assert_non_null(strstr(db_words(s->db), "UNIQUE"));
	assert_int_equal(count(s->db), DB_SERIES);
	/* The statement is as good as new. */
	assert_int_equal(put_many(s->db, names_up_to(s, MANY) + 2 * DB_SERIES, DB_SERIES), 0);
	assert_int_equal(count(s->db), 2 * DB_SERIES);
}

struct seen {
	struct db *db;
	struct buf *text;
	int64_t rows;
	int64_t most;
};

static bool see(void *arg, struct db_rows *rows)
{
	struct seen *seen = arg;
	size_t len;
	const char *bytes = db_blob(rows, 1, &len);

	buf_printf(seen->text, "%s %d %.*s ", db_text(rows, 0), db_is_null(rows, 1), (int)len,
		   bytes);
	/* Another query meanwhile, whose row has nothing to do with this one. */
	assert_int_equal(count(seen->db), 3);
	buf_printf(seen->text, "%d;", (int)db_int(rows, 0));
	return ++seen->rows < seen->most;
}

static void rows_are_handed_over_until_it_is_enough(void **state)
{
	struct scratch *s = *state;
	struct seen seen = {.db = s->db, .text = buf_new(s), .most = 2};

	assert_int_equal(db_each(s->db, &test_all, NULL, see, &seen), 0);
	assert_int_equal(seen.rows, 0);
	assert_int_equal(put(s->db, "12", "b"), 0);
	assert_int_equal(put(s->db, "11", "Zoë"), 0);
	assert_int_equal(put(s->db, "13", ""), 0);
	assert_int_equal(db_each(s->db, &test_all, NULL, see, &seen), 1);
	assert_string_equal(seen.text->data, "11 0 Zoë 11;12 0 b 12;");
	/* Again, from the first to the last. */
	buf_cut(seen.text, 0);
	seen = (struct seen){.db = s->db, .text = seen.text, .most = 9};
	assert_int_equal(db_each(s->db, &test_all, NULL, see, &seen), 0);
	assert_string_equal(seen.text->data, "11 0 Zoë 11;12 0 b 12;13 0  13;");
	buf_cut(seen.text, 0);
	assert_int_equal(db_each(s->db, &test_after, DB_ARGS(DB_TEXT("after", "12")), see, &seen),
			 0);
	assert_string_equal(seen.text->data, "13 0  13;");
	assert_int_equal(db_each(s->db, &test_after, DB_ARGS(DB_TEXT("after", "99")), see, &seen),
			 0);
}

static bool see_in_each(void *arg, struct db_rows *rows)
{
	struct seen *seen = arg;
	int r = db_each(seen->db, &test_after, DB_ARGS(DB_TEXT("after", db_text(rows, 0))), see,
			seen);

	assert_int_equal(r, 0);
	buf_printf(seen->text, "(%s)", db_text(rows, 0));
	return true;
}

static void a_row_may_lead_to_others(void **state)
{
	struct scratch *s = *state;
	struct seen seen = {.db = s->db, .text = buf_new(s), .most = 9};

	assert_int_equal(put(s->db, "1", "a"), 0);
	assert_int_equal(put(s->db, "2", "b"), 0);
	assert_int_equal(put(s->db, "3", "c"), 0);
	assert_int_equal(db_each(s->db, &test_all, NULL, see_in_each, &seen), 0);
	assert_string_equal(seen.text->data, "2 0 b 2;3 0 c 3;(1)3 0 c 3;(2)(3)");
}

/* How a child that runs `what` ends. */
static int signal_of(void (*what)(struct db *db), struct db *db)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (!freopen("/dev/null", "w", stderr))
			_exit(1);
		what(db);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void give_one_too_few(struct db *db)
{
	int r = db_run(db, &test_put, DB_ARGS(DB_TEXT("name", "a")));

	(void)r;
}

static void give_one_too_many(struct db *db)
{
	int r = db_run(db, &test_put,
		       DB_ARGS(DB_TEXT("name", "a"), DB_TEXT("value", "b"), DB_TEXT("x", "c")));

	(void)r;
}

static void give_one_twice(struct db *db)
{
	int r = db_run(db, &test_put, DB_ARGS(DB_TEXT("value", "a"), DB_TEXT("value", "b")));

	(void)r;
}

static void give_rows_of_another_width(struct db *db)
{
	const struct db_arg args[] = {DB_TEXT("name", "a"), DB_TEXT("value", "b"),
				      DB_TEXT("x", "c")};
	int r = db_insert(db, &test_put, args, 3, 1);

	(void)r;
}

static void give_rows_unlike_each_other(struct db *db)
{
	const struct db_arg a = DB_TEXT("name", "a"), b = DB_TEXT("value", "b");
	struct db_arg args[2 * DB_SERIES];
	int r;

	for (size_t i = 0; i < DB_SERIES; i++) {
		args[2 * i] = i == 5 ? b : a;
		args[2 * i + 1] = i == 5 ? a : b;
	}
	r = db_insert(db, &test_put, args, 2, DB_SERIES);
	(void)r;
}

static void read_twice_at_once(struct db *db)
{
	struct db_rows *rows;
	int r = db_select(db, &test_all, NULL, &rows);

	if (r == 0)
		r = db_select(db, &test_all, NULL, &rows);
}

static bool go_on(void *arg, struct db_rows *rows)
{
	(void)arg;
	(void)rows;
	return true;
}

static void be_handed_what_was_sorted(struct db *db)
{
	int r = put(db, "a", "b");

	if (r == 0)
		r = put(db, "c", "d");
	if (r == 0)
		r = db_each(db, &test_sorted, NULL, go_on, NULL);
}

static void read_a_column_too_many(struct db *db)
{
	struct db_rows *rows;
	int r = db_select(db, &test_count, NULL, &rows);

	if (r == 0 && db_next(rows) > 0)
		db_int(rows, 1);
}

static void a_statement_used_wrongly_aborts(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(signal_of(give_one_too_few, s->db), SIGABRT);
	assert_int_equal(signal_of(give_one_too_many, s->db), SIGABRT);
	assert_int_equal(signal_of(give_one_twice, s->db), SIGABRT);
	assert_int_equal(signal_of(give_rows_of_another_width, s->db), SIGABRT);
	assert_int_equal(signal_of(give_rows_unlike_each_other, s->db), SIGABRT);
	assert_int_equal(signal_of(read_twice_at_once, s->db), SIGABRT);
	assert_int_equal(signal_of(be_handed_what_was_sorted, s->db), SIGABRT);
	assert_int_equal(signal_of(read_a_column_too_many, s->db), SIGABRT);
}

/* --- secrets --- */

static int put_secret(struct db *db, int64_t mac, const struct secret *secret, const char *where)
{
	return db_run(db, &test_device,
		      DB_ARGS(DB_INT("mac", mac), DB_TEXT("product", NULL), DB_TEXT("name", NULL),
			      DB_SECRET("secret", secret, where),
			      DB_TEXT("origin", secret ? "given" : NULL)));
}

static int get_secret(struct scratch *s, int64_t mac, const char *where, struct secret **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;

	assert_int_equal(db_select(s->db, &test_secret, DB_ARGS(DB_INT("mac", mac)), &rows), 0);
	assert_int_equal(db_next(rows), 1);
	return db_secret(s, rows, 0, where, ret);
}

static void secrets_are_sealed_in_their_column(void **state)
{
	struct scratch *s = *state;
	struct secret *secret = secret_new(s, "correct horse");
	struct secret *back = NULL;

	assert_int_equal(put_secret(s->db, 1, secret, "device.secret"), 0);
	assert_int_equal(put_secret(s->db, 2, NULL, "device.secret"), 0);
	assert_int_equal(put_secret(s->db, 3, secret_new(s, ""), "device.secret"), 0);
	assert_int_equal(scratch_ask(s->db->handle, "SELECT instr(secret, 'horse') FROM device "
						    "WHERE mac = 1"),
			 0);
	assert_int_equal(get_secret(s, 1, "device.secret", &back), 0);
	assert_true(secret_equals(secret, back));
	assert_int_equal(get_secret(s, 2, "device.secret", &back), 0);
	assert_null(back);
	assert_int_equal(get_secret(s, 3, "device.secret", &back), 0);
	assert_int_equal(secret_len(back), 0);
}

static void secrets_in_series_are_sealed_each_for_itself(void **state)
{
	struct scratch *s = *state;
	struct db_arg args[4 * DB_SERIES];
	struct secret *back;

	for (int i = 0; i < DB_SERIES; i++) {
		const struct db_arg row[4] = {
			DB_INT("mac", i),
			DB_SECRET("secret", i % 5 ? secret_new(s, mem_printf(s, "s%d", i)) : NULL,
				  "device.secret"),
			DB_TEXT("origin", i % 5 ? "given" : NULL),
			DB_TEXT("name", NULL),
		};

		memcpy(&args[i * 4], row, sizeof(row));
	}
	assert_int_equal(db_insert(s->db, &test_device_series, args, 4, DB_SERIES), 0);
	for (int i = 0; i < DB_SERIES; i++) {
		assert_int_equal(get_secret(s, i, "device.secret", &back), 0);
		if (i % 5)
			assert_string_equal(secret_reveal(back), mem_printf(s, "s%d", i));
		else
			assert_null(back);
	}
	assert_int_equal(scratch_ask(s->db->handle, "SELECT count(DISTINCT secret) FROM device"),
			 DB_SERIES - DB_SERIES / 5 - 1);
}

static void a_secret_of_another_place_or_key_is_not_opened(void **state)
{
	struct scratch *s = *state;
	struct secret *back;

	assert_int_equal(put_secret(s->db, 1, secret_new(s, "horse"), "device.secret"), 0);
	assert_int_equal(get_secret(s, 1, "line.auth_password", &back), -E_SEAL);
	scratch_exec(s->db->handle, "INSERT INTO device (mac, secret, secret_origin, created_at) "
				    "VALUES (2, x'01', 'given', 1)");
	assert_int_equal(get_secret(s, 2, "device.secret", &back), -E_SEAL);
	assert_int_equal(secret_setup(mem_printf(s, "%s/other", s->folder), true, NULL), 0);
	assert_int_equal(get_secret(s, 1, "device.secret", &back), -E_SEAL);
	assert_null(back);
}

#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, scratch_memory, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_MEMORY(every_query_of_the_program_prepares),
		IN_MEMORY(no_two_queries_have_the_same_name),
		IN_MEMORY(what_contradicts_a_constraint_is_told_apart),
		IN_MEMORY(values_come_back_as_they_were_given),
		IN_MEMORY(a_statement_that_cannot_be_bound_keeps_nothing),
		IN_MEMORY(rows_are_handed_over_until_it_is_enough),
		IN_MEMORY(a_row_may_lead_to_others),
		IN_MEMORY(rows_in_series_are_rows_as_any),
		IN_MEMORY(a_row_that_cannot_be_takes_its_series_with_it),
		IN_MEMORY(secrets_in_series_are_sealed_each_for_itself),
		IN_MEMORY(a_statement_used_wrongly_aborts),
		IN_MEMORY(secrets_are_sealed_in_their_column),
		IN_MEMORY(a_secret_of_another_place_or_key_is_not_opened),
	};

	return cmocka_run_group_tests_name("db_statement", tests, NULL, NULL);
}
