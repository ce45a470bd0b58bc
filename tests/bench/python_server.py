# SPDX-License-Identifier: MIT
"""The registration service as one would write it in an afternoon: python_server.py PORT DATABASE.

SimpleXMLRPCServer over SQLite, Basic passwords, one durable commit for each call.
"""

import base64
import sqlite3
import sys
import time
from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer

WANTED = "Basic " + base64.b64encode(b"admin:bench").decode()


class Handler(SimpleXMLRPCRequestHandler):
    rpc_paths = ("/RPC2",)
    protocol_version = "HTTP/1.0"  # one thread: whoever kept a connection open would keep it

    def parse_request(self):
        if not super().parse_request():
            return False
        if self.headers.get("Authorization") == WANTED:
            return True
        self.send_error(401)
        return False


class Server(SimpleXMLRPCServer):
    request_queue_size = 256


def main():
    port, path = int(sys.argv[1]), sys.argv[2]
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(
        "CREATE TABLE registration (mac TEXT PRIMARY KEY, url TEXT NOT NULL, "
        "provider TEXT NOT NULL, created_at INTEGER NOT NULL)"
    )

    def register(mac, url, provider):
        if len(mac) != 12 or int(mac, 16) < 0 or not url.startswith(("http://", "https://")):
            return [False, "mac_invalid:" + mac]
        try:
            db.execute(
                "INSERT INTO registration VALUES (?, ?, ?, ?)",
                (mac, url, provider, int(time.time())),
            )
        except sqlite3.IntegrityError:
            return [False, "mac_already_in_use:" + mac]
        return [True, "OK"]

    server = Server(("127.0.0.1", port), requestHandler=Handler, logRequests=False)
    server.register_function(register, "autoprov.registerDevice")
    server.serve_forever()


main()
