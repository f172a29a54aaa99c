"""A real registry: open, behind a password and a private authority, and gone."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from platformctl.adapters.closures import Bodies
from platformctl.adapters.registry import Registries
from platformctl.catalog.inventory import Registry as Way
from platformctl.catalog.lock import lock_text
from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.reference import parse_reference
from platformctl.identity.walk import ClosureUnread

from .closure import lock
from .image import DOCKER, OCI, Content, attestation, image, index, multi_platform
from .registry import Pushed, Registry
from .secured_registry import PASSWORD, USER, Secured, secured

pytestmark = pytest.mark.lab

AMD64, ARM64 = (image({"a": "b"}, platform=platform) for platform in ("linux/amd64", "linux/arm64"))
CONTENTS: dict[str, Content] = {
    "index": multi_platform({"a": "b"}),
    "manifest-list": multi_platform({"a": "b"}, family=DOCKER),
    "single": AMD64,
    "single-schema2": image({"a": "b"}, family=DOCKER),
    "attested": index(AMD64, attestation(AMD64), ARM64, attestation(ARM64)),
    "nested": index(index(AMD64), index(ARM64)),
    "mixed": index(AMD64, image({"a": "c"}, platform="linux/arm64", family=DOCKER)),
    "settings": image({"a": "b"}, config={"Labels": {"z": "1", "a": "<&>\u00e9"}, "Env": ["B=2", "A=1"], "User": ""}),
}


@pytest.fixture
def locked_up(lab: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Secured]:
    """A registry behind a password, with what the shared one holds; nobody is logged in."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    (tmp_path / "docker").mkdir()
    with secured(lab, registry) as running:
        yield running


def log_in(folder: Path, address: str, password: str = PASSWORD) -> None:
    """Store a login as `docker login` does."""
    auth = base64.b64encode(f"{USER}:{password}".encode()).decode()
    (folder / "docker" / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))


def closure(store: Path, pinned: str, ways: dict[str, Way] | None = None) -> Closure:
    """Read a closure by a client of its own."""
    reference = parse_reference(pinned)
    registries = Registries(ways or {}, store)
    return Bodies(store, lambda: registries).closure(Digest(pinned.rpartition("@")[2]), (reference,))


@pytest.mark.parametrize("name", CONTENTS)
def test_a_lock_is_that_of_the_oracle(registry: Registry, tmp_path: Path, name: str) -> None:
    """For every kind of image the lock is what another reader of the registry finds, empty settings aside."""
    pushed = registry.push(f"apps/{name}", CONTENTS[name], "1")
    text = lock_text(pushed.pinned, closure(tmp_path, pushed.pinned))
    assert text == lock_text(pushed.pinned, closure(tmp_path / "again", pushed.pinned))
    oracle = json.loads(json.dumps(lock(pushed.pinned)))
    for config in oracle["configs"]:
        config["config"] = {key: value for key, value in config["config"].items() if value}
    assert json.loads(text) == oracle


def test_a_part_that_the_registry_has_forgotten(registry: Registry, tmp_path: Path) -> None:
    """Retention that removed a platform's manifest leaves no closure."""
    content = multi_platform({"a": "forgotten"})
    pushed = registry.push("apps/forgotten", content, "1")
    child = content.children[1].digest
    registry.delete("apps/forgotten", child)
    with pytest.raises(ClosureUnread) as raised:
        closure(tmp_path, pushed.pinned)
    assert str(raised.value) == f"http://{registry.address}: manifests/{child} of apps/forgotten: it has none"


def test_what_a_tag_means(registry: Registry, tmp_path: Path) -> None:
    """The registry says what the tag means now, for an index and for a manifest, and that it has no other."""
    for name in ("index", "single"):
        pushed = registry.push("apps/tagged", CONTENTS[name], "1")
        assert Registries({}, tmp_path).resolve(parse_reference(pushed.tagged)) == pushed.digest
    with pytest.raises(ClosureUnread, match=r"manifests/2 of apps/tagged: it has none$"):
        Registries({}, tmp_path).resolve(parse_reference(f"{registry.address}/apps/tagged:2"))


