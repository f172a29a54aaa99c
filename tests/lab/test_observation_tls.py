"""TLS: whose certificates are accepted, and what is said of files that cannot be used."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from platformctl.catalog.inventory import DockerHost, SshHost, Tls
from platformctl.reason import Reason

from .certificates import Certificates
from .engine import Docker
from .entry import tls_entry
from .looking import api

pytestmark = pytest.mark.lab

Entries: TypeAlias = Callable[..., SshHost]


def test_tls_that_one_side_does_not_accept(tls_engine: Docker, tmp_path: Path) -> None:
    """Another authority, a stranger's certificate and no TLS at all are faults of TLS, not of the engine."""
    assert tls_engine.certificates
    assert tls_engine.tcp
    other = Certificates.make(tmp_path / "other", "127.0.0.1")
    entries = {
        "certificate verify failed": tls_entry(tls_engine, authority=other.authority),
        "bad certificate": tls_entry(tls_engine, client=tls_engine.certificates.stranger),
        "the engine speaks TLS there: name the files under tls": DockerHost(transport="docker", url=tls_engine.tcp),
    }
    for message, entry in entries.items():
        failure = api(entry)
        assert failure
        assert (message, failure.reason) == (message, Reason.TLS_FAILED)
        assert message in failure.message


def test_tls_files_that_cannot_be_used_are_named(tls_engine: Docker, tmp_path: Path) -> None:
    """A file that is missing, rubbish or encrypted is ours to mend, and the engine is not asked."""
    right = tls_entry(tls_engine).tls
    assert right
    rubbish, encrypted = tmp_path / "rubbish", tmp_path / "encrypted"
    rubbish.write_text("no certificate")
    openssl = ["openssl", "ec", "-in", right.key, "-aes256", "-passout", "pass:secret", "-out", str(encrypted)]
    subprocess.run(openssl, check=True, capture_output=True)
    changes: tuple[Mapping[str, str], ...] = (
        {"ca": str(tmp_path / "absent")},
        {"cert": str(tmp_path / "absent")},
        {"key": str(tmp_path)},
        {"ca": str(rubbish)},
        {"cert": str(rubbish)},
        {"key": str(rubbish)},
        {"key": str(encrypted)},
    )
    for change in changes:
        tls = Tls.model_validate({**right.model_dump(), **change})
        failure = api(DockerHost(transport="docker", url=str(tls_engine.tcp), tls=tls))
        assert failure
        assert (change, failure.reason) == (change, Reason.CONFIGURATION_UNUSABLE)
        assert next(iter(change.values())) in failure.message
