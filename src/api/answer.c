/* SPDX-License-Identifier: MIT */
#include "api/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/config.h"
#include "http/reply.h"
#include "http/request.h"
#include "store/mac.h"
#include "store/param.h"

int api_answer(struct request *req, int status, json_t *json_steal)
{
	char *text = json_steal ? json_dumps(json_steal, JSON_COMPACT) : NULL;

	json_decref(json_steal);
	if (!text) {
		log_error("an answer could not be put into JSON", LOG_E(-E_INTERNAL));
		reply_error(req, -E_INTERNAL, NULL);
		return 0;
	}
	reply_bytes(req, status, "application/json", text, strlen(text));
	/* for who shows times to people */
	reply_header(req, "X-Timezone", request_config(req)->daemon.timezone);
	free(text);
	return 0;
}

int api_answer_nothing(struct request *req)
{
	reply_empty(req, 204);
	return 0;
}

int api_refuse(struct request *req, int r, const struct diag *diag)
{
	reply_error(req, r, diag_text(diag, r));
	return 0;
}

json_t *api_text(const char *s)
{
	CLEANUP(mem_freep) char *copy = NULL;
	size_t at = 0;

	if (!s)
		return json_null();
	copy = mem_strdup(NULL, s);
	for (char *rest = copy; text_check(rest, strlen(rest), &at) < 0; rest += at + 1)
		rest[at] = '?';
	return json_string(copy);
}

json_t *api_texts_json(const char *const *texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, api_text(texts[i]));
	return array;
}

json_t *api_time(int64_t at)
{
	return at ? json_integer(at) : json_null();
}

json_t *api_mark(const struct secret *secret)
{
	return secret ? json_string("set") : json_null();
}

json_t *api_params(const struct param *params, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_pack("{s:s, s:s?, s:o}", "name", params[i].name,
						       "value", params[i].value, "secret",
						       api_mark(params[i].secret)));
	return array;
}

json_t *api_mac_text(int64_t mac)
{
	char text[MAC_LEN + 1];

	mac_format(mac, text);
	return json_string(text);
}
