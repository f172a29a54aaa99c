"""What runs can be declared by one command, and a plan of the same moment agrees."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from platformctl.cli import main
from platformctl.plan.plan import Plan
from tests.unit.adapters.registry_catalog import declare, running
from tests.unit.adapters.registry_server import Reply, image, serving
from tests.unit.recording import FLEET, RECORDINGS, Seen, copied, plan_of, verdicts

STATES = RECORDINGS / "docker-20.10-classic"
WEB = image()
UNNAMEABLE = "a module cannot have this name: up to 63 letters, digits, dots, dashes and underscores"


def undeclared(recording: Path, tmp_path: Path) -> Path:
    """Return a recording for which nobody has written a module."""
    catalog = copied(recording, tmp_path)
    shutil.rmtree(catalog / "modules")
    return catalog


def import_from(catalog: Path, *more: str) -> int:
    """Import into a catalog, asking no registry."""
    return main(["import", "--catalog", str(catalog), "--offline", *more])


def module(catalog: Path, name: str) -> dict[str, object]:
    """Return module.yaml as data."""
    content: dict[str, object] = yaml.safe_load((catalog / "modules" / name / "module.yaml").read_text())
    return content


def plan(catalog: Path) -> Plan:
    """Plan the catalog."""
    return plan_of(catalog)


def test_a_whole_fleet_is_in_sync_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every running container of two hosts becomes a module, and the same snapshots prove all that name a digest."""
    catalog = undeclared(FLEET, tmp_path)
    assert import_from(catalog, "--host", "rs2000", "rs1000") == 0
    seen = plan(catalog)
    assert {module.name: str(module.reason) for module in seen.modules} == {
        "agent": "exact",
        "np-api": "exact",
        "np-guestbook": "exact",
        "np-legacy": "exact",
        "np-meerkat-frontend": "exact",
        "np-plausible": "tag-only",
        "np-umami": "exact",
        "worker": "exact",
    }
    assert [one.container for one in seen.unmanaged] == ["np-backup"]
    assert capsys.readouterr().err.splitlines() == [
        f"{catalog}/modules/np-api/module.yaml",
        f"{catalog}/modules/np-legacy/module.yaml",
        f"{catalog}/modules/worker/module.yaml",
        f"{catalog}/modules/agent/module.yaml",
        f"{catalog}/modules/np-guestbook/module.yaml",
        f"{catalog}/modules/np-meerkat-frontend/module.yaml",
        f"{catalog}/modules/np-plausible/module.yaml: only a tag is known, so plans of it stay inconclusive",
        f"{catalog}/modules/np-umami/module.yaml",
    ]


def test_replicas_become_one_module(tmp_path: Path) -> None:
    """Containers of one Compose service that are alike are declared by their labels."""
    catalog = undeclared(STATES / "replicas", tmp_path)
    assert import_from(catalog, "--host", "rs2000") == 0
    document = module(catalog, "worker")
    assert document["select"] == {"project": "apps", "service": "worker"}
    assert "container" not in document
    assert plan(catalog).exit_code == 0


def test_replicas_that_differ_are_declared_apart(tmp_path: Path) -> None:
    """One module cannot say that two replicas run two images, so each gets its own."""
    catalog = undeclared(STATES / "replicas-apart", tmp_path)
    assert import_from(catalog, "--host", "rs2000") == 0
    assert {"container" in module(catalog, path.name) for path in (catalog / "modules").iterdir()} == {True}
    assert plan(catalog).exit_code == 0


def test_a_named_container_may_be_stopped(tmp_path: Path) -> None:
    """Only who asks for it by name gets a stopped container, declared as it is."""
    catalog = undeclared(FLEET, tmp_path)
    assert import_from(catalog, "--host", "rs2000", "--container", "np-backup") == 0
    assert module(catalog, "np-backup")["expect"] == {"state": "exited"}
    assert verdicts(plan(catalog)) == {"np-backup": Seen("in-sync", ())}


