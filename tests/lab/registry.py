"""A registry on a loopback address, written to and read from through its HTTP API."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.response
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .address import answers, ask, free_port
from .errors import LabError
from .image import INDEXES, MANIFESTS, Blob, Content, Image, Index
from .process import Process
from .workspace import subfolder

CONFIG = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: false}}}}
storage:
  filesystem: {{rootdirectory: {root}}}
  delete: {{enabled: true}}
http: {{addr: "{address}"}}
"""


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a registry holds now.

    Attributes:
        repository: ``address/path``, as engines name it.
        tag: the tag that points at the digest, if one was set.
    """

    repository: str
    digest: str
    tag: str | None

    @property
    def pinned(self) -> str:
        """``repository@digest``."""
        return f"{self.repository}@{self.digest}"

    @property
    def tagged(self) -> str:
        """``repository:tag``."""
        return f"{self.repository}:{self.tag}"


class Registry:
    """A running registry; ``stop`` and ``start`` show what happens without it, its content stays."""

    def __init__(self, folder: Path, address: str) -> None:
        self.address = address
        self._log = folder / "log"
        self._config = folder / "config.yml"
        self._config.write_text(CONFIG.format(root=folder / "data", address=address))
        self.process = self._serve()

    def start(self) -> None:
        """Serve again after ``stop``."""
        self.process = self._serve()

    def stop(self) -> None:
        """Stop serving."""
        self.process.stop()

    def push(self, repository: str, content: Content, tag: str | None = None) -> Pushed:
        """Put an image or an index, with all it points at, into a repository; a tag that exists is moved."""
        if isinstance(content, Index):
            for child in content.children:
                self.push(repository, child)
        else:
            self._push_blobs(repository, content)
        self._put_manifest(repository, content.manifest, tag or content.digest)
        return Pushed(f"{self.address}/{repository}", content.digest, tag)

    def manifest(self, repository: str, reference: str) -> Blob:
        """Return the manifest or index that a tag or digest names."""
        accept = {"Accept": ", ".join([*INDEXES, *MANIFESTS])}
        with self._ask(f"{repository}/manifests/{reference}", headers=accept) as answer:
            return Blob(answer.headers["Content-Type"], answer.read())

    def blob(self, repository: str, digest: str) -> bytes:
        """Return the bytes that a digest names."""
        with self._ask(f"{repository}/blobs/{digest}") as answer:
            body: bytes = answer.read()
        return body

    def delete(self, repository: str, digest: str) -> None:
        """Forget a manifest, as a registry's retention does."""
        self._ask(f"{repository}/manifests/{digest}", "DELETE").close()

    def _serve(self) -> Process:
        host, port = self.address.split(":")
        if answers(host, int(port)):
            raise LabError(f"{self.address} is taken: is another lab running on this address?")
        process = Process(["/usr/bin/docker-registry", "serve", str(self._config)], self._log)
        process.wait_until(lambda: answers(host, int(port)))
        return process

    def _push_blobs(self, repository: str, content: Image) -> None:
        for blob in (content.config, *content.layers):
            if not self._has_blob(repository, blob.digest):
                self._push_blob(repository, blob)

    def _push_blob(self, repository: str, blob: Blob) -> None:
        with self._ask(f"{repository}/blobs/uploads/", "POST") as answer:
            place = urllib.parse.urlsplit(answer.headers["Location"])
        path = place.path.removeprefix("/v2/")
        query = urllib.parse.urlencode([*urllib.parse.parse_qsl(place.query), ("digest", blob.digest)])
        self._ask(f"{path}?{query}", "PUT", blob.body, {"Content-Type": "application/octet-stream"}).close()

    def _has_blob(self, repository: str, digest: str) -> bool:
        try:
            self._ask(f"{repository}/blobs/{digest}", "HEAD").close()
        except LabError:
            return False
        return True

    def _put_manifest(self, repository: str, manifest: Blob, reference: str) -> None:
        headers = {"Content-Type": manifest.media_type}
        self._ask(f"{repository}/manifests/{reference}", "PUT", manifest.body, headers).close()

    def _ask(
        self, path: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> urllib.response.addinfourl:
        try:
            return ask(self.address, f"v2/{path}", method=method, body=body, headers=headers)
        except urllib.error.HTTPError as error:
            raise LabError(f"{method} {path}: {error.code} {_said(error)}") from error


@contextmanager
def registry(workspace: Path, address: str | None = None) -> Iterator[Registry]:
    """Start an empty registry, on a free port of 127.0.0.1 unless an address is named."""
    place = address or f"127.0.0.1:{free_port('127.0.0.1')}"
    running = Registry(subfolder(workspace, "registry"), place)
    try:
        yield running
    finally:
        running.stop()


def _said(error: urllib.error.HTTPError) -> str:
    body = error.read()
    try:
        return str(json.loads(body)["errors"])
    except (ValueError, KeyError):
        return body.decode(errors="replace")
