/* SPDX-License-Identifier: MIT */
#include "sim/answer.h"

#include <errno.h>
#include <libxml/parser.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"

static const char *const action_words[] = {
#define ACTION(id, word) word,
#include "sim/actions.def"
#undef ACTION
};

static const char space[] = "http://www.siemens.com/DLS";

DEFINE_CLEANUP(xmlDoc, xmlFreeDoc);

const char *sim_action_word(enum sim_action action)
{
	return action_words[action];
}

static void ignore(void *arg, xmlErrorPtr error)
{
	(void)arg, (void)error;
}

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0 &&
	       node->ns && strcmp((const char *)node->ns->href, space) == 0;
}

static const char *text_of(void *mem, const xmlNode *node)
{
	xmlChar *content = xmlNodeGetContent(node);
	char *text = mem_strdup(mem, content ? (const char *)content : "");

	xmlFree(content);
	return text;
}

/* NULL when there is none. */
static const char *attribute_of(void *mem, const xmlNode *node, const char *name)
{
	xmlChar *content = xmlGetNoNsProp(node, (const xmlChar *)name);
	const char *text = content ? mem_strdup(mem, (const char *)content) : NULL;

	xmlFree(content);
	return text;
}

static int item_read(void *mem, const xmlNode *node, struct sim_items *items, struct diag *reterr)
{
	const char *name = attribute_of(mem, node, "name");
	const char *text = attribute_of(mem, node, "index");
	uint64_t index = 0;

	if (!is_element(node, "Item"))
		return diag_set(reterr, -EBADMSG, "an ItemList holds <%s>",
				node->type == XML_ELEMENT_NODE ? (const char *)node->name : "text");
	if (!name || !sim_name_is_valid(name))
		return diag_set(reterr, -EBADMSG, "an item is named '%s'", name ? name : "");
	if (text && !text_to_uint(text, 999999, &index))
		return diag_set(reterr, -EBADMSG, "%s has the index '%s'", name, text);
	sim_items_add(mem, items, name, text ? (int)index : SIM_NO_INDEX, text_of(mem, node));
	return 0;
}

static int list_read(void *mem, const xmlNode *list, struct sim_items *items, struct diag *reterr)
{
	for (const xmlNode *node = list->children; node; node = node->next) {
		int r = xmlIsBlankNode(node) ? 0 : item_read(mem, node, items, reterr);

		if (r < 0)
			return r;
	}
	return 0;
}

static int action_read(const char *word, enum sim_action *ret, struct diag *reterr)
{
	for (enum sim_action action = 0; action < SIM_ACTION_COUNT; action++) {
		if (strcmp(word, action_words[action]) == 0) {
			*ret = action;
			return 0;
		}
	}
	return diag_set(reterr, -EBADMSG, "there is no action '%s'", word);
}

/* Action, then perhaps an ItemList, and nothing else. */
static int message_read(void *mem, const xmlNode *message, struct sim_answer *answer,
			struct diag *reterr)
{
	unsigned actions = 0;
	unsigned lists = 0;
	int r = 0;

	answer->nonce = attribute_of(mem, message, "nonce");
	if (!answer->nonce)
		return diag_set(reterr, -EBADMSG, "the message has no nonce");
	for (const xmlNode *node = message->children; node && r >= 0; node = node->next) {
		if (xmlIsBlankNode(node))
			continue;
		if (is_element(node, "Action") && !actions++)
			r = action_read(text_of(mem, node), &answer->action, reterr);
		else if (is_element(node, "ItemList") && actions && !lists++)
			r = list_read(mem, node, &answer->items, reterr);
		else
			r = diag_set(reterr, -EBADMSG, "<%s> is in a place where it should not be",
				     (const char *)node->name);
	}
	if (r >= 0 && !actions)
		r = diag_set(reterr, -EBADMSG, "the message has no Action");
	return r;
}

/* A phone with firmware of V1 to V2.1 decodes &apos; &#39; &#34; and nothing else. */
static void add_weak(struct buf *out, const char *xml, size_t len)
{
	static const char *const literal[] = {"&amp;",	"&lt;",	  "&gt;",   "&#38;",
					      "&#60;",	"&#62;",  "&#x26;", "&#x3c;",
					      "&#x3e;", "&#x3C;", "&#x3E;"};

	for (size_t i = 0; i < len; i++) {
		buf_addc(out, xml[i]);
		for (size_t k = 0; xml[i] == '&' && k < COUNT_OF(literal); k++)
			if (len - i >= strlen(literal[k]) &&
			    memcmp(xml + i, literal[k], strlen(literal[k])) == 0)
				buf_adds(out, "amp;");
	}
}

static xmlNode *only_element(const xmlNode *parent)
{
	xmlNode *found = NULL;

	for (xmlNode *node = parent->children; node; node = node->next) {
		if (xmlIsBlankNode(node))
			continue;
		if (found || node->type != XML_ELEMENT_NODE)
			return NULL;
		found = node;
	}
	return found;
}

int sim_answer_read(void *mem, const char *xml, size_t len, bool weak, struct sim_answer **ret,
		    struct diag *reterr)
{
	static const char prolog[] = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";
	CLEANUP(mem_freep) struct buf *weakly = NULL;
	CLEANUP(xmlFreeDocp) xmlDoc *document = NULL;
	struct sim_answer *answer = mem_new(mem, struct sim_answer);
	xmlNode *root;
	xmlNode *message;
	int r;

	if (len > SIM_ANSWER_MAX)
		return diag_set(reterr, -EBADMSG, "it has %zu bytes, more than 50 kB", len);
	if (len < sizeof(prolog) - 1 || memcmp(xml, prolog, sizeof(prolog) - 1) != 0)
		return diag_set(reterr, -EBADMSG, "it does not begin with %s", prolog);
	if (weak) {
		weakly = buf_new(mem);
		add_weak(weakly, xml, len);
		xml = weakly->data;
		len = weakly->len;
	}
	xmlSetStructuredErrorFunc(NULL, ignore);
	document = xmlReadMemory(xml, (int)len, NULL, NULL, XML_PARSE_NONET);
	if (!document)
		return diag_set(reterr, -EBADMSG, "it is no XML");
	root = xmlDocGetRootElement(document);
	if (!root || !is_element(root, "DLSMessage"))
		return diag_set(reterr, -EBADMSG, "it is no DLSMessage of %s", space);
	message = only_element(root);
	if (!message || !is_element(message, "Message"))
		return diag_set(reterr, -EBADMSG, "it holds not just one Message");
	r = message_read(mem, message, answer, reterr);
	if (r < 0)
		return r;
	*ret = answer;
	return 0;
}
