/* SPDX-License-Identifier: MIT */
/*
 * libosip2 calls back in the middle of its own loops; nothing is done there
 * but to note it.  sip_stack_turn() lets it run, then tells those who wait, then
 * frees what it has ended.
 *
 * When to send again is for us to say, each time that something was sent: the
 * library's T1 and T2 are built in.  Over TCP a request is written once, whatever libosip2's timer E says of it.
 */
#include "sip_stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "base/buf.h"
#include "base/counter.h"
#include "base/mem.h"
#include "config/config.h"
#include "sip_message.h"
#include "sip_socket.h"
#include "sip_tcp.h"

enum { K_MS_MAX = 5000 };

struct request {
	struct request *next;
	struct sip_stack *stack;
	osip_transaction_t *transaction;
	struct sip_tcp *tcp; /* NULL: UDP */
	struct net_address to;
	const char *text;
	size_t len;
	int e_ms; /* until it is sent again */
	int t2_ms;
	bool is_again_due; /* it has just been sent */
	bool is_sent;
	bool is_told;  /* `ended` has been called */
	bool is_ended; /* it is to be called */
	bool is_dead;  /* libosip2 has done with it */
	osip_message_t *response;
	int r;
	sip_ended *ended;
	void *arg;
};

struct sip_stack {
	osip_t *osip;
	int udp;
	struct request *requests;
};

static struct request *request_of(osip_transaction_t *transaction)
{
	return osip_transaction_get_your_instance(transaction);
}

static void end(struct request *request, const osip_message_t *response, int r)
{
	if (request->is_ended)
		return;
	request->is_ended = true;
	request->r = r;
	if (response && osip_message_clone(response, &request->response) != 0)
		request->response = NULL;
}

static int on_send(osip_transaction_t *transaction, osip_message_t *message, char *host, int port,
		   int socket)
{
	struct request *request = request_of(transaction);
	int r;

	(void)message;
	(void)host;
	(void)port;
	(void)socket;
	if (request->tcp) {
		if (!request->is_sent)
			sip_tcp_send(request->tcp, request->text, request->len);
		request->is_sent = true;
		return 0;
	}
	request->is_sent = true;
	request->is_again_due = true;
	r = sip_udp_send(request->stack->udp, &request->to, request->text, request->len);
	if (r < 0)
		end(request, NULL, r);
	return r < 0 ? -1 : 0;
}

static void on_response(int type, osip_transaction_t *transaction, osip_message_t *message)
{
	(void)type;
	end(request_of(transaction), message, 0);
}

static void on_timeout(int type, osip_transaction_t *transaction, osip_message_t *message)
{
	(void)type;
	(void)message;
	end(request_of(transaction), NULL, 0);
}

static void on_error(int type, osip_transaction_t *transaction, int error)
{
	(void)type;
	(void)error;
	end(request_of(transaction), NULL, -EIO);
}

static void on_kill(int type, osip_transaction_t *transaction)
{
	(void)type;
	end(request_of(transaction), NULL, -EIO);
	request_of(transaction)->is_dead = true;
}

struct sip_stack *sip_stack_new(int udp)
{
	struct sip_stack *stack = mem_new(NULL, struct sip_stack);

	stack->udp = udp;
	sip_message_setup();
	if (osip_init(&stack->osip) != 0)
		abort();
	osip_set_cb_send_message(stack->osip, on_send);
	for (int type = OSIP_NICT_STATUS_2XX_RECEIVED; type <= OSIP_NICT_STATUS_6XX_RECEIVED;
	     type++)
		if (type != OSIP_NICT_STATUS_2XX_RECEIVED_AGAIN)
			osip_set_message_callback(stack->osip, type, on_response);
	osip_set_message_callback(stack->osip, OSIP_NICT_STATUS_TIMEOUT, on_timeout);
	osip_set_kill_transaction_callback(stack->osip, OSIP_NICT_KILL_TRANSACTION, on_kill);
	osip_set_transport_error_callback(stack->osip, OSIP_NICT_TRANSPORT_ERROR, on_error);
	return stack;
}

static void request_free(struct request *request)
{
	sip_tcp_close(request->tcp);
	osip_message_free(request->response);
	osip_transaction_free(request->transaction);
	mem_free(request);
}

void sip_stack_free(struct sip_stack *stack)
{
	struct request *next;

	if (!stack)
		return;
	for (struct request *request = stack->requests; request; request = next) {
		next = request->next;
		request_free(request);
	}
	osip_release(stack->osip);
	mem_free(stack);
}

size_t sip_stack_under_way(const struct sip_stack *stack)
{
	size_t count = 0;

	for (const struct request *request = stack->requests; request; request = request->next)
		count += !request->is_told;
	return count;
}

size_t sip_stack_connections(const struct sip_stack *stack)
{
	size_t count = 0;

	for (const struct request *request = stack->requests; request; request = request->next)
		count += request->tcp != NULL;
	return count;
}

/* Times of ours, in place of those that libosip2 was built with. */
static void timers_set(osip_nict_t *context, const struct config_sip *config)
{
	int k_ms = (int)config->t1_ms * 10;

	context->timer_f_length = (int)config->answer_ms;
	osip_gettimeofday(&context->timer_f_start, NULL);
	add_gettimeofday(&context->timer_f_start, context->timer_f_length);
	if (context->timer_k_length > 0)
		context->timer_k_length = k_ms < K_MS_MAX ? k_ms : K_MS_MAX;
}

static int message_parse(const char *text, size_t len, osip_message_t **ret)
{
	osip_message_t *message = NULL;

	if (osip_message_init(&message) != 0)
		return -ENOMEM;
	if (osip_message_parse(message, text, len) != 0) {
		osip_message_free(message);
		return -E_BAD_REQUEST;
	}
	*ret = message;
	return 0;
}

