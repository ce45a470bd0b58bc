/* SPDX-License-Identifier: MIT */
#include "http_client.h"

#include <pthread.h>
#include <sodium.h>

#include "../../src/http/auth_memory.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/text.h"
#include "http/auth.h"
#include "http/digest.h"
#include "http/reply.h"
#include "http/request.h"

enum { NOW = 1780000000 };

/* The one table of accounts: three, one for each role, all with the password "sésame:1". */
static struct {
	pthread_mutex_t lock;
	char hash[128];
	int64_t version;
} accounts = {.lock = PTHREAD_MUTEX_INITIALIZER};

#define PASSWORD "s\xc3\xa9same:1"

static int find(void *arg, const char *name, struct credential *ret)
{
	static const char *const names[] = {"viewer", "integrator", "admin"};

	(void)arg;
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (strcmp(name, names[i]) != 0)
			continue;
		ret->principal.account_id = (int64_t)i + 1;
		ret->principal.role = (enum role)i;
		snprintf(ret->principal.name, sizeof(ret->principal.name), "%s", name);
		digest_ha1(DIGEST_MD5, name, "gigaprovd", PASSWORD, &ret->ha1_md5);
		digest_ha1(DIGEST_SHA256, name, "gigaprovd", PASSWORD, &ret->ha1_sha256);
		pthread_mutex_lock(&accounts.lock);
		ret->version = accounts.version;
		memcpy(ret->password_hash, accounts.hash, sizeof(ret->password_hash));
		pthread_mutex_unlock(&accounts.lock);
		return 1;
	}
	return 0;
}

static int who(struct request *req)
{
	const char *name = request_principal(req)->name;

	reply_bytes(req, 200, "text/plain", name, strlen(name));
	return 0;
}

static const struct route routes[] = {
	{HTTP_GET, "/any", PLANE_RPC, ROUTE_AUTH_ACCOUNT, ROUTE_WORKER, who, "any", ""},
	{HTTP_GET, "/view", PLANE_RPC, ROUTE_AUTH_VIEWER, ROUTE_INLINE, who, "view", ""},
	{HTTP_GET, "/admin", PLANE_RPC, ROUTE_AUTH_ADMIN, ROUTE_WORKER, who, "admin", ""},
};

struct fixture {
	struct http *http;
	struct config *config;
	unsigned port;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	clock_set(NOW);
	pthread_mutex_lock(&accounts.lock);
	accounts.version = 1;
	pthread_mutex_unlock(&accounts.lock);
	assert_int_equal(auth_hash_password(PASSWORD, accounts.hash), 0);
	auth_setup(find, NULL);
	f->config = server_config(PLANE_RPC);
	f->config->daemon.workers = 3;
	config_use(f->config);
	assert_int_equal(http_start(NULL, f->config, routes, COUNT_OF(routes), who, &f->http, NULL),
			 0);
	f->port = http_port(f->http, "test");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	http_stop(f->http);
	free(f);
	clock_set(0);
	return 0;
}

static int ask_basic_raw(unsigned port, const char *path, const char *pair, size_t len)
{
	char base64[512];
	char request[1024];

	sodium_bin2base64(base64, sizeof(base64), (const unsigned char *)pair, len,
			  sodium_base64_VARIANT_ORIGINAL);
	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: t\r\nAuthorization: Basic %s\r\n\r\n", path, base64);
	return ask_status(port, request);
}

static int ask_basic(unsigned port, const char *path, const char *pair)
{
	return ask_basic_raw(port, path, pair, strlen(pair));
}

