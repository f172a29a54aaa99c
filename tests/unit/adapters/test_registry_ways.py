"""Whom a question goes to: mirrors, the registry, where it redirects to, and by which way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from platformctl.catalog.inventory import Registry
from platformctl.identity.reference import Reference
from platformctl.identity.walk import ClosureUnread

from .registry_client import ASKED, MANIFEST, WEB, client, in_turn, problem, whole
from .registry_server import Reply, Server, image, serving


@pytest.fixture
def target() -> Iterator[Server]:
    """A second server, which has the manifest."""
    with serving(lambda _: whole()) as server:
        yield server


def test_redirects_lead_to_where_the_bodies_are(target: Server) -> None:
    """A body may lie elsewhere; it is verified all the same."""
    place = f"http://{target.address}/blobs/1?X-Signature=s3cret"
    with serving(in_turn(Reply(307, headers={"Location": place}))) as server:
        assert client().manifest(server.reference(), WEB.digest) == WEB.bodies[MANIFEST]
    assert target.questions == ["GET /blobs/1?X-Signature=s3cret"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_end(status: int) -> None:
    """Who redirects for ever is followed five times."""
    with serving(in_turn(Reply(status, headers={"Location": "/v2/again"}))) as server:
        assert problem(server.reference(), client()) == f"http://{server.address}: it redirects more than 5 times"
        assert server.questions == [ASKED, *["GET /v2/again"] * 5]


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://192.0.2.1/x?sig=s3cret", "it redirects to http://192.0.2.1, which is not encrypted"),
        ("http://u:s3cret@192.0.2.1/", "it redirects to http://192.0.2.1, which is not encrypted"),
        ("file:///etc/hostname", "it redirects to file://, which is not encrypted"),
        ("ftp://192.0.2.1/", "it redirects to ftp://192.0.2.1, which is not encrypted"),
        ("http://[::1", "it redirects to what is no URL"),
        ("https:///", "no answer that can be read (InvalidURL)"),
    ],
)
def test_redirects_lead_into_no_plain_http(location: str, words: str) -> None:
    """Nobody is followed to where others can listen, and no part of the place that may be secret is shown."""
    with serving(in_turn(Reply(302, headers={"Location": location}))) as server:
        said = problem(server.reference(), client())
        assert said.endswith(words)
        assert "s3cret" not in said


def test_a_signature_is_in_no_message() -> None:
    """Where a redirect fails its target is named without what signs it."""
    with serving(in_turn(whole())) as gone:
        pass
    place = f"http://{gone.address}/blobs/1?X-Signature=s3cret"
    with serving(in_turn(Reply(307, headers={"Location": place}))) as server:
        assert problem(server.reference(), client()) == f"http://{gone.address}: connection refused"


def test_mirrors_are_asked_first(target: Server) -> None:
    """The registry itself is asked for what no mirror has, and a mirror that lies or is gone costs nothing."""
    other = image("other")
    with (
        serving(in_turn(Reply(404))) as empty,
        serving(lambda _: Reply(body=other.bodies[f"manifests/{other.digest}"])) as liar,
    ):
        mirrors = tuple(f"http://{one.address}/" for one in (empty, liar, target))
        ways = {"registry.invalid": Registry(mirrors=mirrors)}
        wanted = Reference("registry.invalid", "apps/web", None, None)
        assert client(ways).manifest(wanted, WEB.digest) == WEB.bodies[MANIFEST]
        assert [one.questions for one in (empty, liar, target)] == [[ASKED]] * 3


def test_the_registry_follows_its_mirrors(target: Server) -> None:
    """Where no mirror has it the registry is asked, and a message names everybody."""
    with serving(in_turn(Reply(404))) as empty:
        ways = {target.address: Registry(mirrors=(f"http://{empty.address}/proxy",))}
        assert client(ways).manifest(target.reference(), WEB.digest) == WEB.bodies[MANIFEST]
        assert empty.questions == [f"GET /proxy/v2/apps/web/{MANIFEST}"]
        other = image("other").digest
        assert problem(target.reference(), client(ways), other) == (
            f"http://{empty.address}: manifests/{other} of apps/web: it has none; "
            f"{other}: the body that came is another one"
        )


def test_a_tag_is_asked_by_head(target: Server) -> None:
    """One request without a body tells what a tag means, and mirrors are not asked: theirs may be of yesterday."""
    with serving(WEB.answers) as server:
        ways = {server.address: Registry(mirrors=(f"http://{target.address}",))}
        assert client(ways).resolve(server.reference("1.4")) == WEB.digest
        assert client(ways).resolve(server.reference()) == WEB.digest
        assert server.questions == ["HEAD /v2/apps/web/manifests/1.4", "HEAD /v2/apps/web/manifests/latest"]
    assert target.questions == []


@pytest.mark.parametrize("digest", [None, "", "sha256:abc", "latest", f"{WEB.digest}\t{WEB.digest}"])
def test_a_tag_without_a_digest_is_not_resolved(digest: str | None) -> None:
    """An answer that names no digest tells nothing."""
    headers = {"Docker-Content-Digest": digest} if digest is not None else {}
    with serving(in_turn(Reply(headers=headers))) as server, pytest.raises(ClosureUnread) as raised:
        client().resolve(server.reference("1.4"))
    assert str(raised.value) == f"http://{server.address}: it names no digest for {server.address}/apps/web:1.4"


def test_beyond_this_machine_it_is_tls() -> None:
    """Plain HTTP is spoken only to loopback addresses, and where the inventory says so."""
    with serving(in_turn(whole())) as server:
        port = server.address.rpartition(":")[2]
        [local] = [Reference(f"localhost:{port}", "apps/web", None, None)]
        assert client().manifest(local, WEB.digest) == WEB.bodies[MANIFEST]
        ways = {server.address: Registry(ca="nowhere.pem")}
        said = problem(server.reference(), client(ways))
        assert said == f"https://{server.address}: its ca in the inventory, nowhere.pem, is no file"
    away = Reference("registry.invalid", "apps/web", None, None)
    assert problem(away, client()).startswith("https://registry.invalid: ")
    assert problem(away, client({"registry.invalid": Registry(plain_http=True)})).startswith(
        "http://registry.invalid: "
    )


def test_no_proxy_stands_before_this_machine(monkeypatch: pytest.MonkeyPatch, target: Server) -> None:
    """A proxy of the environment is not asked for a loopback address, which would be its own."""
    with serving(in_turn(Reply(404))) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.address}")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        assert client().manifest(target.reference(), WEB.digest) == WEB.bodies[MANIFEST]
        assert proxy.questions == []


def test_a_proxy_stands_before_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registries elsewhere are asked by way of the environment's proxy."""
    with serving(in_turn(whole())) as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("NO_PROXY", "")
        ways = {"registry.invalid": Registry(plain_http=True)}
        found = client(ways).manifest(Reference("registry.invalid", "apps/web", None, None), WEB.digest)
        assert found == WEB.bodies[MANIFEST]
        assert proxy.questions == [f"GET http://registry.invalid/v2/apps/web/{MANIFEST}"]
