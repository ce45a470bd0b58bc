/* SPDX-License-Identifier: MIT */
/*
 * Accounts.  A Digest is some hashing.  A Basic password that is not
 * remembered is an Argon2 run: tens of milliseconds and megabytes.  So only
 * LOGIN_RUNS of them run at once, however many workers there are; further
 * requests wait in a queue of their own, off the workers, and those beyond its
 * end are told that the server is busy.  A turn is handed on from one request
 * to the next.
 */
#include "http/auth.h"

#include <errno.h>
#include <nettle/base64.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "auth_memory.h"
#include "auth_slow.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "exchange.h"

enum {
	LOGIN_RUNS = 2,
	LOGIN_WAITING_MAX = 256,
	BASIC_MAX = 1024, /* bytes of name and password in base64 */
	HASH_PASSES = 2,
	HASH_MEMORY = 19 * 1024 * 1024,
};

static auth_find *find_account;
static void *find_arg;
static struct credential nobody; /* what unknown names are checked against */

static struct {
	pthread_mutex_t lock;
	unsigned running;
	unsigned waiting;
	struct work *first;
	struct work *last;
} turns = {.lock = PTHREAD_MUTEX_INITIALIZER};

int auth_hash_password(const char *password, char out[128])
{
	_Static_assert(crypto_pwhash_STRBYTES <= 128, "struct credential has room");

	if (crypto_pwhash_str(out, password, strlen(password), HASH_PASSES, HASH_MEMORY) != 0)
		return -ENOMEM;
	return 0;
}

void auth_setup(auth_find *find, void *arg)
{
	char password[33];
	uint8_t bits[16];

	find_account = find;
	find_arg = arg;
	login_memory_setup();
	nonce_memory_setup();
	randombytes_buf(bits, sizeof(bits));
	hex_encode(password, bits, sizeof(bits));
	if (auth_hash_password(password, nobody.password_hash) < 0)
		nobody.password_hash[0] = '\0';
	randombytes_buf(&nobody.ha1_md5, sizeof(nobody.ha1_md5));
	randombytes_buf(&nobody.ha1_sha256, sizeof(nobody.ha1_sha256));
}

/* 0: it is this request's turn.  REQUEST_LATER: it waits. */
static int turn_take(struct request *req)
{
	int r = 0;

	if (req->has_turn)
		return 0;
	pthread_mutex_lock(&turns.lock);
	if (turns.running < LOGIN_RUNS) {
		turns.running++;
		req->has_turn = true;
	} else if (turns.waiting >= LOGIN_WAITING_MAX) {
		r = -E_BUSY;
	} else {
		req->work.next = NULL;
		if (turns.first)
			turns.last->next = &req->work;
		else
			turns.first = &req->work;
		turns.last = &req->work;
		turns.waiting++;
		r = REQUEST_LATER;
	}
	pthread_mutex_unlock(&turns.lock);
	return r;
}

/* Takes the first that waits out of the queue; without one the turn ends. */
static struct request *turn_next(void)
{
	struct work *work;

	pthread_mutex_lock(&turns.lock);
	work = turns.first;
	if (work) {
		turns.first = work->next;
		turns.waiting--;
	} else {
		turns.running--;
	}
	pthread_mutex_unlock(&turns.lock);
	return (struct request *)work;
}

void auth_turn_end(struct request *req)
{
	struct request *next;
	int r = -1;

	if (!req->has_turn)
		return;
	req->has_turn = false;
	while (r < 0 && (next = turn_next())) {
		next->has_turn = true;
		r = pool_post(next->http->pool, &next->work, POOL_NO_LIMIT);
		if (r < 0) {
			next->has_turn = false;
			request_finish(next, r);
		}
	}
}

/* 1 found, 0 unknown: then `ret` is nobody, who costs as much. */
static int account_find(const char *name, struct credential *ret)
{
	int r = 0;

	if (text_check_line(name, PRINCIPAL_NAME_MAX) == 0)
		r = find_account(find_arg, name, ret);
	if (r == 0)
		*ret = nobody;
	return r;
}

/* "name", "password" from base64; the memory is cut at the colon. */
static int basic_parse(void *mem, const char *text, char **ret_name, char **ret_password)
{
	struct base64_decode_ctx ctx;
	size_t len;
	char *out;

	text += strspn(text, " \t");
	len = strnlen(text, BASIC_MAX + 1);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	if (len > BASIC_MAX)
		return -E_BAD_REQUEST;
	out = mem_zalloc(mem, BASE64_DECODE_LENGTH(len) + 1);
	base64_decode_init(&ctx);
	if (!base64_decode_update(&ctx, &len, (uint8_t *)out, len, text) ||
	    !base64_decode_final(&ctx))
		return -E_BAD_REQUEST;
	out[len] = '\0';
	if (strlen(out) != len || !strchr(out, ':'))
		return -E_BAD_REQUEST;
	*ret_name = out;
	*ret_password = strchr(out, ':');
	*(*ret_password)++ = '\0';
	return 0;
}

