# SPDX-License-Identifier: MIT
"""A desk phone that carries out orders, and its little server that is told to call in."""

import http.client
import http.server
import ssl
import threading
import urllib.parse
from datetime import datetime, timedelta, timezone

from gigaprov import until
from openstage import MAC, Phone, item_xml, key_of

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=timezone.utc)
MINUTES = timedelta(minutes=1)


def at_noon(daemon, *macs):
    """Its clock stands at noon, and it has these OpenStages 60 (MAC), which have not called."""
    daemon.set_clock(NOON)
    daemon.start()
    for mac in macs or [MAC]:
        daemon.ctl("device", "add", mac, "--product", "openstage60")
    return daemon


class ContactMe:
    """What listens on port 8085 of a phone: keeps what it is sent, and answers `status`."""

    def __init__(self, status=204):
        self.status = status
        self.calls = []  # (path, headers, fields)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.calls.append((self.path, dict(self.headers.items()),
                                    dict(urllib.parse.parse_qsl(body))))
                self.send_response(outer.status)
                self.send_header("Server", "DlsClient")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def uri(self):
        return f"http://127.0.0.1:{self.port}/contact_dls.html/ContactDLS"

    def wait(self, count):
        until(lambda: len(self.calls) >= count, f"contact-me number {count}")
        return self.calls[count - 1]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class OrderedPhone(Phone):
    """Keeps the files that it is told to fetch, and what it was ordered, in `orders`."""

    def __init__(self, *words, uri="http://127.0.0.1:8085/contact_dls.html/ContactDLS", **more):
        super().__init__(*words, **more)
        self.uri = uri
        self.orders = []  # (action, values)
        self.files = {}   # (name, type): bytes
        self.busy = False

    def basic(self):
        return [item_xml("contact-me-uri", self.uri) if "contact-me-uri" in item else item
                for item in super().basic()]

    def all_items(self):
        told = super().all_items()
        for index, (name, kind) in enumerate(self.files, 1):
            told += [item_xml("file-deployment-name", name, index),
                     item_xml("file-deployment-type", kind, index),
                     item_xml("file-deployment-status", "ok", index)]
        return told

    def get(self, url, **headers):
        """Status, headers and bytes, over a connection of its own."""
        parts = urllib.parse.urlsplit(url)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=60,
                                                 context=ssl._create_unverified_context())
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(headers.pop("method", "GET"), target, headers=headers)
        reply = connection.getresponse()
        data = reply.read()
        connection.close()
        return reply.status, reply.headers, data

    def obey(self, answer):
        if answer.action in ("CleanUp", "ReadAllItems", "WriteItems"):
            return super().obey(answer)
        if self.busy:
            return self.reply(answer.action, status="busy")
        self.orders.append((answer.action, answer.values))
        if answer.action == "ReadItems":
            told = []
            for name in answer.values:
                base, index = key_of(name)
                told.append(item_xml(base, self.items.get(name, ""), index))
            return self.reply("ReadItems", told)
        if answer.action == "FileDeployment":
            self.deploy(answer.values)
            return self.reply("FileDeployment")
        return None  # Restart, SoftwareDeployment: it boots

    def deploy(self, values):
        keys = {key_of(name)[1] for name in values}
        for index in keys:
            mark = "" if index is None else f"[{index}]"
            kind = values[f"file-type{mark}"]
            if values.get(f"file-action{mark}") == "delete":
                self.files.pop((values[f"file-name{mark}"], kind), None)
                continue
            url = values[f"file-https-base-url{mark}"]
            status, _, data = self.get(url)
            if status == 200:
                self.files[(urllib.parse.unquote(url.rsplit("/", 1)[1]), kind)] = data

    def tell_status(self, name, kind, status="ok"):
        """The message that comes after a single file; its dialogue to the end."""
        return self.go_on(self.contact("status", [
            item_xml("file-deployment-name", name), item_xml("file-deployment-type", kind),
            item_xml("file-deployment-status", status)]))

    def go_on(self, answer):
        actions = [answer.action]
        while (answer := self.obey(answer)) is not None:
            actions.append(answer.action)
        return actions
