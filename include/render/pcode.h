/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* P-codes: what XSTIM and Htek phones call their parameters. */

struct document;
struct document_schedule;

enum pcode {
	PCODE_FIRMWARE_PATH = 192,
	PCODE_POLL_MINUTES = 193,
	PCODE_AUTO_UPGRADE = 194,
	PCODE_TRANSPORT = 212, /* 0 TFTP, 1 HTTP, 2 FTP, 3 HTTPS */
	PCODE_ZONE = 64,
	PCODE_SUMMER = 75, /* 0 off, 1 on, 2 by rule */
	PCODE_MODE = 5900, /* 1 XSTIM */
	PCODE_SERVER_1 = 5902,
	PCODE_SERVER_2 = 5905,
	PCODE_WIFI_KEY = 23379,
	PCODE_SCHEDULE = 25020,
	PCODE_SCHEDULE_COUNT = 22,
};

/*
 * SIP accounts 1 to 4.  Templates of fusionpbx (htek) and wazo_htek agree on these
 * codes, and have no more whose servers are known.
 */
enum pcode_field {
	PCODE_ACTIVE,
	PCODE_SERVER,
	PCODE_PROXY,
	PCODE_SIP_TRANSPORT, /* 0 UDP, 1 TCP, 2 TLS */
	PCODE_LABEL,
	PCODE_USER,
	PCODE_AUTH,
	PCODE_PASSWORD,
	PCODE_DISPLAY,
	PCODE_FIELDS,
};

enum { PCODE_ACCOUNTS = 4 };

/* `slot` from 1 to PCODE_ACCOUNTS. */
unsigned pcode_of_account(int slot, enum pcode_field field);
/* "SipUserId": Account1.SipUserId is its `para`. */
const char *pcode_field_name(enum pcode_field field);
/* Which field of which account it is; false: of none. */
bool pcode_is_of_account(unsigned code, int *ret_slot, enum pcode_field *ret_field);

/* In words for people: "Account1.SipUserId", "weekly: start hour"; NULL: not known. */
const char *pcode_words(void *mem, unsigned code);

/* A password or a key, by what is known of it. */
bool pcode_is_secret(unsigned code);

/* As public files call it, which is the attribute `para`; NULL: not known. */
const char *pcode_name(unsigned code);

static inline bool pcode_is_schedule(unsigned code)
{
	return code >= PCODE_SCHEDULE && code < PCODE_SCHEDULE + PCODE_SCHEDULE_COUNT;
}

/*
 * The values of P25020 to P25041, each in its range.  NULL: no schedule, which
 * is written out, for a phone keeps what it is not told.
 */
void pcode_schedule(const struct document_schedule *schedule, int ret[PCODE_SCHEDULE_COUNT]);

/* Its settings make it an XSTIM phone, which has no SIP accounts. */
bool pcode_is_xstim_mode(const struct document *document);

/*
 * The clock of a phone, by the value of P64: minutes east of UTC, without
 * daylight saving time.  False: not known.
 */
bool pcode_zone(const char *value, int *ret_minutes);
/* The other way: NULL where no value is known. */
const char *pcode_zone_of(int minutes);
