"""The pages of `platformctl explain` that the golden files show, each of a recorded host.

`python -m tests.unit.render.explanations` writes the golden files anew; the diff is to be read before it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from platformctl.adapters.answers import write_answers
from platformctl.adapters.planning import Request
from platformctl.adapters.store import Store
from platformctl.catalog.lock import Lock
from platformctl.cli.explain_verb import explained
from platformctl.identity.closure import Closure
from platformctl.identity.knowledge import NOTHING
from platformctl.identity.reference import parse_reference
from tests.unit.recording import MEERKAT, copied, rewritten

GOLDEN: Final = Path(__file__).parent / "golden"
STATES: Final = MEERKAT.parent
RUNNING: Final = f"sha256:{'e' * 64}"
"""The digest of a manifest on a host whose image store is containerd."""


def _as_recorded(_: Path) -> None:
    """Change nothing."""


def _without_lock(catalog: Path) -> None:
    next(catalog.glob("modules/*/image.lock.json")).unlink()


def _unreachable(catalog: Path) -> None:
    head = json.loads((catalog / "host.json").read_text())
    failure = {"reason": "connection-refused", "message": "192.0.2.3 port 22: connection refused"}
    del head["engine"]
    (catalog / "host.json").write_text(json.dumps({**head, "failure": failure}))


def _undescribed(catalog: Path) -> None:
    head = json.loads((catalog / "host.json").read_text())
    [one] = json.loads((catalog / "containers.json").read_text())
    head["undescribed"] = [{"id": one["Id"], "name": one["Name"][1:]}]
    (catalog / "host.json").write_text(json.dumps(head))
    (catalog / "containers.json").write_text("[]")


def _tag_that_is_not_resolved(catalog: Path) -> None:
    reference = _by_tag(catalog)
    _without_lock(catalog)
    why = "https://registry.example: no answer in time"
    write_answers(catalog, NOTHING.without(reference, why))


def _tag_that_is_resolved(catalog: Path) -> None:
    closure = _closure(catalog)
    reference = _by_tag(catalog)
    write_answers(catalog, NOTHING.with_tag(parse_reference(reference), closure.digest))


def _by_tag(catalog: Path) -> str:
    """Declare the tag 2.1 in place of the digest."""
    digest = _closure(catalog).digest
    module = next(catalog.glob("modules/*/module.yaml"))
    rewritten(module, f"@{digest}", ":2.1")
    line = next(line for line in module.read_text().splitlines() if line.startswith("image: "))
    return line.removeprefix("image: ")


def _containerd(catalog: Path) -> None:
    """Make an engine of another store of the host: it names the manifest that runs, and no config."""
    rewritten(catalog / "host.json", '"imageStore": "classic"', '"imageStore": "containerd"')
    [container] = json.loads((catalog / "containers.json").read_text())
    container["Image"] = RUNNING
    container["ImageManifestDescriptor"] = {"digest": RUNNING, "platform": {"os": "linux", "architecture": "amd64"}}
    (catalog / "containers.json").write_text(json.dumps([container]))


def _containerd_without_record(catalog: Path) -> None:
    """Have the image's record gone, and the meaning of the manifest that runs learned from a registry."""
    _containerd(catalog)
    (catalog / "images.json").write_text("[]")
    lock = _lock(catalog)
    config = {**lock["configs"][0], "digest": f"sha256:{'c' * 64}", "platform": "linux/amd64"}
    manifest = {"digest": RUNNING, "mediaType": "application/vnd.oci.image.manifest.v1+json", "platform": "linux/amd64"}
    document = {**lock, "digest": RUNNING, "manifests": [manifest], "configs": [config]}
    closure = Lock.model_validate(document).closure("registry 127.0.0.5:5000/umami-software/umami")
    write_answers(catalog, NOTHING.with_closure(closure))


def _containerd_with_other_settings(catalog: Path) -> None:
    """Have an image with the layers of the pin and another command and label."""
    _containerd(catalog)
    [config] = [one for one in _lock(catalog)["configs"] if one["platform"] == "linux/amd64"]
    settings = {**config["config"], "Cmd": ["/bin/sh"], "Labels": {"a": "\u202eb"}}
    record = {
        "Id": RUNNING,
        "Os": "linux",
        "Architecture": "amd64",
        "RootFS": {"Layers": config["diffIds"]},
        "Config": settings,
    }
    (catalog / "images.json").write_text(json.dumps([record]))


def _containerd_unknown(catalog: Path) -> None:
    """Have nothing that tells what runs."""
    _containerd(catalog)
    (catalog / "images.json").write_text("[]")
    write_answers(catalog, NOTHING.without(RUNNING, "https://registry.example: connection refused"))


def _lock(catalog: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(next(catalog.glob("modules/*/image.lock.json")).read_text())
    return found


def _closure(catalog: Path) -> Closure:
    return Lock.model_validate(_lock(catalog)).closure("lock")


PAGES: Final[Mapping[str, tuple[str, Callable[[Path], None]]]] = {
    "in-sync": ("meerkat", _as_recorded),
    "same-config": ("nameless", _as_recorded),
    "drift": ("drifted", _as_recorded),
    "no-lock": ("drifted", _without_lock),
    "stopped": ("stopped", _as_recorded),
    "missing": ("missing", _as_recorded),
    "replicas": ("replicas-apart", _as_recorded),
    "unreachable": ("meerkat", _unreachable),
    "undescribed": ("meerkat", _undescribed),
    "tag": ("nameless", _tag_that_is_not_resolved),
    "tag-resolved": ("nameless", _tag_that_is_resolved),
    "settings": ("drifted", _containerd_with_other_settings),
    "other-config": ("drifted", _containerd_without_record),
    "unknown": ("drifted", _containerd_unknown),
}
"""By the name of the golden file: the recorded state, and what is changed in it."""


def page(name: str, folder: Path) -> tuple[str, int]:
    """Make a page in an empty folder; return it with the exit code."""
    state, change = PAGES[name]
    catalog = copied(STATES / state, folder)
    change(catalog)
    [module] = [path.name for path in (catalog / "modules").iterdir()]
    request = Request(catalog, modules=(module,), snapshot=catalog, offline=True)
    return explained(request, Store(folder / "store"))


if __name__ == "__main__":
    for golden in PAGES:
        with TemporaryDirectory() as empty:
            (GOLDEN / f"explain-{golden}.txt").write_text(page(golden, Path(empty))[0])
