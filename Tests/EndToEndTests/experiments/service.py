"""A small service for experiments: what it answers can be broken and put back.

python3 service.py PORT FOLDER

FOLDER/certificate.txt is what it "presents"; FOLDER/token.txt is what /private asks for. What it is
asked, and the marks that it is given, stand in FOLDER/requests.txt.
"""

import json
import pathlib
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FOLDER = pathlib.Path(sys.argv[2])
LOCK = threading.Lock()
STATE = {"is_down": False, "delay": 0.0, "fails_next": 0}


def note(line):
    with LOCK, open(FOLDER / "requests.txt", "a") as file:
        file.write(line + "\n")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body, kind="application/json"):
        data = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data.encode())))
        self.end_headers()
        self.wfile.write(data.encode())

    def read(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.headers.get("Content-Type") == "application/json":
            return json.loads(text or "null")
        return {name: values[0] for name, values in parse_qs(text).items()}

    def health(self):
        with LOCK:
            is_down, delay = STATE["is_down"], STATE["delay"]
            if STATE["fails_next"] > 0:
                STATE["fails_next"] -= 1
                is_down = True
        time.sleep(delay)
        if is_down:
            return self.answer(503, {"status": "down"})
        if "expired" in (FOLDER / "certificate.txt").read_text():
            return self.answer(500, {"status": "certificate has expired"})
        return self.answer(200, {"status": "healthy", "version": "1.4.2"})

    def do_GET(self):
        url = urlsplit(self.path)
        note("GET " + url.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/ready":
            return self.answer(200, {})
        if url.path == "/health":
            return self.health()
        if url.path == "/":
            return self.answer(200, "<h1>Welcome, build 1.4.2</h1>", "text/html")
        if url.path == "/items":
            return self.answer(200, {"items": [
                {"id": number, "status": "available", "price": 3.5 * number}
                for number in range(1, 1 + int(query.get("count", 3)))
            ]})
        if url.path == "/old-page":
            self.send_response(301)
            self.send_header("Location", "/health")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if url.path == "/created":
            return self.answer(204, "")
        if url.path == "/load":
            return self.answer(200, "42.5", "text/plain")
        if url.path == "/slow":
            time.sleep(float(query.get("seconds", 1)))
            return self.answer(200, {})
        if url.path == "/private":
            token = (FOLDER / "token.txt").read_text().strip()
            is_known = self.headers.get("Authorization") == "Bearer " + token
            return self.answer(200 if is_known else 401, {"is_known": is_known})
        if url.path == "/leak":
            return self.answer(200, {"token": (FOLDER / "token.txt").read_text().strip()})
        return self.answer(404, {"error": "no such page"})

    def do_POST(self):
        url = urlsplit(self.path)
        values = self.read()
        note("POST " + url.path)
        if url.path == "/marks":
            note("mark " + values["name"])
            return self.answer(200, {"is_done": True})
        with LOCK:
            if url.path == "/outage":
                STATE["is_down"] = True
            elif url.path == "/restore":
                STATE["is_down"], STATE["delay"] = False, 0.0
            elif url.path == "/delay":
                STATE["delay"] = float(values["seconds"])
            elif url.path == "/fail-next":
                STATE["fails_next"] = int(values["count"])
            else:
                return self.answer(404, {"error": "no such page"})
        return self.answer(200, {"is_done": True})


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
