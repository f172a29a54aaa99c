"""The services that smokes ask: one server that counts how often each module was asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@dataclass(slots=True)
class Probed:
    """The address, and the questions by module."""

    url: str
    asked: Counter[str] = field(default_factory=Counter)


@contextmanager
def probed_services() -> Iterator[Probed]:
    """Answer every question with 200."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            probed.asked[self.path.lstrip("/")] += 1
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the table clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    probed = Probed(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield probed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
