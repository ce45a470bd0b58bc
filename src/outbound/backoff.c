/* SPDX-License-Identifier: MIT */
#include "backoff.h"

enum { DOUBLINGS_MAX = 17 }; /* more than a day, from a second */

int64_t backoff_ms(int64_t failures, unsigned least_seconds, unsigned most_seconds, uint32_t random)
{
	int64_t least = (int64_t)least_seconds * 1000;
	int64_t most = (int64_t)most_seconds * 1000;
	int64_t doublings = failures < 1 ? 0 : failures - 1;
	int64_t wait = least << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);

	if (wait > most)
		wait = most;
	wait += (int64_t)(random % 1001) * wait / 2000 - wait / 4;
	return wait < least ? least : wait > most ? most : wait;
}
