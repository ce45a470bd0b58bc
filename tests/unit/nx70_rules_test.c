/* SPDX-License-Identifier: MIT */
/* The schema and the rules that golden documents are held against do refuse what they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>
#include <stdio.h>

#include "base/macros.h"
#include "nx70_rules.h"

#define DOCUMENT(nvm)                                                                              \
	"<provisioning version=\"1.1\" productID=\"e2\"><nvm>" nvm "</nvm></provisioning>"
#define HS(ipui)                                                                                   \
	"<oper name='add_hs' value='" ipui "'><param name='hs.RegStatus' value='ToReg'/></oper>"
#define CLEAR "<oper name='DeleteNotProvisionedHS'/>"
#define DELETE(ipui) "<oper name='delete_hs' value='" ipui "'/>"
#define DEREG(ipui) "<param name='hs." ipui ".RegStatus' value='ToDeReg'/>"
#define PARAM(name, value) "<param name='" name "' value='" value "'/>"
#define FIRMWARE(dm)                                                                               \
	"<oper name='update_dm' value='" dm "'><param name='FwUpdateUrl' value='http://x/'/>"      \
	"<param name='FwUpdateStart' value='1800000000'/></oper>"
#define WINDOW(dm, start)                                                                          \
	"<oper name='update_dm' value='" dm "'><param name='RegStart' value='" start "'/>"         \
	"<param name='RegDuration' value='300'/></oper>"

#define TRUNK(trunk)                                                                               \
	"<oper name='assign_handsets_to_trunk' value='" trunk "'>" PARAM("send", "11") "</oper>"
#define JOIN(ipui)                                                                                 \
	"<oper name='assign_hs_to_trunk'>" PARAM("Ipui", ipui) PARAM("TrunkId", "trunk_0000")      \
		PARAM("Type", "1") "</oper>"

#define A "029e74a599"
#define B "02b6ec8aa5"

struct row {
	const char *xml;
	const char *wrong; /* NULL: the rules have nothing against it */
};

static xmlDoc *parse(const char *xml)
{
	xmlDoc *doc = xmlReadMemory(xml, (int)strlen(xml), "rules.xml", NULL, XML_PARSE_NOENT);

	assert_non_null(doc);
	return doc;
}

