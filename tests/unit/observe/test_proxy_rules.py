"""The rules for a proxy in front of an engine's socket."""

from __future__ import annotations

import re
from typing import Final

import pytest

from platformctl.cli import main
from platformctl.observe.proxy_rules import rules

DIGITS: Final = "0123456789abcdef" * 4
LIST: Final = "/containers/json?all=1"

GENERIC: Final = r"""
GET	^(/v1\.[0-9]{1,3})?/version$
GET	^(/v1\.[0-9]{1,3})?/info$
GET	^(/v1\.[0-9]{1,3})?/containers/json\?(all=1|limit=-1&all=1&size=0&trunc_cmd=0)$
GET	^(/v1\.[0-9]{1,3})?/containers/[a-f0-9]{64}/json$
GET	^(/v1\.[0-9]{1,3})?/images/(sha256:)?[a-f0-9]{64}/json$
"""
SOCKET_PROXY: Final = (
    r"-allowGET=(/v1\.[0-9]{1,3})?(/version|/info|/containers/json|/containers/[a-f0-9]{64}/json"
    r"|/images/(sha256:)?[a-f0-9]{64}/json)"
)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ([], GENERIC.lstrip("\n")),
        (["--format", "generic"], GENERIC.lstrip("\n")),
        (["--format", "socket-proxy"], f"{SOCKET_PROXY}\n"),
    ],
)
def test_the_rules(options: list[str], text: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Both forms, to the letter."""
    assert main(["host-agent", "proxy-rules", *options]) == 0
    assert capfdbinary.readouterr() == (text.encode(), b"")


def allowed(target: str) -> bool:
    """Tell whether some rule lets a request target through."""
    return any(method == "GET" and re.search(pattern, target) for method, pattern in rules())


@pytest.mark.parametrize("version", ["", "/v1.24", "/v1.41", "/v1.100"])
@pytest.mark.parametrize(
    "target",
    [
        "/version",
        "/info",
        LIST,
        f"/containers/{DIGITS}/json",
        f"/images/{DIGITS}/json",
        f"/images/sha256:{DIGITS}/json",
    ],
)
def test_our_questions_pass(version: str, target: str) -> None:
    """Every path is let through, with a version of the API and without."""
    assert allowed(version + target)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/_ping",
        "/events",
        "/containers/json",
        "/containers/json?all=1&size=1",
        "/containers/json?size=1&all=1",
        f"/containers/{DIGITS}/json?size=1",
        f"/containers/{DIGITS}/archive?path=/etc/shadow",
        f"/containers/{DIGITS}/export",
        f"/containers/{DIGITS}/logs?stdout=1",
        f"/containers/{DIGITS}/top",
        f"/containers/{DIGITS}/attach/ws",
        f"/containers/{DIGITS}/stats",
        f"/containers/{DIGITS}/changes",
        f"/containers/{DIGITS[:63]}/json",
        f"/containers/{DIGITS}0/json",
        f"/containers/{DIGITS.upper()}/json",
        "/containers/np-umami/json",
        f"/containers/{DIGITS}/json/",
        f"/containers/{DIGITS}/json\n",
        f"/containers//{DIGITS}/json",
        f"//containers/{DIGITS}/json",
        f"/containers/../containers/{DIGITS}/json",
        f"/containers/%2e%2e/{DIGITS}/json",
        f"/containers/{DIGITS}%2fjson",
        f"/images/{DIGITS}/get",
        "/images/postgres/json",
        "/images/json",
        f"/images/sha256%3A{DIGITS}/json",
        "/v2.0/info",
        "/v1.1000/info",
        "/v1x41/info",
        "/v1.41//info",
        "/v1.41/../info",
        "/version?x",
        "/info/",
        "/x/info",
        "/INFO",
        "http://localhost/info",
        "/exec/x/json",
        "/secrets",
        "/configs",
        "/volumes",
        "/swarm",
        "/system/df",
        "/plugins",
    ],
)
def test_nothing_else_passes(target: str) -> None:
    """Archive and export, names, other queries and every other spelling of a path are stopped."""
    # A pattern's `$` comes before a newline in Python; no request target can have one.
    assert not allowed(target.replace("\n", "%0a"))
