/* SPDX-License-Identifier: MIT */
#include "config_help.h"

static const char *printed(void *mem, const struct config *config)
{
	struct buf *buf = buf_new(mem);

	config_print(config, buf);
	return buf->data;
}

static const char full[] = "[daemon]\n"
			   "database = sqlite:/srv/a b.db\n"
			   "control_socket = /run/c.sock\n"
			   "state_dir = /srv/\xc3\xa4;#\n"
			   "firmware_dir =\n"
			   "backup_dir =\n"
			   "secret_key_file = /srv/key\n"
			   "timezone = Europe/Berlin\n"
			   "log_level = debug\n"
			   "log_format = journal\n"
			   "threads = 7\n"
			   "workers = 8\n"
			   "\n"
			   "[listener a.b-c_D]\n"
			   "address = ::\n"
			   "port = 0\n"
			   "serves = phones rpc api metrics\n"
			   "tls_cert =\n"
			   "tls_key =\n"
			   "tls_client_ca =\n"
			   "tls_legacy = no\n"
			   "basic_without_tls = yes\n"
			   "trusted_proxies = 192.0.2.1 2001:db8::/32 0.0.0.0/0\n"
			   "\n"
			   "[listener b]\n"
			   "address = 192.0.2.1\n"
			   "port = 65535\n"
			   "serves = api wpi\n"
			   "tls_cert =\n"
			   "tls_key =\n"
			   "tls_client_ca =\n"
			   "tls_legacy = no\n"
			   "basic_without_tls = no\n"
			   "trusted_proxies =\n"
			   "\n"
			   "[redirect]\n"
			   "auth = open\n"
			   "data_url = https://prov.example.net:8080/device\n"
			   "chain_code = 444\n"
			   "chain_url = http://192.0.2.1/%MACC/%DVID.xml\n"
			   "require_mac_id = yes\n"
			   "url_schemes = tftp https\n"
			   "require_inventory = yes\n"
			   "suffix_tries = 13\n"
			   "suffix_lock_seconds = 14\n"
			   "check_device_order = url-date\n"
			   "list_answer = guide\n"
			   "max_list = 10000000\n"
			   "\n"
			   "[provisioning]\n"
			   "auth = open\n"
			   "open_networks = 10.0.0.0/8\n"
			   "realm = a = [b];#c\n"
			   "paths = /x/%MACD.xml /%DVID/%MACC\n"
			   "delete_not_provisioned = always\n"
			   "shrink_guard = 0% 100000\n"
			   "public_url = https://%DURL/%MACD\n"
			   "firmware_unidentified = allow\n"
			   "\n"
			   "[firmware]\n"
			   "mirror_hosts = fw.example.net private:[::1]:8080\n"
			   "max_bytes = 1G\n"
			   "stall_seconds = 15\n"
			   "tls_ca =\n"
			   "\n"
			   "[sip]\n"
			   "notify = yes\n"
			   "address = 192.0.2.7\n"
			   "port = 5070\n"
			   "transport = tcp\n"
			   "phone_port = 5062\n"
			   "t1_ms = 10\n"
			   "t2_ms = 20\n"
			   "answer_ms = 600000\n"
			   "fetch_seconds = 7\n"
			   "gap_seconds = 8\n"
			   "rate = 10000\n"
			   "queue = 9\n"
			   "multicast = yes\n"
			   "multicast_interfaces = 192.0.2.7 127.0.0.1\n"
			   "multicast_port = 5064\n"
			   "multicast_rate = 1\n"
			   "\n"
			   "[wpi]\n"
			   "local_changes = report\n"
			   "entities = full\n"
			   "message_bytes = 50000\n"
			   "max_items = 10000\n"
			   "max_read = 4M\n"
			   "max_fragments = 100\n"
			   "max_turns = 500\n"
			   "idle_seconds = 300\n"
			   "away_seconds = 1800\n"
			   "writes = 3\n"
			   "writes_seconds = 3600\n"
			   "unchanged_hours = 0\n"
			   "order_seconds = 900\n"
			   "max_sessions = 10000\n"
			   "session_memory = 256M\n"
			   "order_tries = 4\n"
			   "order_hours = 11\n"
			   "max_orders = 12\n"
			   "keep_orders = 13\n"
			   "firmware_tries = 5\n"
			   "public_url = https://prov.example.net:18443\n"
			   "max_file = 9M\n"
			   "contact_gap = 61\n"
			   "contact_retry = 301\n"
			   "contact_rate = 14\n"
			   "contact_seconds = 15\n"
			   "contact_elsewhere = yes\n"
			   "networks = 10.0.0.0/8 2001:db8::/32\n"
			   "bind = address\n"
			   "secrets = enrolment\n"
			   "enrolment_seconds = 86400\n"
			   "secure_port = 18444\n"
			   "certificate_days = 10000\n"
			   "\n"
			   "[limits]\n"
			   "max_body = 1025\n"
			   "max_import = 2M\n"
			   "max_import_rows = 77\n"
			   "max_import_elements = 79\n"
			   "max_import_report = 78\n"
			   "max_template = 4K\n"
			   "max_connections = 1\n"
			   "connections_per_address = 2048\n"
			   "connection_memory = 33K\n"
			   "idle_seconds = 86400\n"
			   "wpi_idle_seconds = 45\n"
			   "deadline_seconds = 2\n"
			   "stop_seconds = 3\n"
			   "nonce_seconds = 4\n"
			   "login_memory_seconds = 5\n"
			   "login_tries = 11\n"
			   "login_slow_seconds = 12\n"
			   "cache_bytes = 1G\n"
			   "max_downloads = 16\n"
			   "downloads_per_device = 4\n"
			   "downloads_per_address = 128\n"
			   "seen_days = 90\n"
			   "kept_days = 365\n"
			   "disk_low_percent = 10\n"
			   "seen_seconds = 6\n"
			   "write_queue = 7\n"
			   "work_queue = 8\n"
			   "unknown_macs_per_minute = 9\n"
			   "max_xml_depth = 10\n";

static void what_is_printed_is_what_was_read(void **state)
{
	void *mem = mem_root("test");

	(void)state;
	assert_string_equal(printed(mem, good(mem, full)), full);
	mem_free(mem);
}

static void the_defaults_read_back(void **state)
{
	void *mem = mem_root("test");
	const char *once = printed(mem, good(mem, PHONES));

	(void)state;
	assert_string_equal(printed(mem, good(mem, once)), once);
	assert_non_null(strstr(once, "\ncache_bytes = 56M\n"));
	mem_free(mem);
}

static void paths_are_printed_as_they_are_used(void **state)
{
	void *mem = mem_root("test");
	const char *text = printed(mem, good(mem, PHONES "[daemon]\ndatabase = sqlite:f.db\n"));

	(void)state;
	assert_non_null(strstr(text, "\ndatabase = sqlite:/etc/x/f.db\n"));
	mem_free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_printed_is_what_was_read),
		cmocka_unit_test(the_defaults_read_back),
		cmocka_unit_test(paths_are_printed_as_they_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
