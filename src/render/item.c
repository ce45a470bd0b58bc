/* SPDX-License-Identifier: MIT */
#include "render/item.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "render/format.h"
#include "render/param.h"
#include "render/xml.h"

static const char *const secret_items[] = {
#define SECRET_ITEM(pattern, what, source) pattern,
#include "render/secret_items.def"
#undef SECRET_ITEM
};

bool item_is_secret(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(secret_items); i++)
		if (fnmatch(secret_items[i], name, FNM_CASEFOLD) == 0)
			return true;
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool item_is_same(const char *want, const char *told)
{
	size_t len;

	while (is_blank(*want))
		want++;
	len = strlen(want);
	while (len > 0 && is_blank(want[len - 1]))
		len--;
	if (len == strlen(told) && memcmp(want, told, len) == 0)
		return true;
	if (strcmp(want, "NULL") == 0 && !*told)
		return true;
	return (strcasecmp(want, "true") == 0 && strcasecmp(told, "true") == 0) ||
	       (strcasecmp(want, "false") == 0 && strcasecmp(told, "false") == 0);
}

char *item_text(void *mem, const char *name, int index)
{
	return index == ITEM_NO_INDEX ? mem_strdup(mem, name)
				      : mem_printf(mem, "%s[%d]", name, index);
}

/* "[12]" */
static bool index_parse(const char *s, int *ret)
{
	size_t len = strlen(s);
	char digits[8];
	uint64_t index;

	if (len < 3 || len - 2 >= sizeof(digits) || s[len - 1] != ']' || (s[1] == '0' && len > 3))
		return false;
	memcpy(digits, s + 1, len - 2);
	digits[len - 2] = '\0';
	if (!text_to_uint(digits, ITEM_INDEX_MAX, &index))
		return false;
	*ret = (int)index;
	return true;
}

bool item_parse(const char *text, char ret_name[ITEM_NAME_MAX + 1], int *ret_index)
{
	size_t len = strcspn(text, "[");

	if (!param_is_item(text) || len > ITEM_NAME_MAX)
		return false;
	*ret_index = ITEM_NO_INDEX;
	if (text[len] && !index_parse(text + len, ret_index))
		return false;
	memcpy(ret_name, text, len);
	ret_name[len] = '\0';
	return true;
}

struct items {
	void *mem;
	struct item *items;
	size_t count;
};

static struct item *add(struct items *to, const char *name)
{
	struct item *item = mem_push(to->mem, &to->items, &to->count);

	item->name = name;
	item->index = ITEM_NO_INDEX;
	return item;
}

static void add_text(struct items *to, const char *name, const char *value)
{
	if (value && *value)
		add(to, name)->value = value;
}

static void add_port(struct items *to, const char *name, int port)
{
	if (port > 0)
		add(to, name)->value = mem_printf(to->mem, "%d", port);
}

static const char *transport_of(const struct sip_server *server)
{
	const char *transport = server->transport ? server->transport : "udp";

	if (strcmp(transport, "tcp") == 0)
		return "1";
	return strcmp(transport, "tls") == 0 ? "2" : "0";
}

/*
 * The phone speaks for user@reg-addr.  A proxy of another name is its gateway,
 * through which it sends everything then.
 */
static void add_server(struct items *to, const struct sip_server *server)
{
	const char *registrar = xml_either(server->registrar_address, server->domain);
	const char *proxy = server->proxy_address;
	bool has_proxy = proxy && *proxy && strcmp(proxy, server->domain) != 0;

	add_text(to, "reg-addr", server->domain);
	add_port(to, "reg-port", has_proxy ? server->registrar_port : server->proxy_port);
	add_text(to, "registrar-addr", registrar);
	add_port(to, "registrar-port", server->registrar_port);
	add_text(to, "realm", server->domain);
	add_text(to, "sip-transport", transport_of(server));
	add_text(to, "outbound-proxy", has_proxy ? "true" : "false");
	if (!has_proxy)
		return;
	add_text(to, "sgnl-gateway-addr", proxy);
	add_port(to, "sgnl-gateway-port", server->proxy_port);
}

static void add_line(struct items *to, const struct document *document,
		     const struct document_line *member)
{
	const struct line *line = member->line;

	add_text(to, "e164", line->user_name);
	add_text(to, "sip-user-id", xml_either(line->auth_name, line->user_name));
	if (line->auth_password)
		add(to, "sip-pwd")->secret = line->auth_password;
	add_text(to, "display-id-unicode", xml_either(line->display_name, line->user_name));
	for (size_t i = 0; i < document->server_count; i++)
		if (document->servers[i].position == member->provider)
			add_server(to, &document->servers[i]);
}

static int add_setting(struct items *to, const struct param *param, struct diag *reterr)
{
	char name[ITEM_NAME_MAX + 1];
	struct item *item;
	int index;

	if (!item_parse(param->name, name, &index))
		return diag_set(reterr, -E_SETTING_NAME,
				"%s: an item is named like realm or function-key-def[1]",
				param->name);
	if (wpi_reserves(param->name))
		return diag_set(reterr, -E_SETTING_RESERVED,
				"%s: phones tell this of themselves, or do something for it; it is "
				"no configuration",
				param->name);
	item = add(to, mem_strdup(to->mem, name));
	item->index = index;
	item->value = param->value;
	item->secret = param->secret;
	return 0;
}

int item_order(const char *a, int a_index, const char *b, int b_index)
{
	if (a_index != b_index)
		return a_index < b_index ? -1 : 1;
	return strcmp(a, b);
}

static int order(const struct item *a, const struct item *b)
{
	return item_order(a->name, a->index, b->name, b->index);
}

/* Of the same ones the last that was added comes last. */
static int by_index_and_name(const void *a, const void *b)
{
	const struct item *x = *(const struct item *const *)a;
	const struct item *y = *(const struct item *const *)b;
	int r = order(x, y);

	return r ? r : (x > y) - (x < y);
}

static void sort(struct items *items)
{
	struct item **sorted = mem_array(items->mem, struct item *, items->count + 1);
	struct item *kept = mem_array(items->mem, struct item, items->count + 1);
	size_t count = 0;

	for (size_t i = 0; i < items->count; i++)
		sorted[i] = &items->items[i];
	qsort(sorted, items->count, sizeof(*sorted), by_index_and_name);
	for (size_t i = 0; i < items->count; i++)
		if (i + 1 == items->count || order(sorted[i], sorted[i + 1]) != 0)
			kept[count++] = *sorted[i];
	items->items = kept;
	items->count = count;
}

int item_list(void *mem, const struct document *document, struct item **ret, size_t *ret_count,
	      struct diag *reterr)
{
	struct items items = {.mem = mem};
	int r = 0;

	if (document->line_count > 0)
		add_line(&items, document, &document->lines[0]);
	for (size_t i = 0; i < document->param_count && r == 0; i++)
		r = add_setting(&items, &document->params[i], reterr);
	if (r < 0)
		return r;
	sort(&items);
	*ret = items.items;
	*ret_count = items.count;
	return 0;
}
