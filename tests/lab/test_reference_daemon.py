"""The reference grammar against a real dockerd, which shows in its error how it read the name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from typing import Final

import pytest
from docker import APIClient
from docker.errors import APIError

from platformctl.errors import ReferenceInvalid
from platformctl.identity.digest import parse_image_id
from platformctl.identity.reference import Reference, parse_reference

from .engine import Docker

pytestmark = pytest.mark.lab

_HEX: Final = "0123456789abcdef" * 4
_DOMAINS: Final = (
    "", "docker.io/", "index.docker.io/", "DOCKER.IO/", "ghcr.io/", "ghcr.io:443/", "localhost/", "localhost:5000/",
    "127.0.0.1:5000/", "foo_bar.com/", "foo_bar.com:80/", "foo___bar.com/", "-a.example.com/", "a..b/", "apps/",
    "é.com/", "/",
)  # fmt: skip
_PATHS: Final = (
    "nginx", "library/nginx", "library", "ghcr.io", "a.b_c__d-e--f", "a___b", "a-.b", ".a", "A", "a/B", "a//b", "a/",
    "é", "localhost", "abcdef012345", "a" * 237, "a" * 260,
)  # fmt: skip
_ENDS: Final = (
    "", ":1.27", ":V_1-.x", ":.a", ":", ":1:2", f":{'t' * 128}", f":{'t' * 129}", f"@sha256:{_HEX}",
    f":1@sha256:{_HEX}", f"@sha384:{_HEX}{_HEX[:32]}", f"@sha512:{_HEX}{_HEX}", f"@sha256:{_HEX.upper()}",
    f"@sha256:{_HEX[1:]}", f"@md5:{_HEX[:32]}", f"@sha256+b64:{_HEX}", f"@SHA256:{_HEX}", "@", "\n", " ",
)  # fmt: skip
_IDS: Final = (_HEX, f"sha256:{_HEX}", f"sha512:{_HEX}{_HEX}")
_KNOWN_MESSAGES: Final = re.compile(
    r"invalid reference format|repository name must|unsupported digest|invalid checksum"
)


@pytest.fixture(scope="module")
def daemon(engine: Docker) -> Iterator[APIClient]:
    """The engine's API without a client in between that reads names itself."""
    with closing(APIClient(base_url=engine.url)) as client:
        yield client


def as_read_by(daemon: APIClient, name: str) -> str | None:
    """Return the name as dockerd normalises it, or None where it refuses it."""
    with pytest.raises(APIError) as caught:
        daemon.create_container(image=name, command=["true"])
    said = str(caught.value.explanation)
    found = said.removeprefix("No such image: ")
    assert found != said or _KNOWN_MESSAGES.match(said), said
    return found if found != said else None


def familiar(reference: Reference) -> str:
    """Return a reference in the short form that dockerd shows, with the tag that it adds."""
    name = reference.repository.removeprefix("docker.io/")
    if reference.domain == "docker.io" and reference.path.count("/") == 1:
        name = name.removeprefix("library/")
    tag = reference.tag or (None if reference.digest else "latest")
    return f"{name}{f':{tag}' if tag else ''}{f'@{reference.digest}' if reference.digest else ''}"


def as_read_by_us(text: str) -> str | None:
    """Return the short form of what we read, or None where we refuse it."""
    try:
        reference = parse_reference(text)
    except ReferenceInvalid:
        return None
    # Engine 20.10 counts the domain among the 255 characters, later ones do not.
    return familiar(reference) if len(reference.repository) <= 255 else None


def test_names_are_read_as_dockerd_reads_them(daemon: APIClient) -> None:
    """Over 5,000 names of good and bad parts are accepted or refused, and normalised, as dockerd does it."""
    names = ["".join(parts) for parts in product(_DOMAINS, _PATHS, _ENDS)]
    read = {name: as_read_by(daemon, name) for name in names}
    assert {name: as_read_by_us(name) for name in names} == read
    refused = list(read.values()).count(None)
    assert len(read) > 5000
    assert min(refused, len(read) - refused) > 500


@pytest.mark.parametrize("text", _IDS)
def test_ids_are_ids(daemon: APIClient, text: str) -> None:
    """What dockerd takes for an ID is refused as a reference, and read as that ID."""
    assert as_read_by(daemon, text) == parse_image_id(text)
    assert as_read_by_us(text) is None


@pytest.mark.parametrize("text", ["[::1]/nginx", "[::1]:5000/nginx", "NGINX/web", "LOCALHOST/web"])
def test_later_engines_accept_more(daemon: APIClient, text: str) -> None:
    """IPv6 domains and upper-case ones without a dot came after 20.10: it refuses them, we accept them."""
    assert as_read_by(daemon, text) is None
    assert as_read_by_us(text) is not None