static int password_verify(struct request *req, const struct credential *credential,
			   const char *password)
{
	int r;

	r = turn_take(req);
	if (r != 0)
		return r;
	if (crypto_pwhash_str_verify(credential->password_hash, password, strlen(password)) != 0)
		r = -E_CREDENTIALS;
	auth_turn_end(req);
	return r;
}

/* What is looked at while a guesser is slowed would be looked at too often. */
static int slow_check(struct request *req, const char *name)
{
	unsigned left = slow_left(name, request_address(req), clock_now());

	if (left == 0)
		return 0;
	req->retry_after = left;
	return -E_TOO_MANY;
}

static int check_basic(struct request *req, const char *text, struct credential *ret,
		       const char **reterr_name)
{
	uint8_t key[LOGIN_KEY_BYTES];
	char *name;
	char *password;
	int found;
	int r;

	if (!request_takes_basic(req))
		return -E_BASIC_REFUSED;
	r = basic_parse(req, text, &name, &password);
	if (r < 0)
		return r;
	*reterr_name = name;
	found = account_find(name, ret);
	if (found < 0)
		return found;
	login_key(name, password, key);
	if (found && login_is_known(key, ret->version, clock_now()))
		return 0;
	r = req->has_turn ? 0 : slow_check(req, name);
	if (r < 0)
		return r;
	r = password_verify(req, ret, password);
	if (r != REQUEST_LATER)
		sodium_memzero(password, strlen(password));
	if (r == 0 && !found)
		r = -E_CREDENTIALS;
	if (r == 0)
		login_remember(key, ret->version,
			       clock_now() + req->config->limits.login_memory_seconds);
	return r;
}

static int check_digest(struct request *req, const char *header, struct credential *ret,
			const char **reterr_name)
{
	struct digest *digest;
	uint64_t number;
	int64_t made_at;
	int found;
	int r;

	r = digest_parse(req, header, &digest);
	if (r < 0)
		return r;
	*reterr_name = digest->username;
	/* Without a count a captured request could be sent again. */
	if (!digest->nc)
		return -E_UNAUTHORIZED;
	r = slow_check(req, digest->username);
	if (r < 0)
		return r;
	found = account_find(digest->username, ret);
	if (found < 0)
		return found;
	r = digest_check(digest, digest->algorithm == DIGEST_MD5 ? &ret->ha1_md5 : &ret->ha1_sha256,
			 req->config->provisioning.realm, req->method_name, req->path, req->target,
			 req->config->limits.nonce_seconds);
	if (r < 0)
		return r;
	if (!found)
		return -E_CREDENTIALS;
	if (!digest_nonce_read(digest->nonce, req->config->provisioning.realm, &number, &made_at))
		return -E_NONCE_STALE;
	return nonce_use(number, digest->nc_value);
}

static void log_refused(struct request *req, const char *name)
{
	char text[NET_TEXT_MAX];
	const char *address = text;

	counter_add(M_LOGIN_FAILED, 1);
	net_address_text(request_address(req), text);
	log_warn("login refused", LOG_S("account", name), LOG_S("address", address),
		 LOG_E(-E_CREDENTIALS));
}

int auth_check(struct request *req, struct principal *ret)
{
	const char *header = request_header(req, MHD_HTTP_HEADER_AUTHORIZATION);
	struct credential credential;
	const char *name = "";
	int r;

	if (!header)
		r = -E_UNAUTHORIZED;
	else if (strncasecmp(header, "Basic ", 6) == 0)
		r = check_basic(req, header + 6, &credential, &name);
	else
		r = check_digest(req, header, &credential, &name);
	if (r == REQUEST_LATER)
		return r;
	/* A turn that came while the password became known, or was taken away. */
	auth_turn_end(req);
	if (r == 0) {
		*ret = credential.principal;
		slow_worked(name, request_address(req));
	} else if (r == -E_CREDENTIALS) {
		slow_failed(name, request_address(req), clock_now(),
			    req->config->limits.login_tries,
			    req->config->limits.login_slow_seconds);
		log_refused(req, name);
	}
	sodium_memzero(&credential, sizeof(credential));
	return r;
}
