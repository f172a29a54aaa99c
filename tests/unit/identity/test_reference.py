"""References mean what Docker means by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest
from docker_image import digest as docker_digest
from docker_image.reference import InvalidReference, NameEmpty
from docker_image.reference import Reference as DockerReference
from hypothesis import example, given, settings
from hypothesis import strategies as st

from platformctl.errors import ReferenceInvalid
from platformctl.identity.digest import parse_image_id
from platformctl.identity.reference import MAX_LENGTH, Reference, parse_reference

from .strategies import SHA256, near_references

SHA384: Final = f"sha384:{'b' * 96}"
SHA512: Final = f"sha512:{'c' * 128}"

NORMALISED: Final = {
    # one image on Docker Hub ...
    "nginx": "docker.io/library/nginx",
    "library/nginx": "docker.io/library/nginx",
    "docker.io/nginx": "docker.io/library/nginx",
    "docker.io/library/nginx": "docker.io/library/nginx",
    "index.docker.io/nginx": "docker.io/library/nginx",
    "index.docker.io/library/nginx": "docker.io/library/nginx",
    # ... and other images, although a person may read them as the same
    "registry-1.docker.io/nginx": "registry-1.docker.io/nginx",
    "registry.hub.docker.com/library/nginx": "registry.hub.docker.com/library/nginx",
    "DOCKER.IO/nginx": "DOCKER.IO/nginx",
    "Docker.io/nginx": "Docker.io/nginx",
    "docker.io:443/nginx": "docker.io:443/nginx",
    "localhost/nginx": "localhost/nginx",
    # what is a domain
    "apps/web": "docker.io/apps/web",
    "apps/web/api": "docker.io/apps/web/api",
    "apps/ghcr.io/web": "docker.io/apps/ghcr.io/web",
    "docker.io/docker.io/web": "docker.io/docker.io/web",
    "ghcr.io/web": "ghcr.io/web",
    "ghcr.io/library/web": "ghcr.io/library/web",
    "localhost:5000/web": "localhost:5000/web",
    "registry:5000/web": "registry:5000/web",
    "127.0.0.1:5000/web": "127.0.0.1:5000/web",
    "ghcr.io:0/web": "ghcr.io:0/web",
    "ghcr.io:99999999/web": "ghcr.io:99999999/web",
    "[::1]/web": "[::1]/web",
    "[2001:db8::1]:5000/apps/web:1": "[2001:db8::1]:5000/apps/web:1",
    "NGINX/web": "NGINX/web",
    "a-b.example.com/web": "a-b.example.com/web",
    "xn--bcher-kva.example/web": "xn--bcher-kva.example/web",
    # no domain after all: no label has an underscore, and every element of a path may have one
    "foo_bar.com/web": "foo_bar.com/web",
    "foo__bar.com/web:1": "foo__bar.com/web:1",
    # without a slash there is no domain, only a name and perhaps a tag
    "ghcr.io": "docker.io/library/ghcr.io",
    "docker.io": "docker.io/library/docker.io",
    "docker.io/library": "docker.io/library/library",
    "localhost": "docker.io/library/localhost",
    "localhost:5000": "docker.io/library/localhost:5000",
    "ghcr.io:443": "docker.io/library/ghcr.io:443",
    # paths
    "a.b_c__d-e--f": "docker.io/library/a.b_c__d-e--f",
    "ghcr.io/" + "a" * 255: "ghcr.io/" + "a" * 255,
    "a" * 247: "docker.io/library/" + "a" * 247,
    # tags and digests
    "nginx:1.27": "docker.io/library/nginx:1.27",
    "nginx:V_1-.x": "docker.io/library/nginx:V_1-.x",
    "nginx:" + "t" * 128: "docker.io/library/nginx:" + "t" * 128,
    f"nginx@{SHA256}": f"docker.io/library/nginx@{SHA256}",
    f"nginx:1.27@{SHA256}": f"docker.io/library/nginx:1.27@{SHA256}",
    f"localhost:5000/web:1@{SHA384}": f"localhost:5000/web:1@{SHA384}",
    f"ghcr.io/web@{SHA512}": f"ghcr.io/web@{SHA512}",
    # names, although a person may have meant an ID
    "abcdef012345": "docker.io/library/abcdef012345",
    f"sha256:{'a' * 63}": f"docker.io/library/sha256:{'a' * 63}",
}

_NO_REFERENCE = (
    "this is not an image reference; it should read repository@sha256:<64 hex digits>, repository:tag or both"
)
_SPACE = "there is white space around the image reference"
_ID = "this is an image ID, which differs from host to host; write repository@sha256:… instead"
_ALGORITHM = "the digest's algorithm must be one of sha256, sha384, sha512, not "

REFUSED: Final = {
    "": "an image reference cannot be empty",
    "nginx\n": _SPACE,
    " nginx": _SPACE,
    "nginx\x00": _NO_REFERENCE,
    "Nginx": "a repository name is lower-case: write 'nginx'",
    "library/Nginx": "a repository name is lower-case: write 'library/nginx'",
    f"Nginx@{SHA256}": "a repository name is lower-case: write 'nginx'",
    "ghcr.io/Apps/web:1": "a repository name is lower-case: write 'apps/web'",
    "a___b": _NO_REFERENCE,
    "a-.b": _NO_REFERENCE,
    ".a": _NO_REFERENCE,
    "nginx/": _NO_REFERENCE,
    "/nginx": _NO_REFERENCE,
    "a//b": _NO_REFERENCE,
    "nginx:": _NO_REFERENCE,
    "nginx:.a": _NO_REFERENCE,
    "nginx:1:2": _NO_REFERENCE,
    "nginx:é": _NO_REFERENCE,
    "nginx:²": _NO_REFERENCE,
    "nginx:" + "t" * 129: _NO_REFERENCE,
    "foo_bar.com:80/web": _NO_REFERENCE,
    "-a.example.com/web": _NO_REFERENCE,
    "ghcr.io:/web": _NO_REFERENCE,
    "[fe80::1%eth0]/web": _NO_REFERENCE,
    "[::ffff:1.2.3.4]/web": _NO_REFERENCE,
    "https://ghcr.io/web": _NO_REFERENCE,
    "<none>:<none>": _NO_REFERENCE,
    "<none>@<none>": _NO_REFERENCE,
    "nginx@": _NO_REFERENCE,
    "nginx@sha256:": "a sha256 digest has 64 hex digits, this one has 0",
    f"nginx@sha256:{'a' * 63}": "a sha256 digest has 64 hex digits, this one has 63",
    f"nginx@sha384:{'a' * 64}": "a sha384 digest has 96 hex digits, this one has 64",
    f"nginx@sha256:{'A' * 64}": "a sha256 digest is written in lower-case hex digits only",
    "nginx@sha256:aa:bb": "a sha256 digest has 64 hex digits, this one has 5",
    f"nginx@{'x' * 40}:aa": f"{_ALGORITHM}{'x' * 32!r}",
    f"nginx@SHA256:{'a' * 64}": f"{_ALGORITHM}'SHA256'",
    f"nginx@blake3:{'a' * 64}": f"{_ALGORITHM}'blake3'",
    f"nginx@md5:{'a' * 32}": f"{_ALGORITHM}'md5'",
    f"nginx@sha256+b64:{'a' * 64}": f"{_ALGORITHM}'sha256+b64'",
    "a" * 64: _ID,
    SHA256: _ID,
    SHA512: _ID,
    "ghcr.io/" + "a" * 256: "a repository path has at most 255 characters, this one has 256",
    "a" * 248: "a repository path has at most 255 characters, this one has 256",
    "foo_bar.com/" + "a" * 244: "a repository path has at most 255 characters, this one has 256",
    "a" * 1024: "a repository path has at most 255 characters, this one has 1032",
    "a" * 1025: "an image reference has at most 1024 characters, this text has 1025",
}


class Oracle(DockerReference):  # type: ignore[misc]  # docker-image-py has no types
    """docker-image-py without its faults, none of which dockerd has.

    It checks a domain before it knows whether there is one (`foo_bar.com/x` has none), accepts a trailing newline,
    and takes an image ID for a name.
    """

    @classmethod
    def try_validate(cls, s: str) -> None:
        """Leave the check to the grammar."""
        if not s:
            raise NameEmpty.default()

    @classmethod
    def read(cls, text: str) -> Reference | None:
        """Return what Docker reads, or None where it refuses."""
        if text.endswith("\n") or parse_image_id(text):
            return None
        try:
            found: Any = cls.parse_normalized_named(text)
        except (InvalidReference, docker_digest.InvalidDigest):
            return None
        return Reference(found.domain() or "", found.path(), found["tag"], found["digest"])


def read(text: str) -> Reference | None:
    """Return what we read, or None where we refuse."""
    try:
        return parse_reference(text)
    except ReferenceInvalid:
        return None


@pytest.mark.parametrize(("text", "normalised"), NORMALISED.items())
def test_normalises_as_docker_does(text: str, normalised: str) -> None:
    """A reference gets its full name, and its full name means the same, also to the oracle."""
    assert str(parse_reference(text)) == normalised
    assert parse_reference(text) == parse_reference(normalised) == Oracle.read(text)


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_says_why_a_text_is_no_reference(text: str, message: str) -> None:
    """What Docker refuses is refused, with the rule that it breaks."""
    with pytest.raises(ReferenceInvalid) as caught:
        parse_reference(text)
    assert str(caught.value) == message
    assert len(text) > MAX_LENGTH or Oracle.read(text) is None


def test_parts() -> None:
    """The parts of a reference are its domain, path, tag and digest; no part is made up."""
    assert parse_reference(f"ghcr.io/apps/web:1@{SHA256}") == Reference(
        "ghcr.io", "apps/web", "1", parse_image_id(SHA256)
    )
    assert parse_reference("web") == Reference("docker.io", "library/web", None, None)
    assert parse_reference("foo_bar.com/web") == Reference("", "foo_bar.com/web", None, None)


def test_thousands_of_near_references_read_as_the_oracle_reads_them() -> None:
    """Of more than 5,000 different texts, a good part valid and a good part not, each reads as in docker-image-py."""
    valid: set[str] = set()
    invalid: set[str] = set()

    @settings(max_examples=7500, derandomize=True, database=None, deadline=None)
    @given(near_references())
    def agrees(text: str) -> None:
        expected = Oracle.read(text)
        assert read(text) == expected
        (invalid if expected is None else valid).add(text)

    agrees()
    assert len(valid) + len(invalid) >= 5000
    assert min(len(valid), len(invalid)) >= 1000


@settings(max_examples=500, derandomize=True, deadline=None)
@given(near_references())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    """The normal form of a reference is its own normal form, and so is its repository alone."""
    found = read(text)
    assert found is None or parse_reference(str(found)) == found
    assert found is None or parse_reference(found.repository) == replace(found, tag=None, digest=None)


@settings(max_examples=1000, derandomize=True, deadline=None)
@given(st.text())
@example("İ/x")
@example("K.io/x")
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    """No text at all makes anything but a reference or a refusal."""
    assert read(text) is None or isinstance(read(text), Reference)
