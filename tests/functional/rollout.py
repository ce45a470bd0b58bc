# SPDX-License-Identifier: MIT
"""A fleet of any size on one machine: phones that are told by SIP and fetch over HTTP.

    with Fleet(daemon, macs, deaf, stuck) as fleet:
        fleet.fetched           how many documents they have been given
        fleet.is_quiet()        nobody is told, nobody fetches

All phones have one UDP port and a few connections among them.  Who is `deaf`
does not do what it is told; who is `stuck` fetches and stays with its firmware.
A fetch that breaks off is tried again, as phones do.
"""

import asyncio
import hashlib
import re
import socket
import threading

CONNECTIONS = 32
OLD, NEW = "2.53.0", "2.65.0"
AGENT = "Gigaset N870 IP PRO/83.V{}+build.5f0a106;{};Handset=250"
_KEPT = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
_URL = re.compile(rb'http://[^/"]+(/firmware/[^"]+)"')


class Fleet:
    def __init__(self, daemon, macs, secret, deaf=(), stuck=()):
        self.daemon, self.secret = daemon, secret
        self.deaf, self.stuck = set(deaf), set(stuck)
        self.version = {mac: OLD for mac in macs}
        self.told = 0
        self.fetched = 0
        self.loaded = 0
        self.waiting = 0
        self.problems = []
        self._nonce = None
        self._busy = set()
        self._again = set()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.queue = None
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.socket.close()

    def is_quiet(self):
        return self.waiting == 0

    # -- on the thread of the loop

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.queue = asyncio.Queue()
        self.socket.setblocking(False)
        self.loop.add_reader(self.socket.fileno(), self._hear)
        workers = [self.loop.create_task(self._phone()) for _ in range(CONNECTIONS)]
        self.loop.run_forever()
        for worker in workers:
            worker.cancel()
        self.loop.run_until_complete(asyncio.gather(*workers, return_exceptions=True))
        self.loop.close()

    def _hear(self):
        for _ in range(500):
            try:
                data, sender = self.socket.recvfrom(9000)
            except BlockingIOError:
                return
            lines = data.split(b"\r\n")
            mac = lines[0].split()[1].decode()[4:16]
            if mac in self.deaf:
                continue
            kept = [line for line in lines if line.lower().startswith(_KEPT)]
            self.socket.sendto(b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"Content-Length: 0",
                                             b"", b""]), sender)
            self.told += 1
            # The same again is an answer that was lost; another one while it is at work, a
            # reason to look once more.
            if mac in self._busy:
                self._again.add(mac)
            else:
                self._busy.add(mac)
                self.waiting += 1
                self.queue.put_nowait(mac)

    async def _phone(self):
        connection = None
        while True:
            mac = await self.queue.get()
            while True:
                try:
                    if not connection:
                        connection = await asyncio.open_connection(
                            "127.0.0.1", self.daemon.ports["phones"])
                    await self._obey(connection, mac)
                    if mac not in self._again:
                        break
                    self._again.discard(mac)
                except (OSError, EOFError, KeyError):
                    # The server has gone for now, and comes back, perhaps on another port.
                    if connection:
                        connection[1].close()
                    connection = None
                    await asyncio.sleep(0.05)
                except Exception as problem:  # pylint: disable=broad-except
                    self.problems.append(f"{mac}: {problem!r}")
                    break
            self._busy.discard(mac)
            self.waiting -= 1

    async def _obey(self, connection, mac):
        """Fetches; loads what the document tells of; fetches again with what it runs then."""
        document = await self._get(connection, mac, f"/xml/{mac}.xml")
        self.fetched += 1
        found = _URL.search(document)
        if not found or mac in self.stuck:
            return
        # All of one file: that it is there is shown by some.
        if self.version[mac] == OLD and int(mac, 16) % 50 == 0:
            await self._get(connection, mac, found.group(1).decode())
            self.loaded += 1
        self.version[mac] = NEW
        await self._get(connection, mac, f"/xml/{mac}.xml")
        self.fetched += 1

    async def _get(self, connection, mac, path):
        reader, writer = connection
        for _ in range(3):
            writer.write((f"GET {path} HTTP/1.1\r\nHost: prov\r\nUser-Agent: "
                          f"{AGENT.format(self.version[mac], mac)}\r\n"
                          f"{self._credentials(mac, path)}\r\n").encode())
            status, head, body = await self._answer(reader)
            if status == 200:
                return body
            if status != 401:
                raise AssertionError(f"{path}: {status}")
            self._nonce = re.search(rb'nonce="([^"]+)"', head).group(1).decode()
        raise AssertionError(f"{path}: 401 again and again")

    @staticmethod
    async def _answer(reader):
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"^content-length: *(\d+)", head, re.M | re.I)
        body = await reader.readexactly(int(length.group(1))) if length else b""
        return int(head.split()[1]), head, body

    def _credentials(self, mac, path):
        if not self._nonce:
            return ""

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()

        ha1, ha2 = md5(f"{mac}:gigaprovd:{self.secret}"), md5(f"GET:{path}")
        response = md5(f"{ha1}:{self._nonce}:00000001:0a4f113b:auth:{ha2}")
        return (f'Authorization: Digest username="{mac}", realm="gigaprovd", '
                f'nonce="{self._nonce}", uri="{path}", qop=auth, nc=00000001, '
                f'cnonce="0a4f113b", response="{response}", algorithm=MD5\r\n')
