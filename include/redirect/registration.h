/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "store/audit.h"
#include "store/mac.h"
#include "store/registration.h"

struct config;
struct config_redirect;
struct db;
struct redirect_list;
struct secret;

/*
 * The rules of registering: who may, what is answered.
 *
 * A MAC that is registered is never overwritten.  An account meets only
 * registrations of its own providers; those of others are to it as if they
 * were not there, but for `mac_already_in_use`, and about their MACs not even
 * a suffix is judged.  Everything here runs inside a write operation, but for
 * redirect_look(), which is for readers.
 */

enum redirect_outcome {
#define OUTCOME(id, code, offender) id,
#include "redirect/outcomes.def"
#undef OUTCOME
};

/* Who calls. */
struct redirect_caller {
	int64_t account_id;  /* 0: the machine's own admin */
	bool every_provider; /* admins; viewers where they may only look */
	bool require_mac_id; /* a bare MAC is refused on register */
	const struct config_redirect *rules;
	const struct audit_who *who;
	const struct config *config; /* its upstreams are told; NULL: nobody is */
};

/* One line of an answer.  `offender` is shown behind the code. */
struct redirect_answer {
	enum redirect_outcome outcome;
	const char *offender;
	int reason;		     /* row of errors.def, for the log; 0: none */
	const struct secret *secret; /* registered: the device's */
	int64_t locks_until;	     /* this wrong suffix was one too many; 0: it was not */
};

/* "mac_not_found:7C2F80820EC0", "OK" or "OK: <password>". */
char *redirect_answer_text(void *mem, const struct redirect_answer *answer);

/* Provider and URL of a call, checked once for all its MACs. */
struct redirect_target {
	const char *url;
	int64_t provider_id;
	const char *provider;	    /* its name */
	bool replace;		    /* what the caller's own have registered gives way */
	const char *audit;	    /* what the audit log says of it */
	struct redirect_list *list; /* redirect/list.h; NULL: of this MAC alone */
};

/*
 * 0 and `answer` says whether it is well; negative only when the database
 * failed.  The URL is checked first, then the name.
 */
int redirect_target_check(void *mem, struct db *db, const struct redirect_caller *caller,
			  const char *url, const char *provider, struct redirect_target *ret,
			  struct redirect_answer *answer) MUST_CHECK;

/*
 * What redirect_register() would answer, with nothing done but wrong suffixes
 * counted: in a write operation, too.
 */
int redirect_register_check(void *mem, struct db *db, const struct redirect_caller *caller,
			    const char *mac_id, const struct redirect_target *target,
			    struct redirect_answer *answer) MUST_CHECK;

/* Registers one MAC-ID for a target that was found well. */
int redirect_register(void *mem, struct db *db, const struct redirect_caller *caller,
		      const char *mac_id, const struct redirect_target *target,
		      struct redirect_answer *answer) MUST_CHECK;

/* The last registration of a list has been made; until then some of them are not stored. */
int redirect_list_end(struct db *db, const struct redirect_caller *caller,
		      const struct redirect_target *target) MUST_CHECK;

int redirect_deregister(void *mem, struct db *db, const struct redirect_caller *caller,
			const char *mac_id, struct redirect_answer *answer) MUST_CHECK;

/* `ret` is set when the answer is REDIRECT_OK. */
int redirect_check(void *mem, struct db *db, const struct redirect_caller *caller,
		   const char *mac_id, struct registration **ret,
		   struct redirect_answer *answer) MUST_CHECK;

/*
 * The same on a reader.  REDIRECT_WRITE, and no answer, when a suffix has to be
 * counted: only redirect_check() can tell.
 */
enum { REDIRECT_WRITE = 1 };
int redirect_look(void *mem, struct db *db, const struct redirect_caller *caller,
		  const char *mac_id, struct registration **ret,
		  struct redirect_answer *answer) MUST_CHECK;
