# SPDX-License-Identifier: MIT
"""nginx over a directory, for comparing answers with: one process, on a free port."""

import contextlib
import shutil
import socket
import subprocess
import time

from gigaprov import free_port

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")

CONFIGURATION = """
daemon off;
master_process off;
pid {top}/nginx.pid;
error_log {top}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {top}/body;
    proxy_temp_path {top}/proxy;
    fastcgi_temp_path {top}/fastcgi;
    uwsgi_temp_path {top}/uwsgi;
    scgi_temp_path {top}/scgi;
    default_type application/octet-stream;
    server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@contextlib.contextmanager
def nginx(top, root):
    """Starts nginx; gives the URL of what is in `root`."""
    top.mkdir()
    port = free_port()
    (top / "nginx.conf").write_text(CONFIGURATION.format(top=top, port=port, root=root))
    process = subprocess.Popen([NGINX, "-p", top, "-c", top / "nginx.conf"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                assert process.poll() is None, (top / "error.log").read_text()
                assert time.monotonic() < end
                time.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
