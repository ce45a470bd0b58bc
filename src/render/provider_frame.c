/* SPDX-License-Identifier: MIT */
/*
 * Documents of older phones: ProviderFrame, in three dialects.
 *
 *	N510 and its line   SYMB_ITEM; accounts are told apart by a suffix
 *	N720                SYMB_ITEM; accounts and providers are arrays
 *	DE                  an element for each parameter: S_… B_… I_…
 *
 * Their parsers are older than XML's finer points, so the file looks like those
 * that they are known to take: texts of a SYMB_ITEM are in double quotes inside
 * of the attribute, which therefore has single ones; encoding is ISO-8859-1.
 *
 * VERSION has the form DDMMYYHHMM and tells the phone whether it has this file
 * already.  There is no clock here, and a revision moves with changes that
 * change no byte; so it is a minute of a hundred years, chosen by a hash of all
 * the rest: the same for the same content, another for another (but for one in
 * 52 millions).  In a preview it is hidden, since it would tell of secrets.
 *
 * A phone keeps what a document does not name, so accounts without a line are
 * switched off.
 */
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/text.h"
#include "frame.h"
#include "render/format.h"
#include "render/param.h"

/* What lines and servers are written as, with indices and account numbers left out. */
static const char *const reserved[] = {
	"BS_Accounts.astAccounts[].aucAccountName",
	"BS_IP_Data1.aucS_SIP_ACCOUNT_NAME",
	"BS_IP_Data1.aucS_SIP_DISPLAYNAME",
	"BS_IP_Data3.aucS_SIP_LOGIN_ID",
	"BS_IP_Data1.aucS_SIP_PASSWORD",
	"BS_IP_Data1.aucS_SIP_USER_ID",
	"BS_IP_Data1.aucS_SIP_DOMAIN",
	"BS_IP_Data1.aucS_SIP_SERVER",
	"BS_IP_Data1.aucS_SIP_REGISTRAR",
	"BS_IP_Data1.aucS_SIP_PROVIDER_NAME",
	"BS_IP_Data1.uiI_SIP_SERVER_PORT",
	"BS_IP_Data1.uiI_SIP_REGISTRAR_PORT",
	"BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE",
	"BS_VOIP_Data.astVoipProviders[].aucSIP_PROVIDER_NAME",
	"BS_VOIP_Data.astVoipProviders[].aucSIP_DOMAIN",
	"BS_VOIP_Data.astVoipProviders[].aucSIP_SERVER",
	"BS_VOIP_Data.astVoipProviders[].uiSIP_SERVER_PORT",
	"BS_VOIP_Data.astVoipProviders[].aucSIP_REGISTRAR",
	"BS_VOIP_Data.astVoipProviders[].uiSIP_REGISTRAR_PORT",
	"BS_VOIP_Data.astVoipAccounts[].aucS_SIP_DISPLAYNAME",
	"BS_VOIP_Data.astVoipAccounts[].aucS_SIP_LOGIN_ID",
	"BS_VOIP_Data.astVoipAccounts[].aucS_SIP_PASSWORD",
	"BS_VOIP_Data.astVoipAccounts[].aucS_SIP_USER_ID",
	"BS_VOIP_Data.astVoipAccounts[].ucVoipProviderIndex",
	"BS_VOIP_Data.astVoipAccounts[].ucB_SIP_ACCOUNT_IS_ACTIVE",
	"B_SIP_ACCOUNT_IS_ACTIVE",
	"S_SIP_ACCOUNT_NAME",
	"S_SIP_LOGIN_ID",
	"S_SIP_PASSWORD",
	"S_SIP_USER_ID",
	"S_SIP_DISPLAYNAME",
	"S_SIP_PROVIDER_NAME",
	"S_SIP_DOMAIN",
	"S_SIP_SERVER",
	"I_SIP_SERVER_PORT",
	"S_SIP_REGISTRAR",
	"I_SIP_REGISTRAR_PORT",
};

enum { NAME_MAX_LEN = 128 };

