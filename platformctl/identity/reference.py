"""Image references, read and normalised as Docker does it.

A port of the grammar of github.com/distribution/reference (regexp.go, normalize.go) as dockerd 28.5 uses it; it is
compared with docker-image-py (tests/unit/identity/test_reference.py) and dockerd (tests/lab/test_reference_daemon.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from platformctl.errors import ReferenceInvalid
from platformctl.identity.digest import HEX_LENGTHS, Digest, parse_digest, parse_image_id

MAX_LENGTH: Final = 1024
"""Longer texts are refused unread: the longest valid reference (path 255, tag 128, sha512) is far below it."""

MAX_PATH_LENGTH: Final = 255
DEFAULT_DOMAIN: Final = "docker.io"
_LEGACY_DOMAIN: Final = "index.docker.io"
_OFFICIAL: Final = "library/"

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_DOMAIN = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REFERENCE: Final = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>.+))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A normalised image reference: `domain/path[:tag][@digest]`.

    `domain` is empty where Docker sees none: in `foo_bar.com/x` all is path, since no domain has an underscore.
    """

    domain: str
    path: str
    tag: str | None
    digest: Digest | None

    @property
    def repository(self) -> str:
        """The name without tag and digest, such as `docker.io/library/nginx`."""
        return f"{self.domain}/{self.path}" if self.domain else self.path

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.repository}{tag}{digest}"


def parse_reference(text: str) -> Reference:
    """Read an image reference and normalise its name.

    Raises:
        ReferenceInvalid: the text is not a reference, or is an image ID; the message says why.
    """
    if len(text) > MAX_LENGTH:
        raise ReferenceInvalid(f"an image reference has at most {MAX_LENGTH} characters, this text has {len(text)}")
    if parse_image_id(text):
        raise ReferenceInvalid(
            "this is an image ID, which differs from host to host; write repository@sha256:… instead"
        )
    domain, remainder = _split_domain(text)
    found = _REFERENCE.fullmatch(f"{domain}/{remainder}")
    if found is None:
        raise ReferenceInvalid(_complaint(text, remainder))
    if len(found["path"]) > MAX_PATH_LENGTH:
        raise ReferenceInvalid(
            f"a repository path has at most {MAX_PATH_LENGTH} characters, this one has {len(found['path'])}"
        )
    digest = parse_digest(found["digest"])
    if found["digest"] is not None and digest is None:
        raise ReferenceInvalid(_digest_complaint(found["digest"]))
    return Reference(found["domain"] or "", found["path"], found["tag"], digest)


def _split_domain(text: str) -> tuple[str, str]:
    """Tell the registry's domain from the path, as normalize.go's splitDockerDomain does."""
    first, slash, rest = text.partition("/")
    if not slash:
        return DEFAULT_DOMAIN, _OFFICIAL + text
    if first == "localhost" or any(mark in first for mark in ".:") or first.lower() != first:
        domain, path = (DEFAULT_DOMAIN if first == _LEGACY_DOMAIN else first), rest
    else:
        domain, path = DEFAULT_DOMAIN, text
    if domain == DEFAULT_DOMAIN and "/" not in path:
        path = _OFFICIAL + path
    return domain, path


def _complaint(text: str, remainder: str) -> str:
    if not text:
        return "an image reference cannot be empty"
    if text != text.strip():
        return "there is white space around the image reference"
    written = remainder if text.endswith(remainder) else remainder.removeprefix(_OFFICIAL)
    name = written.partition("@")[0].partition(":")[0]
    if name.lower() != name:
        return f"a repository name is lower-case: write {name.lower()!r}"
    return "this is not an image reference; it should read repository@sha256:<64 hex digits>, repository:tag or both"


def _digest_complaint(text: str) -> str:
    algorithm, _, encoded = text.partition(":")
    wanted = HEX_LENGTHS.get(algorithm)
    if wanted is None:
        return f"the digest's algorithm must be one of {', '.join(HEX_LENGTHS)}, not {algorithm[:32]!r}"
    if len(encoded) != wanted:
        return f"a {algorithm} digest has {wanted} hex digits, this one has {len(encoded)}"
    return f"a {algorithm} digest is written in lower-case hex digits only"