static void a_password_proves_an_account(void **state)
{
	struct fixture *f = *state;
	int64_t failed = counter_get(M_LOGIN_FAILED);

	assert_int_equal(ask_basic(f->port, "/any", "integrator:" PASSWORD), 200);
	assert_int_equal(ask_basic(f->port, "/any", "integrator:wrong"), 401);
	assert_int_equal(ask_basic(f->port, "/any", "nobody:" PASSWORD), 401);
	assert_int_equal(ask_basic(f->port, "/any", "integr\xff:" PASSWORD), 401);
	assert_int_equal(counter_get(M_LOGIN_FAILED), failed + 3);
	assert_int_equal(ask_basic(f->port, "/any", "integrator"), 400);
	assert_int_equal(ask_basic_raw(f->port, "/any", "integrator:a\0b", 14), 400);
	assert_int_equal(ask_status(f->port, "GET /any HTTP/1.1\r\nHost: t\r\n"
					     "Authorization: Basic ???\r\n\r\n"),
			 400);
	assert_int_equal(ask_status(f->port, "GET /any HTTP/1.1\r\nHost: t\r\n"
					     "Authorization: Bearer x\r\n\r\n"),
			 401);
}

static void a_role_opens_its_routes_only(void **state)
{
	static const struct {
		const char *pair;
		int any;
		int view;
		int admin;
	} roles[] = {
		{"viewer:" PASSWORD, 200, 200, 403},
		{"integrator:" PASSWORD, 200, 403, 403},
		{"admin:" PASSWORD, 200, 200, 200},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(roles); i++) {
		assert_int_equal(ask_basic(f->port, "/any", roles[i].pair), roles[i].any);
		assert_int_equal(ask_basic(f->port, "/view", roles[i].pair), roles[i].view);
		assert_int_equal(ask_basic(f->port, "/admin", roles[i].pair), roles[i].admin);
	}
}

static void a_verified_password_is_remembered_until_the_account_changes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask_basic(f->port, "/any", "admin:" PASSWORD), 200);
	/* A hash that nothing fits: who gets in now is remembered. */
	pthread_mutex_lock(&accounts.lock);
	accounts.hash[20] ^= 1;
	pthread_mutex_unlock(&accounts.lock);
	assert_int_equal(ask_basic(f->port, "/any", "admin:" PASSWORD), 200);
	assert_int_equal(ask_basic(f->port, "/any", "viewer:" PASSWORD), 401);
	clock_set(NOW + 301);
	assert_int_equal(ask_basic(f->port, "/any", "admin:" PASSWORD), 401);
	clock_set(NOW);
	pthread_mutex_lock(&accounts.lock);
	accounts.version++;
	pthread_mutex_unlock(&accounts.lock);
	assert_int_equal(ask_basic(f->port, "/any", "admin:" PASSWORD), 401);
}

struct login {
	pthread_t thread;
	unsigned port;
	int status;
};

static void *login_main(void *arg)
{
	struct login *login = arg;

	login->status = ask_basic(login->port, "/any", "admin:wrong");
	return NULL;
}

static void many_wrong_passwords_wait_for_their_turn(void **state)
{
	struct fixture *f = *state;
	struct login logins[12];

	for (size_t i = 0; i < COUNT_OF(logins); i++) {
		logins[i].port = f->port;
		pthread_create(&logins[i].thread, NULL, login_main, &logins[i]);
	}
	for (size_t i = 0; i < COUNT_OF(logins); i++) {
		pthread_join(logins[i].thread, NULL);
		assert_int_equal(logins[i].status, 401);
	}
	assert_int_equal(ask_basic(f->port, "/any", "admin:" PASSWORD), 200);
}

/* The hash over "a:b:c", as hex; the header offers no other. */
static void hash(enum digest_algorithm algorithm, const char *a, const char *b, const char *c,
		 char *out)
{
	struct digest_ha1 ha1;

	digest_ha1(algorithm, a, b, c, &ha1);
	hex_encode(out, ha1.bytes, algorithm == DIGEST_MD5 ? 16 : 32);
}

/* H("GET:/any") of both algorithms, by md5sum and sha256sum. */
static const char *const ha2_any[] = {
	"ff265843ad2fc36f0c1586b6c0bff528",
	"8cfd32d0b614349bd47bf8e2b084d4bfc4af6baf8bbb9f31ae90977e43b9df1f",
};

