"""Logins go to whom they are for, and are in no message and no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.adapters.registry import Registries
from platformctl.adapters.registry_login import Login
from platformctl.catalog.inventory import Registry
from platformctl.identity.reference import Reference
from platformctl.identity.walk import ClosureUnread

from .registry_client import HASTY, MANIFEST, WEB
from .registry_guard import (
    BASIC,
    SECRET,
    TOKEN,
    answer,
    basic,
    bearer,
    challenge,
    configure,
    fetched,
    helper,
    home,
    logged_in,
    refused,
    token,
)
from .registry_server import Asked, Reply, serving

__all__ = ["home"]


def test_a_name_and_a_password(home: Path) -> None:
    """They are shown to who asks for them, once it has asked."""
    with serving(basic) as server:
        logged_in(home, server.address)
        assert fetched(server) == WEB.bodies[MANIFEST]
        assert [one.authorization for one in server.asked] == [None, BASIC]


def test_a_login_of_a_credential_helper(home: Path) -> None:
    """A helper's login is used, whether it is for all registries or for one."""
    helper(home, answer("ann", SECRET))
    with serving(basic) as server:
        for config in ({"credsStore": "lab"}, {"credHelpers": {server.address: "lab"}}):
            configure(home, config)
            assert fetched(server) == WEB.bodies[MANIFEST]


def test_an_identity_token_of_a_credential_helper(home: Path) -> None:
    """A helper names such a login `<token>`."""
    helper(home, answer("<token>", SECRET))
    configure(home, {"credsStore": "lab"})
    with bearer(token({"token": TOKEN})) as (server, giver):
        assert fetched(server) == WEB.bodies[MANIFEST]
        assert [one.method for one in giver.asked] == ["POST"]


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (None, "docker-credential-lab, which docker's config names, is not installed"),
        (f"echo 'no {SECRET}'; exit 1", "docker's stored logins cannot be read (DockerException)"),
        (f"echo '{SECRET}'", "docker's stored logins cannot be read (JSONDecodeError)"),
        ("echo '{}'", "docker's stored logins cannot be read (KeyError)"),
        ("echo '[]'", "docker's stored logins cannot be read (TypeError)"),
        ("echo credentials not found in native keychain; exit 1", "`docker login {}` stores one"),
    ],
)
def test_a_helper_that_knows_nothing(home: Path, script: str | None, why: str) -> None:
    """Why there is no login is said where one is wanted; what needs none is had all the same."""
    if script:
        helper(home, script)
    configure(home, {"credsStore": "lab"})
    with serving(basic) as server:
        assert refused(server) == f"http://{server.address}: it wants a login; {why.format(server.address)}"
    with bearer(token({"token": TOKEN})) as (server, _):
        assert fetched(server) == WEB.bodies[MANIFEST]


def test_a_helper_that_hangs(home: Path) -> None:
    """A helper that waits for a password that nobody types ends with the question."""
    helper(home, "exec sleep 5")
    configure(home, {"credsStore": "lab"})
    with serving(basic) as server:
        assert refused(server) == f"http://{server.address}: no whole answer in time"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"auths": []}',
        '{"auths": {"x": {"auth": 5}}}',
        '{"auths": {"x": {"auth": "eHk="}}}',
        "\0",
    ],
)
def test_a_config_that_cannot_be_read(home: Path, content: str) -> None:
    """It is as if there were no login."""
    configure(home, {})
    (home / ".docker" / "config.json").write_text(content)
    with serving(basic) as server:
        assert refused(server).startswith(f"http://{server.address}: it wants a login; ")


def test_a_login_that_is_not_accepted(home: Path) -> None:
    """One try, and the message says which command stores a better one."""
    with serving(lambda _: challenge('Basic realm="lab"')) as server:
        logged_in(home, server.address)
        assert refused(server) == (
            f"http://{server.address}: {MANIFEST} of apps/web: no access (401), or there is none: "
            f"it wants another login; `docker login {server.address}` stores one"
        )
        assert [one.authorization for one in server.asked] == [None, BASIC]


@pytest.mark.parametrize("text", ["", "Negotiate", 'Digest realm="x"', "Bearer", "Basic", ",,,", 'Bearer realm="'])
@pytest.mark.usefixtures("home")
def test_a_challenge_that_is_none(text: str) -> None:
    """A registry that asks in a way that nobody knows gets nothing."""
    with serving(lambda _: challenge(text)) as server:
        assert refused(server).startswith(f"http://{server.address}: ")
        assert [one.authorization for one in server.asked] == [None]


def test_a_mirror_gets_its_own_login_only(home: Path) -> None:
    """The login of the registry is for the registry: a mirror that asks for one gets the mirror's."""
    with serving(basic) as server, serving(basic) as mirror:
        logged_in(home, server.address)
        ways = {server.address: Registry(mirrors=(f"http://{mirror.address}",))}
        assert fetched(server, ways) == WEB.bodies[MANIFEST]
        assert [one.authorization for one in mirror.asked] == [None]
        logged_in(home, server.address, mirror.address)
        assert fetched(server, ways) == WEB.bodies[MANIFEST]
        assert [one.authorization for one in mirror.asked] == [None, None, BASIC]


def test_a_redirect_does_not_take_the_login_along(home: Path) -> None:
    """Another host, or another port, is asked without the login; the same place with it."""
    with serving(WEB.answers) as blobs:

        def answers(asked: Asked) -> Reply:
            if asked.authorization != BASIC:
                return challenge('Basic realm="lab"')
            there = f"http://{blobs.address}{asked.path}" if asked.path.endswith("?again") else f"{asked.path}?again"
            return Reply(307, headers={"Location": there.removesuffix("?again") if "//" in there else there})

        with serving(answers) as server:
            logged_in(home, server.address)
            assert fetched(server) == WEB.bodies[MANIFEST]
            assert [one.authorization for one in server.asked] == [None, BASIC, BASIC]
            assert [one.authorization for one in blobs.asked] == [None]


def test_no_login_comes_out_of_netrc(home: Path) -> None:
    """A login that was stored for other programs is not shown to registries."""
    (home / ".netrc").write_text(f"default login ann password {SECRET}\n")
    (home / ".netrc").chmod(0o600)
    with (
        serving(WEB.answers) as blobs,
        serving(lambda asked: Reply(307, headers={"Location": f"http://{blobs.address}{asked.path}"})) as server,
    ):
        assert fetched(server) == WEB.bodies[MANIFEST]
        assert [one.authorization for one in (*server.asked, *blobs.asked)] == [None, None]


def test_the_hub_has_its_login_under_another_name(home: Path) -> None:
    """Docker stores the hub's login under an old address; it is found there, and shown to nobody else."""
    logged_in(home, "https://index.docker.io/v1/")
    registries = Registries({}, Path(), HASTY)
    assert registries._login("https://registry-1.docker.io") == Login("ann", SECRET)
    assert registries._login("https://registry.example") == Login()


def test_a_login_does_not_show_itself() -> None:
    """What is printed by mistake holds no secret."""
    assert repr(Login("ann", SECRET, SECRET)) == "Login(name='ann', problem='')"


def test_a_reference_without_a_registry_is_asked_nowhere() -> None:
    """Where Docker sees no domain there is nobody to ask."""
    with pytest.raises(ClosureUnread, match="no answer that can be read"):
        Registries({}, Path(), HASTY).manifest(Reference("", "foo_bar.com/x", None, None), WEB.digest)
