/* SPDX-License-Identifier: MIT */
#include "ctl/spelling.h"

#include <errno.h>
#include <string.h>

bool ctl_spelling_has_value(const char *spelling)
{
	return strchr(spelling, ' ') != NULL;
}

bool ctl_spelling_matches(const char *spelling, const char *word)
{
	size_t len = strcspn(spelling, " ");

	return len > 0 && strcspn(word, "=") == len && strncmp(spelling, word, len) == 0;
}

int ctl_spelling_take(const char *spelling, struct ctl_words *words, const char **ret,
		      struct diag *reterr)
{
	const char *word = words->words[words->at];
	const char *inside = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
	int name_len = (int)strcspn(spelling, " ");

	if (!ctl_spelling_has_value(spelling)) {
		if (inside)
			return diag_set(reterr, -EINVAL, "%.*s takes no value", name_len, spelling);
		*ret = NULL;
	} else if (inside) {
		*ret = inside + 1;
	} else if (words->words[words->at + 1]) {
		*ret = words->words[++words->at];
	} else {
		return diag_set(reterr, -EINVAL, "%.*s needs a value: %s", name_len, spelling,
				spelling);
	}
	words->at++;
	return 0;
}
