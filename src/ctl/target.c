/* SPDX-License-Identifier: MIT */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "ctl/ask.h"
#include "ctl/connection.h"

DEFINE_CLEANUP(CURLU, curl_url_cleanup);

/* A part of the URL, or NULL. */
static char *part(void *mem, CURLU *url, CURLUPart which, unsigned flags)
{
	char *text = NULL;
	char *copy;

	if (curl_url_get(url, which, &text, flags) != CURLUE_OK)
		return NULL;
	copy = mem_strdup(mem, text);
	curl_free(text);
	return copy;
}

static int url_parse(void *mem, const char *given, struct ctl_target *target, struct diag *reterr)
{
	CLEANUP(curl_url_cleanupp) CURLU *url = curl_url();
	CURLUcode code = curl_url_set(url, CURLUPART_URL, given, 0);
	const char *scheme = code == CURLUE_OK ? part(mem, url, CURLUPART_SCHEME, 0) : NULL;
	char *base;

	if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) ||
	    part(mem, url, CURLUPART_QUERY, 0) || part(mem, url, CURLUPART_FRAGMENT, 0))
		return diag_set(reterr, -EINVAL, "--url is http[s]://[USER@]HOST[:PORT]");
	if (part(mem, url, CURLUPART_PASSWORD, 0))
		return diag_set(reterr, -EINVAL,
				"a password does not belong on the command line; use "
				"--password-file or GIGAPROV_PASSWORD");
	target->user = part(mem, url, CURLUPART_USER, CURLU_URLDECODE);
	curl_url_set(url, CURLUPART_USER, NULL, 0);
	base = part(mem, url, CURLUPART_URL, 0);
	if (!base)
		return diag_set(reterr, -EINVAL, "--url is http[s]://[USER@]HOST[:PORT]");
	for (size_t len = strlen(base); len > 0 && base[len - 1] == '/'; len--)
		base[len - 1] = '\0';
	target->base = base;
	return 0;
}

static int password_get(void *mem, const struct ctl_options *options, struct ctl_target *target,
			struct diag *reterr)
{
	const char *inherited = getenv("GIGAPROV_PASSWORD");
	struct secret *password = NULL;
	int r = 0;

	if (options->password_file)
		r = ctl_ask_file(mem, options->password_file, &password, reterr);
	else if (inherited)
		password = secret_new(mem, inherited);
	else
		r = ctl_ask_terminal(mem, mem_printf(mem, "password of %s: ", target->user),
				     &password, reterr);
	if (r == -ENXIO)
		diag_set(reterr, r,
			 "no terminal to ask for the password of %s; use --password-file or "
			 "GIGAPROV_PASSWORD",
			 target->user);
	target->password = password;
	return r;
}

int ctl_target_of(void *mem, const struct ctl_options *options, struct ctl_target *ret,
		  struct diag *reterr)
{
	struct ctl_target target = {.cacert = options->cacert,
				    .insecure = options->insecure != NULL};
	int r;

	if (options->url && options->socket)
		return diag_set(reterr, -EINVAL, "--socket and --url contradict each other");
	if (!options->url) {
		target.socket = options->socket ? options->socket : CTL_SOCKET;
		target.base = "http://localhost";
		*ret = target;
		return 0;
	}
	r = url_parse(mem, options->url, &target, reterr);
	if (r >= 0 && target.user)
		r = password_get(mem, options, &target, reterr);
	*ret = target;
	return r;
}
