/* SPDX-License-Identifier: MIT */
#include "store/wpi_trust.h"

#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

#define SEALED_FOR "wpi_trust.next_pkcs12"
#define COLUMNS                                                                                    \
	"mac, address, bound_at, enrolled_until, told_to, told_at, taken_at, fingerprint, "        \
	"certificate_until, secured_at, next_fingerprint, next_until, next_give_until, "           \
	"next_told_to, next_told_at "

static void trust_from(void *mem, struct db_rows *rows, struct wpi_trust *trust)
{
	trust->mac = db_int(rows, 0);
	trust->address = db_text_copy(mem, rows, 1);
	trust->bound_at = db_int(rows, 2);
	trust->enrolled_until = db_int(rows, 3);
	trust->told_to = db_text_copy(mem, rows, 4);
	trust->told_at = db_int(rows, 5);
	trust->taken_at = db_int(rows, 6);
	trust->fingerprint = db_text_copy(mem, rows, 7);
	trust->certificate_until = db_int(rows, 8);
	trust->secured_at = db_int(rows, 9);
	trust->next_fingerprint = db_text_copy(mem, rows, 10);
	trust->next_until = db_int(rows, 11);
	trust->next_give_until = db_int(rows, 12);
	trust->next_told_to = db_text_copy(mem, rows, 13);
	trust->next_told_at = db_int(rows, 14);
}

DB_QUERY(wpi_trust_by_mac, "SELECT " COLUMNS "FROM wpi_trust "
			   "WHERE mac = :mac");

int wpi_trust_find(void *mem, struct db *db, int64_t mac, struct wpi_trust **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_trust_by_mac, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct wpi_trust);
	trust_from(*ret, rows, *ret);
	return 1;
}

DB_QUERY(wpi_trust_page, "SELECT " COLUMNS "FROM wpi_trust "
			 "WHERE mac > :after "
			 "ORDER BY mac "
			 "LIMIT :limit");

int wpi_trust_list(void *mem, struct db *db, int64_t after, int limit, struct wpi_trust **ret,
		   size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_trust_page,
			  DB_ARGS(DB_INT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		trust_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

DB_QUERY(wpi_trust_next, "SELECT next_pkcs12 FROM wpi_trust "
			 "WHERE mac = :mac AND next_pkcs12 IS NOT NULL");

int wpi_trust_pkcs12(void *mem, struct db *db, int64_t mac, struct secret **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &wpi_trust_next, DB_ARGS(DB_INT("mac", mac)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	r = db_secret(mem, rows, 0, SEALED_FOR, ret);
	return r < 0 ? r : 1;
}

DB_QUERY(wpi_trust_set,
	 "INSERT INTO wpi_trust (mac, address, bound_at, enrolled_until, told_to, told_at, "
	 "taken_at, fingerprint, certificate_until, secured_at, next_told_to, next_told_at) "
	 "VALUES (:mac, :address, :bound_at, :enrolled_until, :told_to, :told_at, :taken_at, "
	 ":fingerprint, :certificate_until, :secured_at, :next_told_to, :next_told_at) "
	 "ON CONFLICT (mac) DO UPDATE SET address = excluded.address, "
	 "bound_at = excluded.bound_at, enrolled_until = excluded.enrolled_until, "
	 "told_to = excluded.told_to, told_at = excluded.told_at, taken_at = excluded.taken_at, "
	 "fingerprint = excluded.fingerprint, "
	 "certificate_until = excluded.certificate_until, secured_at = excluded.secured_at, "
	 "next_told_to = excluded.next_told_to, next_told_at = excluded.next_told_at");

int wpi_trust_put(struct db *db, const struct wpi_trust *trust)
{
	return db_run(db, &wpi_trust_set,
		      DB_ARGS(DB_INT("mac", trust->mac), DB_TEXT("address", trust->address),
			      DB_INT_OR_NULL("bound_at", trust->bound_at),
			      DB_INT_OR_NULL("enrolled_until", trust->enrolled_until),
			      DB_TEXT("told_to", trust->told_to),
			      DB_INT_OR_NULL("told_at", trust->told_at),
			      DB_INT_OR_NULL("taken_at", trust->taken_at),
			      DB_TEXT("fingerprint", trust->fingerprint),
			      DB_INT_OR_NULL("certificate_until", trust->certificate_until),
			      DB_INT_OR_NULL("secured_at", trust->secured_at),
			      DB_TEXT("next_told_to", trust->next_told_to),
			      DB_INT_OR_NULL("next_told_at", trust->next_told_at)));
}

DB_QUERY(wpi_trust_order,
	 "UPDATE wpi_trust SET next_fingerprint = :fingerprint, next_until = :until, "
	 "next_pkcs12 = :pkcs12, next_give_until = :give_until, next_told_to = NULL, "
	 "next_told_at = NULL "
	 "WHERE mac = :mac");

static int give(struct db *db, int64_t mac, const char *fingerprint, int64_t until,
		const struct secret *pkcs12, int64_t give_until)
{
	return db_run(db, &wpi_trust_order,
		      DB_ARGS(DB_TEXT("fingerprint", fingerprint), DB_INT_OR_NULL("until", until),
			      DB_SECRET("pkcs12", pkcs12, SEALED_FOR),
			      DB_INT_OR_NULL("give_until", give_until), DB_INT("mac", mac)));
}

int wpi_trust_give(struct db *db, int64_t mac, const char *fingerprint, int64_t until,
		   const struct secret *pkcs12, int64_t give_until)
{
	return give(db, mac, fingerprint, until, pkcs12, give_until);
}

int wpi_trust_given(struct db *db, int64_t mac)
{
	return give(db, mac, NULL, 0, NULL, 0);
}

DB_QUERY(wpi_trust_ending, "SELECT count(*) FROM wpi_trust "
			   "WHERE certificate_until < :until");

int wpi_trust_count_ending(struct db *db, int64_t until, int64_t *ret)
{
	int r = db_select_int(db, &wpi_trust_ending, DB_ARGS(DB_INT("until", until)), ret);

	return r < 0 ? r : 0;
}
