/* SPDX-License-Identifier: MIT */
#include "store/account.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "base/secret.h"
#include "config/config.h"
#include "fleet/account.h"
#include "http/handlers.h"
#include "http/password.h"
#include "http/request.h"

struct input {
	const char *name;
	const char *role;
	const struct secret *password;
	struct api_texts providers;
	bool has_require_mac_id;
	int require_mac_id;
	struct account_input account;
};

static const struct api_field fields_new[] = {
	API_FIELD("name", TEXT, MUST, struct input, name),
	API_FIELD("role", TEXT, MUST, struct input, role),
	API_FIELD("password", SECRET, MUST, struct input, password),
	API_FIELD("providers", TEXTS, MAY, struct input, providers),
	API_FIELD_HAS("require_mac_id", CHOICE, MAY, struct input, require_mac_id,
		      has_require_mac_id),
};

static const struct api_field fields_change[] = {
	API_FIELD("role", TEXT, MAY, struct input, role),
	API_FIELD("password", SECRET, MAY, struct input, password),
	API_FIELD("providers", TEXTS, MAY, struct input, providers),
	API_FIELD_HAS("require_mac_id", CHOICE, MAY, struct input, require_mac_id,
		      has_require_mac_id),
};

static int account_json(void *mem, struct db *db, const struct account *account, json_t **ret)
{
	json_t *providers;
	const char **names;
	size_t count;
	int r = account_providers(mem, db, account->id, &names, &count);

	if (r < 0)
		return r;
	providers = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(providers, json_string(names[i]));
	*ret = json_pack("{s:s, s:s, s:o, s:o, s:o}", "name", account->name, "role", account->role,
			 "providers", providers, "require_mac_id",
			 account->require_mac_id < 0 ? json_null()
						     : json_boolean(account->require_mac_id),
			 "created_at", api_time(account->created_at));
	return 0;
}

static int account_answer(struct request *req, struct db *db, const char *name, int status)
{
	void *mem = request_mem(req);
	struct account *account;
	json_t *json;
	int r = account_find(mem, db, name, &account);

	if (r == 0)
		return -E_ACCOUNT_UNKNOWN;
	if (r > 0)
		r = account_json(mem, db, account, &json);
	return r < 0 ? r : api_answer(req, status, json);
}

/* Argon2 takes long and must not be run in the transaction. */
static int password_apply(struct request *req, const char *name, struct input *input)
{
	void *mem = request_mem(req);
	struct password *password = mem_new(mem, struct password);
	int r = password_make(name, request_config(req)->provisioning.realm,
			      secret_reveal(input->password), password);

	if (r < 0)
		return r;
	input->account.password_hash = password->hash;
	input->account.ha1_md5 = secret_new_bytes(mem, password->ha1_md5.bytes, 16);
	input->account.ha1_sha256 = secret_new_bytes(mem, password->ha1_sha256.bytes, 32);
	return 0;
}

static void input_apply(struct input *input)
{
	input->account.role = input->role;
	input->account.providers = input->providers.texts;
	input->account.provider_count = input->providers.count;
	input->account.has_require_mac_id = input->has_require_mac_id;
	input->account.require_mac_id = input->require_mac_id;
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_account_add(change, input->name, &input->account);

	return r < 0 ? r : account_answer(req, change->db, input->name, 201);
}

int api_account_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields_new, COUNT_OF(fields_new), input, &diag);

	if (r == 0)
		r = api_name_check(input->name, &diag);
	if (r == 0)
		r = password_apply(req, input->name, input);
	if (r < 0)
		return api_refuse(req, r, &diag);
	input_apply(input);
	return api_write(req, add_op, input);
}

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	int r = fleet_account_set(change, input->name, &input->account);

	return r < 0 ? r : account_answer(req, change->db, input->name, 200);
}

int api_account_set(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_input(req, fields_change, COUNT_OF(fields_change), input, &diag);

	input->name = request_param(req, "name");
	if (r == 0 && input->password)
		r = password_apply(req, input->name, input);
	if (r < 0)
		return api_refuse(req, r, &diag);
	input_apply(input);
	return api_write(req, set_op, input);
}

static int remove_op(struct request *req, struct change *change, void *arg)
{
	int r = fleet_account_remove(change, request_param(req, "name"));

	(void)arg;
	return r < 0 ? r : api_answer_nothing(req);
}

int api_account_remove(struct request *req)
{
	return api_write(req, remove_op, NULL);
}

int api_account_show(struct request *req)
{
	struct db *db;
	int r = fleet_reader(&db);

	return r < 0 ? r : account_answer(req, db, request_param(req, "name"), 200);
}

static int rows_read(void *mem, struct db *db, const struct api_page *page, json_t *rows,
		     const char **ret_last)
{
	struct account *accounts;
	size_t count;
	int r = account_list(mem, db, page->after, api_page_rows(page), &accounts, &count);

	for (size_t i = 0; r == 0 && i < api_page_cut(page, count); i++) {
		json_t *row;

		r = account_json(mem, db, &accounts[i], &row);
		if (r == 0)
			json_array_append_new(rows, row);
		*ret_last = accounts[i].name;
	}
	return r < 0 ? r : (int)count;
}

int api_account_list(struct request *req)
{
	return api_list(req, "accounts", rows_read);
}
