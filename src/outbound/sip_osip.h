/* SPDX-License-Identifier: MIT */
#pragma once

/* libosip2, whose header leaves out what it needs itself. */
#include <sys/time.h>
#include <time.h>

#include <osip2/osip.h>
