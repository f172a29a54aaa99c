"""A registry that asks for a name and a password over TLS, in front of what another one holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import bcrypt

from .address import answers, free_port
from .certificates import Certificates
from .process import Process
from .registry import Registry
from .workspace import subfolder

USER, PASSWORD = "ann", "hunter2-meerkat-8f41c0de"
CONFIG = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: false}}}}
storage:
  filesystem: {{rootdirectory: {root}}}
auth: {{htpasswd: {{realm: lab, path: {users}}}}}
http:
  addr: "{address}"
  tls: {{certificate: {certificate}, key: {key}}}
"""


@dataclass(frozen=True, slots=True)
class Secured:
    """A running registry; `authority` is the certificate that it is to be checked by, `stranger` another one."""

    address: str
    authority: Path
    stranger: Path
    log: Path

    def requests(self) -> int:
        """Return how many requests came so far."""
        return self.log.read_text().count('"GET /v2/') + self.log.read_text().count('"HEAD /v2/')


@contextmanager
def secured(workspace: Path, behind: Registry) -> Iterator[Secured]:
    """Serve what `behind` holds to who knows the password."""
    folder = subfolder(workspace, "secured")
    address = f"127.0.0.1:{free_port('127.0.0.1')}"
    certificates = Certificates.make(folder / "tls", "127.0.0.1")
    others = Certificates.make(folder / "others", "127.0.0.1")
    users = folder / "htpasswd"
    users.write_text(f"{USER}:{bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()}\n")
    config = folder / "config.yml"
    config.write_text(
        CONFIG.format(
            root=behind._config.parent / "data",
            users=users,
            address=address,
            certificate=certificates.server.certificate,
            key=certificates.server.key,
        )
    )
    host, port = address.split(":")
    process = Process(["/usr/bin/docker-registry", "serve", str(config)], folder / "log")
    try:
        process.wait_until(lambda: answers(host, int(port)))
        yield Secured(address, certificates.authority, others.authority, folder / "log")
    finally:
        process.stop()
