"""A registry in a few lines, on a loopback address: it can be given any fault, and it notes every request."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, TypeAlias

from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str = ""

    @property
    def authorization(self) -> str | None:
        """The login or token that it showed."""
        return self.headers.get("Authorization")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `parts` are sent with a pause after each, and in place of everything where `raw` is set."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: tuple[bytes, ...] = ()
    pause_s: float = 0.0


Answers: TypeAlias = Callable[[Asked], Reply]
NONE = Reply(404)


@dataclass(slots=True)
class Server:
    """A running server."""

    address: str
    asked: list[Asked] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    @property
    def questions(self) -> list[str]:
        """Every request as `METHOD path`, in order."""
        return [f"{one.method} {one.path}" for one in self.asked]

    def reference(self, tag: str | None = None) -> Reference:
        """Return the repository `apps/web` here."""
        return Reference(self.address, "apps/web", tag, None)


class _Http(ThreadingHTTPServer):
    """Says nothing about clients that hang up, which is what they should do here."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(answers: Answers) -> Iterator[Server]:
    """Serve on a free port; at the end whoever keeps a client waiting is let go."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            asked = Asked(self.command, self.path, dict(self.headers), body)
            server.asked.append(asked)
            with suppress(OSError):
                self._send(answers(asked))

        do_GET = do_HEAD = do_POST = do_PATCH = _answer  # noqa: N815  http.server's names

        def _send(self, reply: Reply) -> None:
            if reply.raw:
                self.close_connection = True
                for part in reply.raw:
                    self.wfile.write(part)
                    self.wfile.flush()
                    if server.ended.wait(reply.pause_s):
                        return
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    http = _Http(("127.0.0.1", 0), Handler)
    server = Server(f"127.0.0.1:{http.server_address[1]}")
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        http.shutdown()
        thread.join()
        http.server_close()


@dataclass(frozen=True, slots=True)
class Image:
    """An index of two platforms, with every body by its path below `/v2/apps/web/`."""

    digest: Digest
    bodies: Mapping[str, bytes]

    def answers(self, asked: Asked) -> Reply:
        """Answer as an open registry does; every tag is this image."""
        path = asked.path.removeprefix("/v2/apps/web/")
        wanted = f"manifests/{self.digest}" if path.startswith("manifests/") and ":" not in path else path
        body = self.bodies.get(wanted)
        if body is None:
            return NONE
        return Reply(body=body, headers={"Docker-Content-Digest": digest_of(body)})


def image(name: str = "web") -> Image:
    """Make the index of a build for two platforms; another name is another image."""
    bodies: dict[str, bytes] = {}
    entries = [_platform(bodies, name, architecture) for architecture in ("amd64", "arm64")]
    root = _kept(bodies, "manifests", {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    return Image(Digest(root), bodies)


INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"


def digest_of(body: bytes) -> str:
    """Return the sha256 digest of bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _platform(bodies: dict[str, bytes], name: str, architecture: str) -> dict[str, Any]:
    config = {
        "os": "linux",
        "architecture": architecture,
        "created": "2026-01-02T03:04:05Z",
        "config": {"Cmd": [name], "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(name.encode())]},
    }
    descriptor = {"mediaType": CONFIG, "digest": _kept(bodies, "blobs", config), "size": 1}
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor, "layers": []}
    platform = {"os": "linux", "architecture": architecture}
    return {"mediaType": MANIFEST, "digest": _kept(bodies, "manifests", manifest), "size": 1, "platform": platform}


def _kept(bodies: dict[str, bytes], kind: str, document: Mapping[str, Any]) -> str:
    body = json.dumps(document).encode()
    bodies[f"{kind}/{digest_of(body)}"] = body
    return digest_of(body)
