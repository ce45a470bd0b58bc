/* SPDX-License-Identifier: MIT */
#include "ctl/progress.h"

#include <stdio.h>
#include <unistd.h>

/* What takes no time to send needs no words. */
enum { BIG_BYTES = 256 * 1024 };

static int show(void *arg, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
		curl_off_t up)
{
	struct ctl_progress *progress = arg;
	int percent = (int)(up * 100 / (curl_off_t)progress->body_len);

	(void)down_total;
	(void)down;
	(void)up_total;
	if (percent == progress->percent)
		return 0;
	progress->percent = percent;
	progress->is_shown = true;
	if (percent < 100)
		fprintf(stderr, "\r%3d %% of %zu KB sent\033[K", percent,
			progress->body_len / 1024);
	else
		fprintf(stderr, "\r%zu KB sent; waiting for the answer\033[K",
			progress->body_len / 1024);
	return 0;
}

void ctl_progress_begin(struct ctl_progress *progress, CURL *curl, size_t body_len)
{
	*progress = (struct ctl_progress){.body_len = body_len, .percent = -1};
	if (body_len < BIG_BYTES || !isatty(STDERR_FILENO))
		return;
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, show);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, progress);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

void ctl_progress_end(struct ctl_progress *progress)
{
	if (progress->is_shown)
		fputs("\r\033[K", stderr);
	progress->is_shown = false;
}
