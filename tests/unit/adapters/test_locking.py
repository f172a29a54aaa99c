"""Locks are written whole, by the registry's word or not at all, and checked without it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from platformctl.adapters.locking import Locked, check_locks, write_locks
from platformctl.adapters.store import Store
from platformctl.errors import InputInvalid

from .registry_catalog import declare, planned, running, said, verdicts
from .registry_server import Reply, Server, image, serving

WEB, OTHER = image(), image("other")


@pytest.fixture
def registry() -> Iterator[Server]:
    """A registry that has one image and not the other."""
    with serving(WEB.answers) as server:
        yield server


def lock(folder: Path, *names: str) -> tuple[Locked, ...]:
    """Write locks, each time into a store of its own."""
    return write_locks(folder, None, names, Store(folder / "store"))


def file_of(folder: Path, name: str) -> Path:
    """Return where a module's lock is."""
    return folder / "modules" / name / "image.lock.json"


def test_the_same_bytes_each_time(tmp_path: Path, registry: Server) -> None:
    """A lock depends on the pin alone: written again, in another place, by another run, it is the same."""
    texts = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        declare(folder, web=f"{registry.address}/apps/web@{WEB.digest}")
        for _ in range(2):
            assert lock(folder) == (Locked("modules/web/image.lock.json: written", is_done=True),)
            texts.append(file_of(folder, "web").read_bytes())
    assert len(set(texts)) == 1
    assert len(registry.questions) == 10
    document = json.loads(texts[0])
    assert list(document) == ["schema", "image", "digest", "manifests", "configs"]
    assert document["digest"] == document["manifests"][0]["digest"] == WEB.digest


def test_what_fails_keeps_no_other_from_its_lock(tmp_path: Path, registry: Server) -> None:
    """One line says what is missing; the old lock stays as it was, and the other modules get theirs."""
    pins = {name: f"{registry.address}/apps/web@{one.digest}" for name, one in (("lost", OTHER), ("web", WEB))}
    declare(tmp_path, **pins, first=pins["web"])
    lock(tmp_path, "web")
    file_of(tmp_path, "lost").write_bytes(file_of(tmp_path, "web").read_bytes())
    before = file_of(tmp_path, "lost").read_bytes()
    reason = f"http://{registry.address}: manifests/{OTHER.digest} of apps/web: it has none"
    assert lock(tmp_path) == (
        Locked("modules/first/image.lock.json: written", is_done=True),
        Locked(f"modules/lost/image.lock.json: not written: {reason}", is_done=False),
        Locked("modules/web/image.lock.json: written", is_done=True),
    )
    assert file_of(tmp_path, "lost").read_bytes() == before
    assert sorted(path.name for path in (tmp_path / "modules" / "lost").iterdir()) == ["image.lock.json", "module.yaml"]


def test_a_tag_gets_a_digest_to_pin(tmp_path: Path, registry: Server) -> None:
    """For a module without a digest nothing is written, and the line says what to pin."""
    declare(tmp_path, web=f"{registry.address}/apps/web:1.4", latest=f"{registry.address}/apps/web")
    assert lock(tmp_path) == (
        Locked(f"modules/latest/module.yaml: pin it as {registry.address}/apps/web@{WEB.digest}", is_done=True),
        Locked(f"modules/web/module.yaml: pin it as {registry.address}/apps/web:1.4@{WEB.digest}", is_done=True),
    )
    assert registry.questions.count("HEAD /v2/apps/web/manifests/1.4") == 1
    assert not file_of(tmp_path, "web").exists()


def test_a_tag_that_nobody_resolves(tmp_path: Path) -> None:
    """The line says why, and it counts as a failure."""
    with serving(lambda _: Reply(404)) as empty:
        declare(tmp_path, web=f"{empty.address}/apps/web:1.4")
        reason = f"http://{empty.address}: manifests/1.4 of apps/web: it has none"
        assert lock(tmp_path) == (Locked(f"modules/web/module.yaml: not resolved: {reason}", is_done=False),)