def test_a_password_and_a_private_authority(registry: Registry, locked_up: Secured, tmp_path: Path) -> None:
    """With the login and the authority's certificate the closure is that of the open registry."""
    pushed = registry.push("apps/private", CONTENTS["index"], "1")
    pinned = _at(locked_up, pushed)
    log_in(tmp_path, locked_up.address)
    ways = {locked_up.address: Way(ca=str(locked_up.authority))}
    found, opened = closure(tmp_path / "store", pinned, ways), closure(tmp_path / "open", pushed.pinned)
    assert (found.manifests, found.configs) == (opened.manifests, opened.configs)
    asked = locked_up.requests()
    assert closure(tmp_path / "store", pinned, ways) == found
    assert locked_up.requests() == asked
    assert not [file for file in (tmp_path / "store").rglob("*") if file.is_file() and PASSWORD in file.read_text()]


@pytest.mark.parametrize("password", [None, "wrong"])
def test_without_the_right_password(
    registry: Registry, locked_up: Secured, tmp_path: Path, password: str | None
) -> None:
    """The message says which command logs in, and holds no password."""
    pinned = _at(locked_up, registry.push("apps/private", CONTENTS["index"], "1"))
    if password:
        log_in(tmp_path, locked_up.address, password)
    with pytest.raises(ClosureUnread) as raised:
        closure(tmp_path / "store", pinned, {locked_up.address: Way(ca=str(locked_up.authority))})
    said = str(raised.value)
    assert said.startswith(f"https://{locked_up.address}: ")
    assert said.endswith(
        f"it wants a{'nother' if password else ''} login; `docker login {locked_up.address}` stores one"
    )


def test_without_the_right_authority(registry: Registry, locked_up: Secured, tmp_path: Path) -> None:
    """A certificate that somebody else signed is not accepted, and no login is sent to who shows it."""
    pinned = _at(locked_up, registry.push("apps/private", CONTENTS["index"], "1"))
    log_in(tmp_path, locked_up.address)
    with pytest.raises(ClosureUnread, match=f"^https://{locked_up.address}: its certificate is not accepted: "):
        closure(tmp_path / "store", pinned, {locked_up.address: Way(ca=str(locked_up.stranger))})
    assert locked_up.requests() == 0


def test_the_open_registry_as_a_mirror(registry: Registry, locked_up: Secured, tmp_path: Path) -> None:
    """What a mirror has is taken from there, and the registry, whose login nobody has, is not asked."""
    pushed = registry.push("apps/mirrored", CONTENTS["index"], "1")
    ways = {locked_up.address: Way(ca=str(locked_up.authority), mirrors=(f"http://{registry.address}",))}
    found = closure(tmp_path / "store", _at(locked_up, pushed), ways)
    assert found.configs == closure(tmp_path / "open", pushed.pinned).configs
    assert locked_up.requests() == 0


def test_tls_where_plain_http_is_expected(registry: Registry, locked_up: Secured, tmp_path: Path) -> None:
    """A registry on this machine that speaks TLS says so; naming its authority is the way."""
    pinned = _at(locked_up, registry.push("apps/private", CONTENTS["index"], "1"))
    with pytest.raises(ClosureUnread, match=r": it answers 400$"):
        closure(tmp_path / "store", pinned)
    with pytest.raises(ClosureUnread, match=r"^https://\S+: no TLS: "):
        closure(tmp_path / "store", f"{registry.address}/{pinned.partition('/')[2]}", {
            registry.address: Way(ca=str(locked_up.authority))
        })  # fmt: skip


def _at(place: Secured, pushed: Pushed) -> str:
    """Return the same pin in another registry."""
    return f"{place.address}/{pushed.pinned.partition('/')[2]}"


def test_every_kind_is_there() -> None:
    """The cases above have both families of media types, and an index without an attestation would be another one."""
    assert {CONTENTS[name].manifest.media_type for name in ("index", "single")} == {OCI.index, OCI.manifest}
    assert CONTENTS["attested"].digest != CONTENTS["index"].digest
