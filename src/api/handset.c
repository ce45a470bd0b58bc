/* SPDX-License-Identifier: MIT */
#include "fleet/handset.h"

#include "api/answer.h"
#include "api/input.h"
#include "api/query.h"
#include "api/write.h"
#include "base/mem.h"
#include "fleet/lifecycle.h"
#include "http/handlers.h"
#include "http/request.h"

struct input {
	int64_t mac;
	int64_t slot;
	bool has_slot;
	struct handset_new handset;
};

static const struct api_field fields[] = {
	API_FIELD("ipui", TEXT, CLEARS, struct input, handset.ipui),
	API_FIELD_HAS("slot", NUMBER, MAY, struct input, slot, has_slot),
	API_FIELD("name", TEXT, CLEARS, struct input, handset.name),
	API_FIELD("user", TEXT, CLEARS, struct input, handset.user),
	API_FIELD("auth", TEXT, CLEARS, struct input, handset.auth),
	API_FIELD("password", SECRET, CLEARS, struct input, handset.password),
	API_FIELD("pin", SECRET, CLEARS, struct input, handset.pin),
	API_FIELD("sip", TEXT, CLEARS, struct input, handset.sip),
	API_FIELD("display", TEXT, CLEARS, struct input, handset.display),
	API_FIELD("force", TRUTH, MAY, struct input, handset.force),
	API_FIELD("now", TRUTH, MAY, struct input, handset.now),
};

/* What became of it. */
static int handset_answer(struct request *req, int status, const struct handset *handset)
{
	char key[IPUI_LEN + 1];

	return api_answer(
		req, status,
		json_pack("{s:o, s:s?, s:i, s:s, s:s, s:o}", "mac", api_mac_text(handset->mac),
			  "ipui", handset->ipui[0] ? handset->ipui : NULL, "slot", handset->slot,
			  "key", handset_key(handset, key), "state",
			  handset_state_name(handset_state(handset)), "waits_for",
			  handset->waits_mac ? api_mac_text(handset->waits_mac) : json_null()));
}

static int add_op(struct request *req, struct change *change, void *arg)
{
	const struct input *input = arg;
	struct handset *handset;
	int r = fleet_handset_add(change, input->mac, &input->handset, &handset);

	return r < 0 ? r : handset_answer(req, 201, handset);
}

static int slot_read(int64_t slot, int *ret, struct diag *reterr)
{
	if (slot < 1 || slot > HANDSET_SLOT_MAX)
		return diag_set(reterr, -E_VALUE, "slot: 1 to %d", HANDSET_SLOT_MAX);
	*ret = (int)slot;
	return 0;
}

int api_handset_add(struct request *req)
{
	struct input *input = mem_new(request_mem(req), struct input);
	struct diag diag = {0};
	int r = api_mac(req, &input->mac);

	if (r == 0)
		r = api_input(req, fields, COUNT_OF(fields), input, &diag);
	if (r == 0 && input->has_slot)
		r = slot_read(input->slot, &input->handset.slot, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, add_op, input);
}

struct setting {
	int64_t mac;
	struct handset_change change;
};

#define HAS(name, type, need)                                                                      \
	API_FIELD_HAS(#name, type, need, struct setting, change.name, change.has_##name)

static const struct api_field fields_change[] = {
	API_FIELD("ipui", TEXT, MAY, struct setting, change.ipui),
	HAS(name, TEXT, CLEARS),
	HAS(user, TEXT, CLEARS),
	HAS(auth, TEXT, CLEARS),
	HAS(password, SECRET, CLEARS),
	HAS(pin, SECRET, CLEARS),
	HAS(sip, TEXT, MAY),
	HAS(display, TEXT, CLEARS),
	API_FIELD("force", TRUTH, MAY, struct setting, change.force),
};

static int set_op(struct request *req, struct change *change, void *arg)
{
	const struct setting *setting = arg;
	struct handset *handset;
	int r = fleet_handset_set(change, setting->mac, request_param(req, "key"), &setting->change,
				  &handset);

	return r < 0 ? r : handset_answer(req, 200, handset);
}

int api_handset_set(struct request *req)
{
	struct setting *setting = mem_new(request_mem(req), struct setting);
	struct diag diag = {0};
	int r = api_mac(req, &setting->mac);

	if (r == 0)
		r = api_input(req, fields_change, COUNT_OF(fields_change), setting, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, set_op, setting);
}

struct moving {
	const char *mac;
	int64_t slot;
	bool has_slot;
	struct handset_move move;
};

static const struct api_field fields_move[] = {
	API_FIELD("mac", TEXT, MUST, struct moving, mac),
	API_FIELD_HAS("slot", NUMBER, MAY, struct moving, slot, has_slot),
	API_FIELD("now", TRUTH, MAY, struct moving, move.now),
};

static int move_op(struct request *req, struct change *change, void *arg)
{
	const struct moving *moving = arg;
	struct handset *handset;
	int r = fleet_handset_move(change, request_param(req, "ipui"), &moving->move, &handset);

	return r < 0 ? r : handset_answer(req, 200, handset);
}

int api_handset_move(struct request *req)
{
	struct moving *moving = mem_new(request_mem(req), struct moving);
	struct diag diag = {0};
	int r = api_input(req, fields_move, COUNT_OF(fields_move), moving, &diag);

	if (r >= 0)
		r = mac_parse(moving->mac, &moving->move.mac);
	if (r == 0 && moving->has_slot)
		r = slot_read(moving->slot, &moving->move.slot, &diag);
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, move_op, moving);
}

struct removal {
	int64_t mac;
	enum operation_mode mode;
};

static int remove_op(struct request *req, struct change *change, void *arg)
{
	const struct removal *removal = arg;
	int r = fleet_handset_remove(change, removal->mac, request_param(req, "key"),
				     removal->mode);

	return r < 0 ? r : api_answer_nothing(req);
}

int api_handset_remove(struct request *req)
{
	struct removal *removal = mem_new(request_mem(req), struct removal);
	const char *mode = request_query(req, "mode");
	struct diag diag = {0};
	int r = api_mac(req, &removal->mac);

	removal->mode = OPERATION_CHOSEN;
	if (r == 0 && mode && operation_mode_parse(mode, &removal->mode) < 0)
		r = diag_set(&diag, -E_VALUE, "mode is delete, deregister, absence or forget");
	if (r < 0)
		return api_refuse(req, r, &diag);
	return api_write(req, remove_op, removal);
}