def test_only_the_named(tmp_path: Path, registry: Server) -> None:
    """Other modules keep what they have, and a name that is none is refused before anybody is asked."""
    pin = f"{registry.address}/apps/web@{WEB.digest}"
    declare(tmp_path, first=pin, second=pin)
    assert [one.line for one in lock(tmp_path, "second")] == ["modules/second/image.lock.json: written"]
    assert not file_of(tmp_path, "first").exists()
    asked = len(registry.questions)
    with pytest.raises(InputInvalid, match="there is no module 'secnd'; did you mean 'second'"):
        lock(tmp_path, "first", "secnd")
    assert len(registry.questions) == asked
    assert not file_of(tmp_path, "first").exists()


def test_check_asks_nobody(tmp_path: Path, registry: Server) -> None:
    """A pin without a lock and one with another digest's have a line each; tags and fitting locks have none."""
    pin = f"{registry.address}/apps/web@{WEB.digest}"
    declare(tmp_path, fits=pin, none=pin, stale=pin, tag=f"{registry.address}/apps/web:1.4")
    lock(tmp_path, "fits", "stale")
    place = tmp_path / "modules" / "stale" / "module.yaml"
    place.write_text(place.read_text().replace(WEB.digest, OTHER.digest))
    asked = len(registry.questions)
    modules, command = tmp_path / "modules", f"platformctl lock --catalog {tmp_path} --module"
    assert check_locks(tmp_path, None, ()) == (
        f"{modules}/none/image.lock.json: there is no lock for the pin; write it with: {command} none",
        f"{modules}/stale/image.lock.json: it locks another digest; renew it with: {command} stale",
    )
    assert check_locks(tmp_path, None, ("fits", "tag")) == ()
    assert len(registry.questions) == asked


def test_a_stale_lock_colours_nothing(tmp_path: Path, registry: Server) -> None:
    """The lock of another digest neither proves nor disproves anything about the pin."""
    declare(tmp_path, web=f"{registry.address}/apps/web@{WEB.digest}")
    lock(tmp_path)
    running(tmp_path, web=WEB)
    assert verdicts(planned(tmp_path, "--offline")) == {"web": "same-config"}
    place = tmp_path / "modules" / "web" / "module.yaml"
    place.write_text(place.read_text().replace(WEB.digest, OTHER.digest))
    stale = planned(tmp_path, "--offline")
    assert verdicts(stale) == {"web": "closure-unknown"}
    assert said(stale, "closure") == []


def test_with_a_lock_nobody_is_asked(tmp_path: Path, registry: Server) -> None:
    """The lock says what the registry would, in a store that has nothing."""
    declare(tmp_path, web=f"{registry.address}/apps/web@{WEB.digest}")
    write_locks(tmp_path, None, (), Store(tmp_path / "another"))
    asked = len(registry.questions)
    running(tmp_path, web=OTHER)
    plan = planned(tmp_path)
    assert verdicts(plan) == {"web": "image-differs"}
    assert said(plan, "closure")[0] == ("source", "modules/web/image.lock.json")
    assert len(registry.questions) == asked


def test_a_ca_is_found_from_the_inventory(tmp_path: Path, registry: Server) -> None:
    """Paths in the inventory start from its folder, wherever the command was called."""
    declare(
        tmp_path / "catalog",
        {registry.address: {"ca": "tls/ca.pem"}},
        web=f"{registry.address}/apps/web@{WEB.digest}",
    )
    [missing] = lock(tmp_path / "catalog")
    assert missing.line.endswith(f"https://{registry.address}: its ca in the inventory, tls/ca.pem, is no file")
    (tmp_path / "catalog" / "tls").mkdir()
    (tmp_path / "catalog" / "tls" / "ca.pem").write_text("no certificate")
    [wrong] = lock(tmp_path / "catalog")
    assert wrong.line.startswith(f"modules/web/image.lock.json: not written: https://{registry.address}: no TLS: ")
    assert registry.questions == []
