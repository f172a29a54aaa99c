"""A web hook and a mail server on this machine that keep what they are told, and can refuse it."""

from __future__ import annotations

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Mailbox:
    """What arrived, oldest first: title and body, and the same as bytes. `open` is whether anything is taken."""

    url: str = ""
    messages: list[tuple[str, str]] = field(default_factory=list)
    open: bool = True
    raw: list[bytes] = field(default_factory=list)


@contextmanager
def web_hook() -> Iterator[Mailbox]:
    """Take what is sent as JSON over HTTP."""
    box = Mailbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            document: dict[str, Any] = json.loads(content)
            if box.open:
                box.raw.append(content)
                box.messages.append((document["title"], document["message"]))
            self.send_response(200 if box.open else 503)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that the library has
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        box.url = f"json://ops:s3cret@127.0.0.1:{server.server_port}/hook"
        yield from _served(server, box)


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """Take mail by SMTP."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 mail\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    box.raw.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                    box.messages.append(_mail(box.raw[-1]))
                self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 yes\r\n")
                if verb == b"QUIT":
                    return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        port = server.server_address[1]
        box.url = (
            f"mailto://127.0.0.1:{port}?smtp=127.0.0.1&mode=insecure&from=platformctl@example.org&to=ops@example.org"
        )
        yield from _served(server, box)


def _mail(content: bytes) -> tuple[str, str]:
    mail = message_from_bytes(content, policy=policy.default)
    body = mail.get_body(("plain", "html"))
    return str(mail["Subject"]), str(body.get_content()).strip() if body else ""


def _served(server: socketserver.BaseServer, box: Mailbox) -> Iterator[Mailbox]:
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
