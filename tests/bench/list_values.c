/* SPDX-License-Identifier: MIT */
/*
 * listDevices as one would write it with xmlrpc-c: read the rows, make a value
 * of each, serialize them all.  Prints seconds, seconds of CPU, bytes and resident KiB gained.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xmlrpc-c/base.h>

static long resident_kb(void)
{
	char line[128];
	long kb = 0;
	FILE *file = fopen("/proc/self/status", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (file)
		fclose(file);
	return kb;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void append(xmlrpc_env *env, xmlrpc_value *row, const char *text)
{
	xmlrpc_value *item = xmlrpc_string_new(env, text);

	xmlrpc_array_append_item(env, row, item);
	xmlrpc_DECREF(item);
}

static void row_append(xmlrpc_env *env, xmlrpc_value *list, sqlite3_stmt *stmt)
{
	xmlrpc_value *row = xmlrpc_array_new(env);
	char mac[13];
	char date[11];
	time_t at = (time_t)sqlite3_column_int64(stmt, 3);
	struct tm tm;

	snprintf(mac, sizeof(mac), "%012llX",
		 (unsigned long long)sqlite3_column_int64(stmt, 0) & 0xffffffffffff);
	gmtime_r(&at, &tm);
	strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	append(env, row, mac);
	append(env, row, (const char *)sqlite3_column_text(stmt, 1));
	append(env, row, (const char *)sqlite3_column_text(stmt, 2));
	append(env, row, date);
	xmlrpc_array_append_item(env, list, row);
	xmlrpc_DECREF(row);
}

int main(int argc, char **argv)
{
	static const char sql[] = "SELECT r.mac, p.name, r.url, r.created_at FROM registration r "
				  "JOIN provider p ON p.id = r.provider_id ORDER BY r.mac";
	long before = resident_kb();
	double begun = now();
	xmlrpc_mem_block *out;
	xmlrpc_value *list;
	sqlite3_stmt *stmt;
	xmlrpc_env env;
	sqlite3 *db;

	if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return 1;
	xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, 1 << 30);
	xmlrpc_env_init(&env);
	list = xmlrpc_array_new(&env);
	while (sqlite3_step(stmt) == SQLITE_ROW && !env.fault_occurred)
		row_append(&env, list, stmt);
	out = XMLRPC_MEMBLOCK_NEW(char, &env, 0);
	xmlrpc_serialize_response2(&env, out, list, xmlrpc_dialect_i8);
	if (env.fault_occurred) {
		fprintf(stderr, "list_values: %s\n", env.fault_string);
		return 1;
	}
	printf("{\"seconds\": %.6f, \"cpu\": %.6f, \"bytes\": %zu, \"kb\": %ld}\n", now() - begun,
	       (double)clock() / CLOCKS_PER_SEC, XMLRPC_MEMBLOCK_SIZE(char, out),
	       resident_kb() - before);
	return 0;
}