static void the_rules_know_wrong_from_right(void **state)
{
	static const struct row rows[] = {
		{DOCUMENT(""), NULL},
		{DOCUMENT(CLEAR DELETE(A) DEREG(B) PARAM("X.0", "1") HS(A) PARAM("hs." A ".Y", "1")
				  HS(B) FIRMWARE("a") FIRMWARE("b") WINDOW("a", "1")),
		 NULL},
		{DOCUMENT(HS(A) CLEAR), "DeleteNotProvisionedHS is not the first"},
		{DOCUMENT("<oper name='DeleteNotProvisionedHS' value='1'/>" HS(A)),
		 "DeleteNotProvisionedHS is not empty"},
		{DOCUMENT(CLEAR PARAM("X", "1")), "DeleteNotProvisionedHS without a handset"},
		{DOCUMENT(PARAM("X", "1") DELETE(A)), "delete_hs is not at the top"},
		{DOCUMENT(HS(A) DEREG(B)), "ToDeReg is not at the top"},
		{DOCUMENT(DELETE(B) DEREG(A)), "removals are not in the order of their IPUIs"},
		{DOCUMENT(DEREG(A) DELETE(A)), "removals are not in the order of their IPUIs"},
		{DOCUMENT(DELETE("029E74A599")), "delete_hs is not just an IPUI in lower case"},
		{DOCUMENT(HS("029E74A599")), "add_hs without an IPUI in lower case"},
		{DOCUMENT(HS("029e74a5990")), "add_hs without an IPUI in lower case"},
		{DOCUMENT("<oper name='add_hs' value='" A "'/>"),
		 "add_hs holds something else than hs.RegStatus ToReg"},
		{DOCUMENT(HS(A) PARAM("X", "1")),
		 "a parameter of the device after handsets or managers"},
		{DOCUMENT(HS(A) PARAM("hs." B ".Y", "1")),
		 "a handset's parameter that does not follow its add_hs"},
		{DOCUMENT(PARAM("SipAccount." A ".Y", "1") HS(A)),
		 "a handset's parameter that does not follow its add_hs"},
		{DOCUMENT(HS(A) PARAM("hs.Y", "1")),
		 "a handset's parameter without an IPUI in lower case"},
		{DOCUMENT(PARAM("hs." A ".RegStatus", "ToReg")),
		 "a RegStatus other than ToDeReg outside add_hs"},
		{DOCUMENT(WINDOW("a", "1") HS(A)), "add_hs after update_dm or other opers"},
		{DOCUMENT(WINDOW("a", "1") FIRMWARE("a")),
		 "a firmware block after a registration window"},
		{DOCUMENT(WINDOW("b", "1") WINDOW("a", "1")),
		 "managers are not in the order of their names"},
		{DOCUMENT(WINDOW("a", "soon")), "RegStart and RegDuration are not two numbers"},
		{DOCUMENT("<oper name='update_dm' value='a'/>"),
		 "update_dm without RegStart and without FwUpdateUrl and FwUpdateStart"},
		{DOCUMENT(PARAM("X", "")), "an element without a name, or with an empty value"},
		{DOCUMENT("<param name='X'/>"), "a param without a value"},
		{DOCUMENT("<oper name='delete_hs'/>"), "an oper without a value"},
		{DOCUMENT(HS(A) TRUNK("trunk_0007")
				  JOIN(A) "<oper name='add_backup_dm'/>"
					  "<oper name='reboot' value='1'/>" WINDOW("a", "1")),
		 NULL},
		{DOCUMENT(TRUNK("trunk_0000") HS(A)), "add_hs after update_dm or other opers"},
		{DOCUMENT(TRUNK("trunk_0000") PARAM("X", "1")),
		 "a parameter of the device after handsets or managers"},
		{DOCUMENT(WINDOW("a", "1") TRUNK("trunk_0000")), "an oper after update_dm"},
		{DOCUMENT(FIRMWARE("a") "<oper name='reboot'/>"), "an oper after update_dm"},
		{DOCUMENT(TRUNK("trunk_0008")), "not a trunk"},
		{DOCUMENT(TRUNK("trunk_00000")), "not a trunk"},
		{DOCUMENT("<oper name='assign_handsets_to_trunk'/>"), "not a trunk"},
		{DOCUMENT(HS(B) JOIN(A)),
		 "an assignment to a trunk of a handset that is not in the file"},
		{DOCUMENT("<oper name='assign_hs_to_trunk'/>"),
		 "an assignment to a trunk without Ipui and Type"},
		{DOCUMENT("<oper name='add_backup_dm' value='1'/>"), "add_backup_dm has no value"},
		{DOCUMENT("<oper name='reboot'><param name='x' value=''/></oper>"),
		 "an oper's parameter without a name or a value"},
		{"<provisioning><firmware><file version='1' url='x'/></firmware><nvm/>"
		 "</provisioning>",
		 NULL},
		{"<provisioning><firmware/><nvm/></provisioning>", "firmware without a file"},
		{"<provisioning><nvm/><custom/></provisioning>",
		 "the root holds something else than firmware and nvm"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		xmlDoc *doc = parse(rows[i].xml);
		const char *wrong = nx70_check(doc);

		if (!rows[i].wrong && wrong)
			fail_msg("%s: %s", rows[i].xml, wrong);
		else if (rows[i].wrong && (!wrong || strcmp(wrong, rows[i].wrong) != 0))
			fail_msg("%s: %s", rows[i].xml, wrong ? wrong : "nothing found");
		xmlFreeDoc(doc);
	}
}

static void ignore(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static void the_schema_knows_wrong_from_right(void **state)
{
	static const char *const right[] = {
		DOCUMENT(""),
		DOCUMENT(CLEAR HS(A) PARAM("SystemSettings.global.X", "1")),
		DOCUMENT(PARAM("SipProvider.0.Name", "1") PARAM("hsx.0.Name", "1")),
		DOCUMENT(PARAM("h.1", "1") PARAM("S.1", "1") PARAM("Sip.1", "1")
				 PARAM("A-b.0.c-d", "1")),
		DOCUMENT("<oper name='assign_handsets_to_trunk' value='trunk_0000'>"
			 "<param name='receive' value='11, 14'/></oper>"),
		"<provisioning version='1.1' productID='e2'><firmware><file version='2.65.0' "
		"url='http://x/f.bin'/></firmware><nvm/><custom><step type='x'/></custom>"
		"</provisioning>",
	};
	static const char *const wrong[] = {
		"<provisioning version='1.0' productID='e2'><nvm/></provisioning>",
		"<provisioning version='1.1' productID='mx3b'><nvm/></provisioning>",
		"<provisioning version='1.1'><nvm/></provisioning>",
		"<provisioning version='1.1' productID='e2'/>",
		"<provisioning version='1.1' productID='e2'><nvm/><nvm/></provisioning>",
		"<provisioning version='1.1' productID='e2'><nvm/><firmware/></provisioning>",
		DOCUMENT(PARAM("X.0", "")),
		DOCUMENT(PARAM("", "1")),
		DOCUMENT("<param name='X.0'/>"),
		DOCUMENT("<param value='1'/>"),
		DOCUMENT(PARAM("a b", "1")),
		DOCUMENT(PARAM("hs.RegStatus", "ToReg")),
		DOCUMENT(PARAM("hs.029E74A599.X", "1")),
		DOCUMENT(PARAM("SipAccount.029E74A599.X", "1")),
		DOCUMENT(PARAM("SipAccount.X", "1")),
		DOCUMENT("<oper name='re boot' value='1'/>"),
		DOCUMENT("<oper name='' value='1'/>"),
		DOCUMENT("<oper value='1'/>"),
		DOCUMENT("<oper name='add_hs' value=''/>"),
		DOCUMENT("<oper name='x'>" PARAM("X", "") "</oper>"),
		DOCUMENT("<oper name='x'>" PARAM("", "1") "</oper>"),
		"<provisioning version='1.1' productID='e2'><firmware><file version='' url='x'/>"
		"</firmware><nvm/></provisioning>",
		"<provisioning version='1.1' productID='e2'><firmware><file version='1'/>"
		"</firmware><nvm/></provisioning>",
		DOCUMENT("text"),
		DOCUMENT("<step/>"),
	};
	xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt("tests/data/nx70-1.1.xsd");
	xmlSchema *schema = xmlSchemaParse(parser);

	(void)state;
	assert_non_null(schema);
	xmlSchemaFreeParserCtxt(parser);
	for (size_t i = 0; i < COUNT_OF(right) + COUNT_OF(wrong); i++) {
		bool is_right = i < COUNT_OF(right);
		const char *xml = is_right ? right[i] : wrong[i - COUNT_OF(right)];
		xmlSchemaValidCtxt *context = xmlSchemaNewValidCtxt(schema);
		xmlDoc *doc = parse(xml);

		xmlSchemaSetValidErrors(context, ignore, ignore, NULL);
		if ((xmlSchemaValidateDoc(context, doc) == 0) != is_right)
			fail_msg("the schema is wrong about %s", xml);
		xmlFreeDoc(doc);
		xmlSchemaFreeValidCtxt(context);
	}
	xmlSchemaFree(schema);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_know_wrong_from_right),
		cmocka_unit_test(the_schema_knows_wrong_from_right),
	};
	int failed = cmocka_run_group_tests_name("nx70_rules", tests, NULL, NULL);

	xmlSchemaCleanupTypes();
	xmlCleanupParser();
	return failed;
}