static void digest_request(char *out, size_t size, enum digest_algorithm algorithm,
			   const char *nonce, unsigned nc)
{
	char ha1[65];
	char response[65];
	char rest[128];

	hash(algorithm, "integrator", "gigaprovd", PASSWORD, ha1);
	snprintf(rest, sizeof(rest), "%08x:c:auth:%s", nc, ha2_any[algorithm]);
	hash(algorithm, ha1, nonce, rest, response);
	snprintf(out, size,
		 "GET /any HTTP/1.1\r\nHost: t\r\nAuthorization: Digest username=\"integrator\", "
		 "realm=\"gigaprovd\", nonce=\"%s\", uri=\"/any\", algorithm=%s, qop=auth, "
		 "nc=%08x, cnonce=\"c\", response=\"%s\"\r\n\r\n",
		 nonce, algorithm == DIGEST_MD5 ? "MD5" : "SHA-256", nc, response);
}

static void a_digest_proves_an_account_once_for_each_count(void **state)
{
	struct fixture *f = *state;

	for (int a = DIGEST_MD5; a <= DIGEST_SHA256; a++) {
		struct client *client = client_new(f->port);
		char nonce[DIGEST_NONCE_MAX];
		char request[1024];
		struct reply reply;

		client_ask(client, GET("/any"), &reply);
		assert_int_equal(reply.status, 401);
		assert_int_equal(sscanf(strstr(reply.head, "nonce=\"") + 7, "%63[0-9a-f]", nonce),
				 1);
		reply_done(&reply);
		digest_request(request, sizeof(request), (enum digest_algorithm)a, nonce, 1);
		client_ask(client, request, &reply);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.body, "integrator");
		reply_done(&reply);
		client_ask(client, request, &reply);
		assert_int_equal(reply.status, 401);
		assert_non_null(strstr(reply.head, "stale=true"));
		reply_done(&reply);
		digest_request(request, sizeof(request), (enum digest_algorithm)a, nonce, 2);
		client_ask(client, request, &reply);
		assert_int_equal(reply.status, 200);
		reply_done(&reply);
		request[strlen(request) - 6] ^= 1;
		client_ask(client, request, &reply);
		assert_int_equal(reply.status, 401);
		assert_null(strstr(reply.head, "stale"));
		reply_done(&reply);
		client_free(client);
	}
}

static void a_nonce_count_is_never_taken_twice(void **state)
{
	uint64_t number = (uint64_t)(NOW + 1) << 24;

	(void)state;
	assert_int_equal(nonce_use(number, 0), -E_NONCE_STALE);
	assert_int_equal(nonce_use(number, 5), 0);
	assert_int_equal(nonce_use(number, 5), -E_NONCE_STALE);
	assert_int_equal(nonce_use(number, 3), 0);
	assert_int_equal(nonce_use(number, 3), -E_NONCE_STALE);
	assert_int_equal(nonce_use(number, 100), 0);
	assert_int_equal(nonce_use(number, 37), 0);
	assert_int_equal(nonce_use(number, 36), -E_NONCE_STALE);
	assert_int_equal(nonce_use(number, 100), -E_NONCE_STALE);
	/* From before the start: who knows what was used then. */
	assert_int_equal(nonce_use(((uint64_t)NOW << 24) - 1, 1), -E_NONCE_STALE);
	/* More nonces than there is room for: what has been given up stays given up. */
	for (uint64_t i = 1; i <= 100000; i++)
		assert_int_equal(nonce_use(number + i, 1), 0);
	assert_int_equal(nonce_use(number, 101), -E_NONCE_STALE);
	assert_int_equal(nonce_use(number + 100000, 1), -E_NONCE_STALE);
	assert_int_equal(nonce_use(number + 100000, 2), 0);
}

int main(void)
{
	static const uint8_t key[32] = {9};
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(a_password_proves_an_account),
		TEST(a_role_opens_its_routes_only),
		TEST(a_verified_password_is_remembered_until_the_account_changes),
		TEST(many_wrong_passwords_wait_for_their_turn),
		TEST(a_digest_proves_an_account_once_for_each_count),
		TEST(a_nonce_count_is_never_taken_twice),
#undef TEST
	};
	int failed;

	assert_true(sodium_init() >= 0);
	digest_setup(key);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	config_use(NULL);
	return failed;
}
