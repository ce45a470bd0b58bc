# SPDX-License-Identifier: MIT
"""A desk phone, as far as a test needs one: http.client and ElementTree say and read its messages."""

import http.client
import itertools
import ssl
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape, quoteattr

from gigaprov import run

PATH = "/DeploymentService/LoginService"
MAC = "0001E300A9F3"
NAMESPACE = "{http://www.siemens.com/DLS}"


def certificate(directory):
    """A self-signed RSA certificate; the ini's two keys for it."""
    directory.mkdir(exist_ok=True)
    if not (directory / "desk.pem").exists():
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-keyout",
            directory / "desk.key", "-out", directory / "desk.pem", "-days", "2",
            "-subj", "/CN=127.0.0.1")
    return {"tls_cert": "desk.pem", "tls_key": "desk.key"}


def desk_daemon(make_daemon, name="daemon", **settings):
    """A daemon with a listener for desk phones, not started yet."""
    daemon = make_daemon(name, settings=settings or None)
    daemon.listeners = {**daemon.listeners,
                        "desk": {"port": 0, "serves": "wpi", **certificate(daemon.directory)}}
    daemon.write_ini()
    return daemon


def add_phone(daemon, mac=MAC, product="openstage60", line=True):
    """A device; with `line` it is 4242 of pbx.example.net."""
    daemon.ctl("device", "add", mac, "--product", product)
    if line:
        if not daemon.ctl("sip", "list", json=True)["sip_servers"]:
            daemon.ctl("sip", "add", "pbx", "--domain", "pbx.example.net", "--registrar",
                       "reg.example.net")
        daemon.ctl("line", "add", mac, "--user", "4242", "--display", "Anna", "--sip", "pbx",
                   "--password-stdin", stdin="hush hush")


def item_xml(name, value, index=None, status=None):
    attributes = f" name={quoteattr(name)}"
    attributes += "" if index is None else f" index=\"{index}\""
    attributes += "" if status is None else f" status={quoteattr(status)}"
    return f"<Item{attributes}>{escape(value)}</Item>"


def key_of(name):
    """('function-key-def', 1) of 'function-key-def[1]'."""
    base, bracket, index = name.partition("[")
    return (base, int(index.rstrip("]"))) if bracket else (base, None)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        message = ElementTree.fromstring(body).find(f"{NAMESPACE}Message")
        self.nonce = message.get("nonce")
        self.action = message.find(f"{NAMESPACE}Action").text
        self.items = [(item.get("name"), item.get("index"), item.text or "")
                      for item in message.iter(f"{NAMESPACE}Item")]

    @property
    def values(self):
        return {name if index is None else f"{name}[{index}]": value
                for name, index, value in self.items}


class Phone:
    """Keeps items, applies writes, refuses those of `refuses` with their status."""

    nonces = itertools.count(1)

    def __init__(self, daemon, mac=MAC, version="V3 R5.12.0", device="OpenStage 60", items=None):
        self.daemon, self.version, self.device = daemon, version, device
        self.mac = ":".join(mac[i:i + 2] for i in range(0, 12, 2))
        self.items = {"realm": "", **(items or {})}
        self.refuses = {}
        self.changed = "true"
        self.cookie = None
        self.connection = None
        self.closes = False
        self.writes = []  # items of each WriteItems

    def connect(self):
        context = ssl._create_unverified_context()
        return http.client.HTTPSConnection("127.0.0.1", self.daemon.ports["desk"], timeout=60,
                                           context=context)

    def post(self, body, cookie=None):
        """The raw answer: status, headers without those that tell time, bytes."""
        headers = {"Content-Type": "text/xml"}
        if cookie or self.cookie:
            headers["Cookie"] = cookie or self.cookie
        if self.closes:
            headers["Connection"] = "close"
        self.connection = self.connection or self.connect()
        self.connection.request("POST", PATH, body=body, headers=headers)
        reply = self.connection.getresponse()
        data = reply.read()
        if self.closes:
            self.connection.close()
            self.connection = None
        if reply.getheader("Set-Cookie"):
            self.cookie = reply.getheader("Set-Cookie")
        return reply.status, reply.getheaders(), data

    def message(self, reason, items, nonce=None, attributes="", message=""):
        nonce = f"{next(self.nonces):032X}" if nonce is None else nonce
        return ('<?xml version="1.0" encoding="utf-8"?>\n'
                '<WorkpointMessage xmlns="http://www.siemens.com/DLS">\n'
                f'<Message nonce="{nonce}" maxItems="-1"{message}>\n'
                f"<ReasonForContact{attributes}>{reason}</ReasonForContact>\n"
                f"<ItemList>{''.join(items)}</ItemList></Message></WorkpointMessage>").encode()

    def basic(self):
        return [item_xml("device-type", self.device), item_xml("software-type", "Siemens SIP"),
                item_xml("software-version", self.version),
                item_xml("contact-me-uri", "http://127.0.0.1:8085/contact_dls.html/ContactDLS"),
                item_xml("mac-addr", self.mac),
                item_xml("configuration-changed-flag", self.changed),
                item_xml("e164", self.items.get("e164", "")),
                item_xml("user-pwd-unicode", "", status="failed")]

    def say(self, *words, **more):
        return Answer(*self.post(self.message(*words, **more)))

    def contact(self, reason="start-up", extra=()):
        return self.say(reason, [*self.basic(), *extra])

    def reply(self, action, items=(), status="accepted", fragment="final"):
        return self.say("reply-to", list(items),
                        attributes=f' action="{action}" status="{status}"',
                        message=f' fragment="{fragment}"')

    def all_items(self):
        told = [*self.basic()]
        for name, value in self.items.items():
            base, index = key_of(name)
            if name == "e164":
                continue
            if base.endswith("-pwd"):
                told.append(item_xml(base, "", index, "failed"))
            else:
                told.append(item_xml(base, value, index))
        return told

    def write(self, answer):
        """Takes what it is sent; items that it complains of."""
        self.writes.append(answer.values)
        complaints = []
        for name, value in answer.values.items():
            if name in self.refuses:
                base, index = key_of(name)
                complaints.append(item_xml(base, "", index, self.refuses[name]))
            else:
                self.items[name] = value
        return complaints

    def obey(self, answer):
        """One step; None at the end."""
        if answer.action == "ReadAllItems":
            return self.reply("ReadAllItems", self.all_items())
        if answer.action == "WriteItems":
            return self.reply("WriteItems", self.write(answer))
        assert answer.action == "CleanUp", answer.action
        return None

    def boot(self, reason="start-up"):
        """A whole dialogue: its actions."""
        answer = self.contact(reason)
        actions = [answer.action]
        while (answer := self.obey(answer)) is not None:
            actions.append(answer.action)
        return actions