static bool is_tcp(const osip_message_t *message)
{
	const osip_via_t *via = osip_list_get(&message->vias, 0);

	return via && via->protocol && strcasecmp(via->protocol, "TCP") == 0;
}

/*
 * The connection over which the question came that this is the answer to: some
 * take a second one for another phone's.  A new order may lie where an old one did.
 */
static struct sip_tcp *tcp_take(struct sip_stack *stack, const struct request *request)
{
	for (struct request *last = stack->requests; last; last = last->next) {
		struct sip_tcp *tcp = last->tcp;

		if (!tcp || last->arg != request->arg || !last->response || !sip_tcp_is_open(tcp))
			continue;
		if (last->to.port != request->to.port ||
		    !net_address_is_same(&last->to, &request->to))
			continue;
		last->tcp = NULL;
		return tcp;
	}
	return NULL;
}

int sip_stack_send(struct sip_stack *stack, const struct config *config,
		   const struct net_address *to, const char *text, size_t len, sip_ended *ended,
		   void *arg)
{
	CLEANUP(mem_freep) struct request *request = mem_new(NULL, struct request);
	char host[NET_TEXT_MAX];
	osip_message_t *message;
	osip_event_t *event;
	int r = message_parse(text, len, &message);

	if (r < 0)
		return r;
	request->stack = stack;
	request->to = *to;
	request->text = mem_strndup(request, text, len);
	request->len = len;
	request->e_ms = (int)config->sip.t1_ms;
	request->t2_ms = (int)config->sip.t2_ms;
	request->ended = ended;
	request->arg = arg;
	if (is_tcp(message))
		request->tcp = tcp_take(stack, request);
	if (is_tcp(message) && !request->tcp)
		r = sip_tcp_open(&config->sip, to, &request->tcp);
	if (r == 0 && osip_transaction_init(&request->transaction, NICT, stack->osip, message) != 0)
		r = -E_BAD_REQUEST;
	if (r < 0) {
		sip_tcp_close(request->tcp);
		osip_message_free(message);
		return r;
	}
	net_address_text(to, host);
	osip_nict_set_destination(request->transaction->nict_context, osip_strdup(host), to->port);
	osip_transaction_set_your_instance(request->transaction, request);
	timers_set(request->transaction->nict_context, &config->sip);
	event = osip_new_outgoing_sipmessage(message);
	event->transactionid = request->transaction->transactionid;
	osip_transaction_add_event(request->transaction, event);
	request->next = stack->requests;
	stack->requests = request;
	request = NULL;
	return 0;
}

void sip_stack_receive(struct sip_stack *stack, osip_event_t *event_steal)
{
	if (osip_find_transaction_and_add_event(stack->osip, event_steal) == 0)
		return;
	counter_add(M_SIP_DROPPED, 1);
	osip_event_free(event_steal);
}

size_t sip_stack_poll(const struct sip_stack *stack, struct pollfd *ret, size_t size)
{
	size_t count = 0;

	for (const struct request *request = stack->requests; request; request = request->next)
		if (request->tcp && !request->is_ended && count < size)
			sip_tcp_poll(request->tcp, &ret[count++]);
	return count;
}

static void tcp_turn(struct request *request)
{
	osip_event_t *event;
	const char *data;
	size_t len;
	int r = sip_tcp_step(request->tcp);
	int broken = r;

	while (broken == 0 && (r = sip_tcp_next(request->tcp, &data, &len)) > 0)
		if (sip_message_read(data, len, &event) == 0)
			sip_stack_receive(request->stack, event);
	if (broken == 0 && r == 0)
		return;
	/* libosip2 knows nothing of it: the transaction runs out by itself, and is not told. */
	end(request, NULL, broken ? broken : r);
	request->is_dead = true;
}

/* Timer E: doubled each time up to T2, and T2 once the other side is at work on it. */
static void again_later(struct request *request)
{
	osip_nict_t *context = request->transaction->nict_context;

	if (!request->is_again_due)
		return;
	request->is_again_due = false;
	if (request->transaction->state == NICT_PROCEEDING || request->e_ms > request->t2_ms)
		request->e_ms = request->t2_ms;
	context->timer_e_length = request->e_ms;
	osip_gettimeofday(&context->timer_e_start, NULL);
	add_gettimeofday(&context->timer_e_start, request->e_ms);
	request->e_ms *= 2;
}

static void tell(struct request *request)
{
	if (!request->is_ended || request->is_told)
		return;
	request->is_told = true;
	request->ended(request->arg, request->response, request->r);
}

void sip_stack_turn(struct sip_stack *stack)
{
	struct request **at;
	struct request *request;

	for (request = stack->requests; request; request = request->next)
		if (request->tcp && !request->is_ended)
			tcp_turn(request);
	osip_timers_nict_execute(stack->osip);
	osip_nict_execute(stack->osip);
	for (request = stack->requests; request; request = request->next) {
		again_later(request);
		tell(request);
	}
	for (at = &stack->requests; (request = *at);) {
		if (!request->is_dead || !request->is_told) {
			at = &request->next;
			continue;
		}
		*at = request->next;
		request_free(request);
	}
}

int64_t sip_stack_wait_ms(struct sip_stack *stack, int64_t most_ms)
{
	struct timeval wait = {0};
	int64_t wait_ms;

	for (const struct request *request = stack->requests; request; request = request->next)
		if (!request->is_sent)
			return 0;
	if (!stack->requests)
		return most_ms;
	osip_timers_gettimeout(stack->osip, &wait);
	wait_ms = (int64_t)wait.tv_sec * 1000 + (wait.tv_usec + 999) / 1000;
	return wait_ms < most_ms ? wait_ms : most_ms;
}
