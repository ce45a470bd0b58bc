# SPDX-License-Identifier: MIT
"""A provisioning service for desk phones, small and strict, against which the simulator is held.

    with Service(certificate(directory), play) as service:     https://127.0.0.1:{service.port}
        …
    service.said                                  every message, in order: Said

`play(said, session)` gives the answer: an action, or (action, [(name, index, value)]), or bytes.  A
session is a dict that lasts from one contact to the next; its cookie is set with the contact's answer.
What the reference says that phones do is asserted here; what fails is in service.failures.
"""

import http.server
import re
import socket
import ssl
import subprocess
import threading
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape

NS = "{http://www.siemens.com/DLS}"
PATH = "/DeploymentService/LoginService"
HEAD = ('<?xml version="1.0" encoding="utf-8"?>\n<DLSMessage xmlns="http://www.siemens.com/DLS" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://www.siemens.com/DLS">\n')


def certificate(directory):
    """A key and a certificate that nobody knows, as services in Default Mode have it."""
    path = directory / "service.pem"
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                           "-subj", "/CN=127.0.0.1", "-keyout", path, "-out", "-"],
                          check=True, capture_output=True)
    with open(path, "ab") as file:
        file.write(made.stdout)
    return path


class Said:
    """A message of a phone."""

    def __init__(self, body, cookie, connection):
        self.body, self.cookie, self.connection = body, cookie, connection
        message = ET.fromstring(body).find(NS + "Message")
        reason = message.find(NS + "ReasonForContact")
        self.nonce = message.get("nonce")
        self.max_items = message.get("maxItems")
        self.fragment = message.get("fragment") or reason.get("fragment")
        self.reason = reason.text.strip()
        self.action, self.status = reason.get("action"), reason.get("status")
        found = message.find(NS + "ItemList")
        self.items = [] if found is None else [
            (item.get("name"), item.get("index") and int(item.get("index")),
             (item.text or "").strip(), item.get("status")) for item in found]

    @property
    def values(self):
        return {(name, index): value for name, index, value, status in self.items if not status}

    @property
    def statuses(self):
        return {(name, index): status for name, index, _, status in self.items if status}

    def __repr__(self):
        return f"{self.reason} {self.action or ''} {self.status or ''}".strip()


def answer(nonce, action, items=()):
    text = f'{HEAD}<Message nonce="{nonce}"><Action>{action}</Action>'
    if items:
        text += "<ItemList>" + "".join(
            f'<Item name="{name}"' + (f' index="{index}"' if index is not None else "") +
            f">{escape(value)}</Item>" for name, index, value in items) + "</ItemList>"
    return (text + "</Message></DLSMessage>").encode()


class Service:
    def __init__(self, pem, play, files=None):
        self.play, self.files = play, files or {}
        self.said, self.failures, self.sessions = [], [], {}
        self.connections = 0
        self.lock = threading.Lock()
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def setup(self):
                super().setup()
                with service.lock:
                    service.connections += 1
                    self.number = service.connections

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                try:
                    out, cookie = service.hear(self, body)
                except Exception as failure:  # noqa: BLE001: a test looks at all of them
                    service.failures.append(f"{type(failure).__name__}: {failure}: {body!r}")
                    out, cookie = answer("", "CleanUp"), None
                self.send_response(200)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(out)))
                if cookie:
                    self.send_header("Set-Cookie", cookie)
                self.end_headers()
                self.wfile.write(out)

            def do_GET(self):
                data = service.files.get(self.path)
                self.send_response(200 if data is not None else 404)
                self.send_header("Content-Length", str(len(data or b"")))
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128
            daemon_threads = True

            def finish_request(self, request, client_address):
                # the handshake is the thread's own, so that nobody waits for a slow phone
                try:
                    request.do_handshake()
                    super().finish_request(request, client_address)
                except (ssl.SSLError, ConnectionError, socket.timeout):
                    pass

        self.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_address[1]

    def hear(self, handler, body):
        said = Said(body, handler.headers["Cookie"], handler.number)
        assert handler.path == PATH, handler.path
        assert handler.headers["Content-Type"] == "text/xml", handler.headers["Content-Type"]
        assert re.fullmatch("[0-9A-F]{32}", said.nonce), said.nonce
        assert len(body) <= 50 * 1024, len(body)
        with self.lock:
            self.said.append(said)
            session, cookie = self.session_of(said)
            given = self.play(said, session)
        if isinstance(given, bytes):
            return given, cookie
        action, items = given if isinstance(given, tuple) else (given, ())
        return answer(said.nonce, action, items), cookie

    def session_of(self, said):
        """By the cookie; a contact begins a new one, whatever cookie comes with it."""
        if said.reason not in ("reply-to", "clean-up"):
            number = f"{len(self.sessions) + 1:032X}"
            self.sessions[number] = {"mac": said.values[("mac-addr", None)]}
            return self.sessions[number], f"JSESSIONID={number}; Path=/DeploymentService; Secure"
        found = re.search(r"JSESSIONID=([0-9A-F]{32})", said.cookie or "")
        if found:
            return self.sessions[found.group(1)], None
        return self.sessions[max(self.sessions)], None

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
