/* SPDX-License-Identifier: MIT */
#include "store/sip_server.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "db/db.h"

#define COLUMNS                                                                                    \
	"s.id, s.name, s.domain, s.proxy_address, s.proxy_port, s.registrar_address, "             \
	"s.registrar_port, s.transport, s.revision"

static void sip_server_from(void *mem, struct db_rows *rows, struct sip_server *server)
{
	server->id = db_int(rows, 0);
	server->name = db_text_copy(mem, rows, 1);
	server->domain = db_text_copy(mem, rows, 2);
	server->proxy_address = db_text_copy(mem, rows, 3);
	server->proxy_port = (int)db_int(rows, 4);
	server->registrar_address = db_text_copy(mem, rows, 5);
	server->registrar_port = (int)db_int(rows, 6);
	server->transport = db_text_copy(mem, rows, 7);
	server->revision = db_int(rows, 8);
}

DB_QUERY(sip_server_by_name, "SELECT " COLUMNS " FROM sip_server s WHERE s.name = :name");

int sip_server_find(void *mem, struct db *db, const char *name, struct sip_server **ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &sip_server_by_name, DB_ARGS(DB_TEXT("name", name)), &rows);

	if (r < 0 || (r = db_next(rows)) <= 0)
		return r;
	*ret = mem_new(mem, struct sip_server);
	sip_server_from(mem, rows, *ret);
	return 1;
}

DB_QUERY(sip_server_page, "SELECT " COLUMNS " FROM sip_server s "
			  "WHERE s.name > coalesce(:after, '') "
			  "ORDER BY s.name "
			  "LIMIT :limit");

int sip_server_list(void *mem, struct db *db, const char *after, int limit, struct sip_server **ret,
		    size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &sip_server_page,
			  DB_ARGS(DB_TEXT("after", after), DB_INT("limit", limit)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0)
		sip_server_from(mem, rows, mem_push(mem, ret, ret_count));
	return r;
}

#define SERVER_ARGS(s)                                                                             \
	DB_TEXT("domain", (s)->domain), DB_TEXT("proxy_address", (s)->proxy_address),              \
		DB_INT("proxy_port", (s)->proxy_port),                                             \
		DB_TEXT("registrar_address", (s)->registrar_address),                              \
		DB_INT("registrar_port", (s)->registrar_port),                                     \
		DB_TEXT("transport", (s)->transport)

DB_QUERY(sip_server_add,
	 "INSERT INTO sip_server (name, domain, proxy_address, proxy_port, registrar_address, "
	 "registrar_port, transport, created_at) "
	 "VALUES (:name, :domain, :proxy_address, :proxy_port, :registrar_address, "
	 ":registrar_port, :transport, :created_at) "
	 "RETURNING id");

int sip_server_insert(struct db *db, struct sip_server *server)
{
	int r = db_select_int(db, &sip_server_add,
			      DB_ARGS(DB_TEXT("name", server->name), SERVER_ARGS(server),
				      DB_INT("created_at", clock_now())),
			      &server->id);

	return r < 0 ? r : 0;
}

DB_QUERY(sip_server_change,
	 "UPDATE sip_server SET domain = :domain, proxy_address = :proxy_address, "
	 "proxy_port = :proxy_port, registrar_address = :registrar_address, "
	 "registrar_port = :registrar_port, transport = :transport, revision = revision + 1 "
	 "WHERE id = :id");

int sip_server_update(struct db *db, const struct sip_server *server)
{
	return db_run(db, &sip_server_change,
		      DB_ARGS(SERVER_ARGS(server), DB_INT("id", server->id)));
}

DB_QUERY(sip_server_remove, "DELETE FROM sip_server WHERE id = :id");

int sip_server_delete(struct db *db, int64_t id)
{
	return db_run(db, &sip_server_remove, DB_ARGS(DB_INT("id", id)));
}

DB_QUERY(sip_server_by_device, "SELECT " COLUMNS ", p.position FROM device_sip_server p "
			       "JOIN sip_server s ON s.id = p.sip_server_id "
			       "WHERE p.mac = :mac "
			       "ORDER BY p.position");

int sip_server_of_device(void *mem, struct db *db, int64_t mac, struct sip_server **ret,
			 size_t *ret_count)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &sip_server_by_device, DB_ARGS(DB_INT("mac", mac)), &rows);

	*ret = NULL;
	*ret_count = 0;
	while (r >= 0 && (r = db_next(rows)) > 0) {
		struct sip_server *server = mem_push(mem, ret, ret_count);

		sip_server_from(mem, rows, server);
		server->position = (int)db_int(rows, 9);
	}
	return r;
}

DB_QUERY(sip_server_positions, "SELECT position, sip_server_id FROM device_sip_server "
			       "WHERE mac = :mac "
			       "ORDER BY position");
DB_QUERY(sip_server_place, "INSERT INTO device_sip_server (mac, position, sip_server_id) "
			   "VALUES (:mac, :position, :sip_server_id)");

/* The lowest free position, -1 when the server has one already. */
static int position_find(struct db *db, int64_t mac, int64_t id, int *ret)
{
	CLEANUP(db_endp) struct db_rows *rows = NULL;
	int r = db_select(db, &sip_server_positions, DB_ARGS(DB_INT("mac", mac)), &rows);
	int free = 0;

	while (r >= 0 && (r = db_next(rows)) > 0) {
		if (db_int(rows, 1) == id) {
			*ret = -1;
			return 0;
		}
		if (db_int(rows, 0) == free)
			free++;
	}
	*ret = free;
	return r;
}

int sip_server_attach(struct db *db, int64_t mac, int64_t id)
{
	int position;
	int r = position_find(db, mac, id, &position);

	if (r < 0 || position < 0)
		return r;
	if (position >= SIP_SERVERS_PER_DEVICE)
		return -E_SIP_FULL;
	return db_run(db, &sip_server_place,
		      DB_ARGS(DB_INT("mac", mac), DB_INT("position", position),
			      DB_INT("sip_server_id", id)));
}

DB_QUERY(sip_server_there, "SELECT 1 FROM device_sip_server "
			   "WHERE mac = :mac AND position = :position "
			   "AND sip_server_id = :sip_server_id");

int sip_server_attach_at(struct db *db, int64_t mac, int64_t id, int position)
{
	int64_t one;
	int r = db_select_int(db, &sip_server_there,
			      DB_ARGS(DB_INT("mac", mac), DB_INT("position", position),
				      DB_INT("sip_server_id", id)),
			      &one);

	if (r != 0)
		return r < 0 ? r : 0;
	return db_run(db, &sip_server_place,
		      DB_ARGS(DB_INT("mac", mac), DB_INT("position", position),
			      DB_INT("sip_server_id", id)));
}

DB_QUERY(sip_server_unplace,
	 "DELETE FROM device_sip_server WHERE mac = :mac AND sip_server_id = :sip_server_id");

int sip_server_detach(struct db *db, int64_t mac, int64_t id)
{
	return db_run(db, &sip_server_unplace,
		      DB_ARGS(DB_INT("mac", mac), DB_INT("sip_server_id", id)));
}
