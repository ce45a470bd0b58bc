/* SPDX-License-Identifier: MIT */
/*
 * Into the secure mode (guide p. 62 to 65), without PIN: how data are packed for
 * one is not public.  One WriteItems and CleanUp; then the phone calls the other
 * port, with the certificate that it was given.  With a phone that is there
 * already, the same without goto-secure-mode: a new certificate.
 */
#include <string.h>

#include "base/mem.h"
#include "fleet/wpi_secure.h"
#include "http/request.h"
#include "login.h"

#define ORDER "secure-"

static struct wpi_item *item_add(struct wpi_order *order, struct wpi_item *items, const char *name)
{
	struct wpi_item *item = &items[order->item_count++];

	item->name = name;
	item->index = WPI_NO_INDEX;
	return item;
}

static void order_fill(void *mem, const struct login *login, const struct wpi_secure *secure,
		       const struct secret *pkcs12, struct wpi_order *ret)
{
	const char *fingerprint = login->verdict.trust.next_fingerprint;
	struct wpi_item *items = mem_array(mem, struct wpi_item, secure->authority_count + 3);

	*ret = (struct wpi_order){
		.id = mem_printf(mem, ORDER "%.16s", fingerprint),
		.action = WPI_ACTION_WRITE_ITEMS,
		.items = items,
	};
	if (!login->verdict.is_secure)
		item_add(ret, items, "goto-secure-mode")->value = "nopin";
	item_add(ret, items, "dls-client-certificate")->secret = pkcs12;
	for (size_t i = 0; i < secure->authority_count; i++) {
		struct wpi_item *item = item_add(ret, items, "dls-server-ca");

		item->index = (int)i;
		item->value = secure->authorities[i];
	}
	item_add(ret, items, "dls-secure-port")->value = mem_printf(mem, "%u", secure->port);
}

/* The contacts in which phones are ready for orders. */
static bool is_time(const struct login *login)
{
	return login->message->reason == WPI_REASON_START_UP ||
	       login->message->reason == WPI_REASON_SOLICITED;
}

int secure_order(struct login *login, struct wpi_wants *wants)
{
	const struct wpi_secure *secure = wpi_secure();
	void *mem = request_mem(login->req);
	struct wpi_order *orders;
	struct secret *pkcs12;
	struct db *db;
	int r;

	if (!secure || !login->verdict.may_give || !is_time(login))
		return 0;
	r = fleet_reader(&db);
	if (r == 0)
		r = wpi_trust_pkcs12(mem, db, login->dialogue->mac, &pkcs12);
	if (r <= 0)
		return r;
	orders = mem_array(mem, struct wpi_order, wants->order_count + 1);
	order_fill(mem, login, secure, pkcs12, &orders[0]);
	if (wants->order_count)
		memcpy(orders + 1, wants->orders, wants->order_count * sizeof(*orders));
	wants->orders = orders;
	wants->order_count++;
	return 0;
}

bool secure_is_order(const struct wpi_record *record)
{
	return record->order && strncmp(record->order, ORDER, strlen(ORDER)) == 0;
}
