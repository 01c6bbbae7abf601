"""What the benchmark of the proxy runs: nginx, HAProxy and fault-proxy, on ports of 127.0.0.1."""

import contextlib
import http.client
import json
import os
import shutil

from processes import free_port, running

BODY = "x" * 1024
# Through a proxy, and some more.
MOST_CONNECTIONS = 16384

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections {most}; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    keepalive_timeout 600s;
    keepalive_requests 1000000000;
    client_header_timeout 600s;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ default_type text/plain; return 200 "{body}"; }}
    }}
}}
"""

HAPROXY = """
global
    nbthread {threads}
    maxconn 4096
defaults
    mode tcp
    timeout connect 10s
    timeout client 600s
    timeout server 600s
listen proxy
    bind 127.0.0.1:{port} backlog 4096
    server nginx 127.0.0.1:{upstream}
"""


def find(program):
    """Debian keeps servers where only root's path leads."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if path is None:
        raise SystemExit(f"{program} is not installed: .ci/setup.sh bench")
    return path


@contextlib.contextmanager
def nginx(folder):
    port = free_port()
    text = NGINX.format(folder=folder, port=port, body=BODY, most=MOST_CONNECTIONS)
    with open(f"{folder}/nginx.conf", "w", encoding="utf-8") as file:
        file.write(text)
    with running([find("nginx"), "-p", folder, "-c", f"{folder}/nginx.conf"], port, folder):
        yield port


@contextlib.contextmanager
def haproxy(folder, upstream, threads):
    port = free_port()
    text = HAPROXY.format(port=port, upstream=upstream, threads=threads)
    with open(f"{folder}/haproxy.cfg", "w", encoding="utf-8") as file:
        file.write(text)
    with running([find("haproxy"), "-db", "-f", f"{folder}/haproxy.cfg"], port, folder):
        yield port


class FaultProxy:
    """A running fault-proxy with one proxy in TCP mode and one that speaks HTTP."""

    def __init__(self, process, api, upstream):
        self.pid = process.pid
        self.api = api
        self.tcp = self.create("tcp", upstream)
        self.http = self.create("http", upstream)
        self.descriptors_at_rest = self.descriptors

    def create(self, speaks, upstream):
        proxy = {
            "name": speaks,
            "listen": "127.0.0.1:0",
            "upstream": f"127.0.0.1:{upstream}",
            "speaks": speaks,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.api, timeout=10)
        connection.request(
            "POST", "/proxies", json.dumps(proxy), {"Content-Type": "application/json"}
        )
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status != 201:
            raise SystemExit(f"fault-proxy makes no proxy: {response.status} {text!r}")
        return int(json.loads(text)["listen"].rsplit(":", 1)[1])

    @property
    def resident_bytes(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    @property
    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


@contextlib.contextmanager
def fault_proxy(program, folder, upstream):
    api = free_port()
    with running([program, "--listen", f"127.0.0.1:{api}"], api, folder) as process:
        yield FaultProxy(process, api, upstream)