def test_an_image_without_a_name_is_left_out_aloud(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A container of an image ID cannot be declared, and a line says so."""
    catalog = undeclared(STATES / "created-by-id", tmp_path)
    _edit(catalog, "images.json", lambda images: [image.update(RepoDigests=[]) for image in images])
    assert import_from(catalog, "--host", "rs2000") == 0
    assert not (catalog / "modules").exists()
    assert capsys.readouterr().err == (
        "left out np-adhoc: it was created from an image ID, and the host knows no repository and digest for that "
        "image\n"
    )


def test_a_tag_is_declared_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where only a tag is known the module says that, and so does the command."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    _edit(catalog, "images.json", lambda images: [image.update(RepoDigests=[]) for image in images])
    _edit(catalog, "containers.json", lambda found: [one["Config"].update(Image="apps/web:1.2") for one in found])
    assert import_from(catalog, "--host", "rs2000") == 0
    assert module(catalog, "np-meerkat-frontend")["image"] == "apps/web:1.2"
    assert capsys.readouterr().err == (
        f"{catalog}/modules/np-meerkat-frontend/module.yaml: only a tag is known, so plans of it stay inconclusive\n"
    )
    assert plan(catalog).exit_code == 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("x" * 64, UNNAMEABLE),
        ("y", "'y' is no name that a container can have"),
        ("web\x1b[2J", UNNAMEABLE),
    ],
)
def test_what_cannot_be_named_is_left_out_aloud(
    tmp_path: Path, name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A container whose name no module can carry is named, harmlessly, and the reason is given."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    _edit(catalog, "containers.json", lambda found: [one.update(Name=f"/{name}") for one in found])
    assert import_from(catalog, "--host", "rs2000") == 0
    shown = name.replace("\x1b", "\\x1b")
    assert capsys.readouterr().err == f"left out {shown}: {why}\n"
    assert not (catalog / "modules").exists()


def test_a_state_that_no_module_can_expect_is_left_out_aloud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Podman knows states that Docker does not."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    _edit(catalog, "containers.json", lambda found: [one["State"].update(Status="stopping") for one in found])
    assert import_from(catalog, "--host", "rs2000", "--container", "np-meerkat-frontend") == 0
    assert capsys.readouterr().err == "left out np-meerkat-frontend: its state 'stopping' cannot be declared\n"


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A module of that name stops the import before anything is written."""
    catalog = undeclared(FLEET, tmp_path)
    assert import_from(catalog, "--host", "rs2000", "--container", "np-umami") == 0
    before = (catalog / "modules/np-umami/module.yaml").read_text()
    changed = before.replace("container: np-umami", "container: other")
    (catalog / "modules/np-umami/module.yaml").write_text(changed)
    capsys.readouterr()
    assert import_from(catalog, "--host", "rs2000") == 2
    assert (catalog / "modules/np-umami/module.yaml").read_text() == changed
    assert [path.name for path in (catalog / "modules").iterdir()] == ["np-umami"]
    assert capsys.readouterr().err == f"{catalog}/modules/np-umami: exists already and is not overwritten\n"


def test_what_is_declared_is_not_imported_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second import finds nothing left to do."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    import_from(catalog, "--host", "rs2000")
    capsys.readouterr()
    assert import_from(catalog, "--host", "rs2000") == 0
    assert capsys.readouterr().err == "nothing to import: a module declares every container that was asked for\n"


def test_an_empty_modules_folder_is_a_catalog_to_be(tmp_path: Path) -> None:
    """A repository that was just begun can be imported into."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    (catalog / "modules").mkdir()
    (catalog / "modules" / ".gitkeep").touch()
    assert import_from(catalog, "--host", "rs2000") == 0
    assert module(catalog, "np-meerkat-frontend")["host"] == "rs2000"


def test_one_name_on_two_hosts_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Module names are unique in a catalog, so the user decides which container gets the name."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    (catalog / "hosts.yaml").write_text(
        "schema: platformctl/inventory/v1\n"
        "hosts: {a: {transport: snapshot, path: .}, b: {transport: snapshot, path: .}}\n"
    )
    assert import_from(catalog, "--host", "a", "b") == 2
    assert not (catalog / "modules").exists()
    assert capsys.readouterr().err == (
        f"{catalog}/modules/np-meerkat-frontend: two containers would be this module; import one of them by --host "
        "and --container, give its module another name, then import the other\n"
    )


def test_an_unknown_container_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A name that no host has is met by the nearest one."""
    catalog = undeclared(FLEET, tmp_path)
    assert import_from(catalog, "--host", "rs2000", "--container", "np-umani") == 2
    assert capsys.readouterr().err == "there is no container 'np-umani'; did you mean 'np-umami'?\n"


def test_a_host_that_does_not_answer_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is imported from half of the hosts."""
    catalog = undeclared(FLEET, tmp_path)
    (catalog / "snapshots/rs1000/host.json").unlink()
    assert import_from(catalog, "--host", "rs1000", "rs2000") == 3
    assert not (catalog / "modules").exists()
    path = catalog / "snapshots/rs1000/host.json"
    assert capsys.readouterr().err == f"snapshot-absent: rs1000: there is no {path}\n"


@pytest.mark.parametrize("known", [True, False], ids=["registry", "no registry"])
def test_a_lock_is_written_where_it_can_be_had(
    tmp_path: Path,
    known: bool,  # noqa: FBT001  pytest passes it by name
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The pin's meaning is kept beside it; where no registry tells, the module is written all the same."""
    with serving(WEB.answers if known else lambda _: Reply(404)) as registry:
        pin = f"{registry.address}/apps/web@{WEB.digest}"
        running(declare(tmp_path), web=WEB)
        _edit(tmp_path / "h1", "containers.json", lambda found: found[0].update(Config={"Image": pin}))
        options = ["--catalog", str(tmp_path), "--store", str(tmp_path / "store"), "--host", "h1"]
        assert main(["import", *options]) == 0
    folder = tmp_path / "modules" / "web"
    assert module(tmp_path, "web")["image"] == pin
    lock = "modules/web/image.lock.json"
    why = f"http://{registry.address}: manifests/{WEB.digest} of apps/web: it has none"
    said = f"{lock}: written" if known else f"{lock}: not written: {why}"
    assert capsys.readouterr().err.splitlines() == [f"{folder}/module.yaml", said]
    assert (folder / "image.lock.json").exists() is known
    if known:
        assert main(["lock", "--check", "--catalog", str(tmp_path)]) == 0


def test_no_secret_is_written(tmp_path: Path) -> None:
    """A module holds what it declares: nothing of the environment, the labels or the command line."""
    catalog = undeclared(STATES / "meerkat", tmp_path)
    _edit(
        catalog,
        "containers.json",
        lambda found: [
            (one["Config"].update(Env=["TOKEN=hunter2"], Labels={"key": "hunter2"}, Cmd=["--password", "hunter2"]))
            for one in found
        ],
    )
    import_from(catalog, "--host", "rs2000")
    assert sorted(module(catalog, "np-meerkat-frontend")) == ["container", "host", "image", "name", "schema"]
    assert "hunter2" not in (catalog / "modules/np-meerkat-frontend/module.yaml").read_text()


def _edit(catalog: Path, name: str, change: Callable[[list[dict[str, Any]]], object]) -> None:
    document = json.loads((catalog / name).read_text())
    change(document)
    (catalog / name).write_text(json.dumps(document))
