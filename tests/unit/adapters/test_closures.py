"""Closures come from what is kept, then from registries; each body is asked for once and believed by its digest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from platformctl.adapters.closures import Bodies
from platformctl.adapters.registry import Registries
from platformctl.identity.closure import Closure
from platformctl.identity.walk import ClosureUnread

from .registry_server import Asked, Image, Reply, Server, image, serving


def bodies(store: Path) -> Bodies:
    """Return the bodies of a store, with a client of its own."""
    registries = Registries({}, store)
    return Bodies(store, lambda: registries)


def closure(store: Path, server: Server, wanted: Image) -> Closure:
    """Read a closure as a run does."""
    return bodies(store).closure(wanted.digest, (server.reference(),))


def file_of(store: Path, digest: str) -> Path:
    """Return where a body is kept."""
    return store / digest.replace(":", "/")


def test_a_closure_is_asked_for_once(tmp_path: Path) -> None:
    """Index, manifests and configs are fetched once each; the next run and an offline one ask nobody."""
    web = image()
    with serving(web.answers) as server:
        first = closure(tmp_path, server, web)
        assert sorted(server.questions) == sorted(f"GET /v2/apps/web/{path}" for path in web.bodies)
        assert closure(tmp_path, server, web) == first
        assert len(server.questions) == 5
    assert Bodies(tmp_path, None).closure(web.digest, (server.reference(),)) == first
    assert first.digest == web.digest
    assert first.manifest_digests | first.config_digests == {path.partition("/")[2] for path in web.bodies}
    assert [manifest.platform for manifest in first.manifests].count(None) == 1
    assert sorted(config.platform for config in first.configs) == ["linux/amd64", "linux/arm64"]
    assert first.source == f"registry {server.address}/apps/web"
    assert {file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == set(web.bodies.values())


def test_a_damaged_file_is_fetched_anew(tmp_path: Path) -> None:
    """A kept body that is not what its digest says is worth nothing, and is replaced."""
    web = image()
    with serving(web.answers) as server:
        first = closure(tmp_path, server, web)
        place = file_of(tmp_path, web.digest)
        whole = place.read_bytes()
        place.write_bytes(whole[:-1])
        assert closure(tmp_path, server, web) == first
        assert server.questions[5:] == [f"GET /v2/apps/web/manifests/{web.digest}"]
    assert place.read_bytes() == whole


def test_a_body_that_is_another_one_is_refused(tmp_path: Path) -> None:
    """What does not have the digest that was asked for is neither believed nor kept."""
    web, other = image(), image("other")
    expected = f"^{web.digest}: the body that came is another one$"
    with (
        serving(lambda _: Reply(body=other.bodies[f"manifests/{other.digest}"])) as server,
        pytest.raises(ClosureUnread, match=expected),
    ):
        closure(tmp_path, server, web)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lost", range(5))
def test_a_closure_with_a_part_missing_is_none(tmp_path: Path, lost: int) -> None:
    """Whichever of its bodies the registry has lost, nothing is claimed about the digest."""
    web = image()
    path = list(web.bodies)[lost]
    with serving(lambda asked: Reply(404) if asked.path.endswith(path) else web.answers(asked)) as server:
        expected = f"^http://{server.address}: {path} of apps/web: it has none$"
        with pytest.raises(ClosureUnread, match=expected):
            closure(tmp_path, server, web)


def test_another_repository_is_asked_next(tmp_path: Path) -> None:
    """What the first repository has lost, the second may have."""
    web = image()
    with serving(lambda _: Reply(404)) as empty, serving(web.answers) as full:
        found = bodies(tmp_path).closure(web.digest, (empty.reference(), full.reference()))
        assert found.source == f"registry {full.address}/apps/web"
        assert empty.questions == [f"GET /v2/apps/web/manifests/{web.digest}"]


def test_offline_nobody_is_asked(tmp_path: Path) -> None:
    """Without a registry the message says what was looked at."""
    web = image()
    with serving(web.answers) as server, pytest.raises(ClosureUnread) as raised:
        Bodies(tmp_path, None).closure(web.digest, (server.reference(),))
    assert str(raised.value) == f"{web.digest}: neither a lock nor the store has it, and this is offline"
    assert server.questions == []


def test_readers_at_the_same_time_share_what_comes(tmp_path: Path) -> None:
    """Many who want one closure at once cost the registry one request for each body."""
    web = image()
    with serving(web.answers) as server:
        shared = bodies(tmp_path)
        with ThreadPoolExecutor(8) as pool:
            found = set(pool.map(lambda _: shared.closure(web.digest, (server.reference(),)).digest, range(8)))
        assert found == {web.digest}
        assert sorted(server.questions) == sorted(f"GET /v2/apps/web/{path}" for path in web.bodies)


def test_a_store_that_cannot_be_written_costs_no_verdict(tmp_path: Path) -> None:
    """What cannot be kept is used all the same."""
    web = image()
    (tmp_path / "sha256").touch()
    with serving(web.answers) as server:
        assert closure(tmp_path, server, web).digest == web.digest
    assert (tmp_path / "sha256").read_bytes() == b""


def test_a_kept_body_needs_no_login(tmp_path: Path) -> None:
    """What is kept was verified by its digest, so that nobody is asked whether it may be read."""
    web = image()
    with serving(web.answers) as server:
        first = closure(tmp_path, server, web)

    def closed(_: Asked) -> Reply:
        return Reply(401, headers={"WWW-Authenticate": "Basic"})

    with serving(closed) as locked:
        found = bodies(tmp_path).closure(web.digest, (locked.reference(),))
        assert locked.questions == []
    assert (found.manifests, found.configs) == (first.manifests, first.configs)
