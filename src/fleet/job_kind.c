/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "fleet/job.h"

static const struct job_kind_row kinds[] = {
#define JOB(id, evidence, restarts, setting, wait_s, what)                                         \
	{#id, JOB_EVIDENCE_##evidence, restarts, setting, wait_s, what},
#include "fleet/jobs.def"
#undef JOB
};

const struct job_kind_row *job_kind_row(enum job_kind kind)
{
	return &kinds[kind];
}

int job_kind_parse(const char *s, enum job_kind *ret, struct diag *reterr)
{
	CLEANUP(mem_freep) struct buf *names = buf_new(NULL);

	for (size_t i = 0; i < JOB_KINDS; i++) {
		if (strcmp(s, kinds[i].name) == 0) {
			*ret = (enum job_kind)i;
			return 0;
		}
		buf_printf(names, "%s%s", i ? ", " : "", kinds[i].name);
	}
	return diag_set(reterr, -E_JOB_KIND, "there is no kind of job '%.40s'; there are: %s", s,
			names->data);
}

enum job_kind job_kind_of(const struct job *job)
{
	enum job_kind kind = JOB_KIND_reprovision;
	/* The table's CHECK knows no others. */
	int r = job_kind_parse(job->kind, &kind, NULL);

	return r < 0 ? JOB_KIND_reprovision : kind;
}

int job_threshold_parse(const char *s, struct job_threshold *ret, struct diag *reterr)
{
	CLEANUP(mem_freep) char *digits = mem_strdup(NULL, s);
	size_t len = strlen(digits);
	bool percent = len > 1 && digits[len - 1] == '%';
	uint64_t n;

	if (percent)
		digits[len - 1] = '\0';
	if (!text_to_uint(digits, percent ? 100 : 1000000, &n) || n == 0)
		return diag_set(reterr, -E_VALUE,
				"'%.20s' is no number of failures; one is 20, a share of them 3%%",
				s);
	*ret = (struct job_threshold){.percent = percent ? (int64_t)n : 0,
				      .count = percent ? 0 : (int64_t)n};
	return 0;
}