/* "x[3].y_2[0]" as "x[].y". */
static void stem_of(const char *name, char stem[NAME_MAX_LEN + 1])
{
	size_t len = 0;

	while (*name && len < NAME_MAX_LEN) {
		stem[len++] = *name;
		name += *name == '[' ? 1 + strcspn(name + 1, "]") : 1;
	}
	stem[len] = '\0';
	if (len > 2 && strcmp(stem + len - 2, "[]") == 0)
		stem[len -= 2] = '\0';
	while (len > 1 && isdigit((unsigned char)stem[len - 1]))
		len--;
	if (stem[len] && stem[len - 1] == '_')
		stem[len - 1] = '\0';
}

bool provider_frame_reserves(const char *setting_name)
{
	char stem[NAME_MAX_LEN + 1];

	if (!provider_frame_takes(setting_name))
		return false;
	stem_of(setting_name, stem);
	for (size_t i = 0; i < COUNT_OF(reserved); i++)
		if (strcmp(stem, reserved[i]) == 0)
			return true;
	return false;
}

bool provider_frame_per_handset(const char *setting_name)
{
	(void)setting_name;
	return false;
}

bool provider_frame_takes(const char *setting_name)
{
	return param_is_symbol(setting_name) || param_is_element(setting_name);
}

static int write_params(struct frame *out)
{
	const struct document *document = out->document;

	for (size_t i = 0; i < document->param_count; i++) {
		const struct param *param = &document->params[i];
		int r = frame_check_name(out, param->name);

		if (r == 0 && provider_frame_reserves(param->name))
			r = frame_refuse(out, -E_SETTING_RESERVED, param->name);
		if (r == 0)
			r = frame_param(out, param);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A minute of a hundred years, which tells nothing but whether the content is the same. */
static const char *version_of(const struct frame *out)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	uint8_t hash[crypto_generichash_BYTES_MIN];
	uint64_t n = 0;
	unsigned minute, hour, day, month = 0;

	crypto_generichash(hash, sizeof(hash), (const uint8_t *)out->body->data, out->body->len,
			   NULL, 0);
	for (size_t i = 0; i < sizeof(n); i++)
		n = n << 8 | hash[i];
	minute = n % 60;
	hour = n / 60 % 24;
	n /= (uint64_t)60 * 24;
	day = n % 365;
	while (day >= days[month])
		day -= days[month++];
	return mem_printf(out->mem, "%02u%02u%02u%02u%02u", day + 1, month + 1,
			  (unsigned)(n / 365 % 100), hour, minute);
}

static const char *profile_name(void *mem, const char *product)
{
	char *name = mem_strdup(mem, product);

	for (char *s = name; *s; s++)
		*s = (char)toupper((unsigned char)*s);
	return name;
}

static struct buf *put_together(const struct frame *out, void *mem)
{
	const char *name = profile_name(out->mem, out->document->product);
	struct buf *buf = buf_new(mem);
	char mac[MAC_LEN + 1];

	mac_format(out->document->mac, mac);
	buf_adds(buf, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n"
		      "<ProviderFrame xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ");
	buf_printf(buf, "xsi:noNamespaceSchemaLocation=\"%s%s.xsd\">\n  <Provider>\n", name,
		   strcmp(name, "N720") == 0 ? "_general" : "");
	buf_printf(buf, "    <MAC_ADDRESS value=\"%s\"/>\n", mac);
	buf_printf(buf, "    <VERSION value=\"%s\"/>\n",
		   out->reveal ? version_of(out) : RENDER_REDACTED);
	buf_printf(buf, "    <PROFILE_NAME class=\"string\" value=\"%s\"/>\n", name);
	buf_add(buf, out->body->data, out->body->len);
	buf_adds(buf, "  </Provider>\n</ProviderFrame>\n");
	return buf;
}

int provider_frame_render(void *mem, const struct document *document, bool reveal, struct buf **ret,
			  struct diag *reterr)
{
	CLEANUP(mem_freep) void *scratch = mem_root("frame");
	struct frame out = {
		.mem = scratch,
		.document = document,
		.body = buf_new(scratch),
		.reveal = reveal,
		.reterr = reterr,
	};
	int r = write_params(&out);

	if (r == 0)
		r = frame_accounts(&out);
	if (r < 0)
		return r;
	*ret = put_together(&out, mem);
	return 0;
}
