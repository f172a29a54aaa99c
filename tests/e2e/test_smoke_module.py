"""Smokes of one module as Prefect shows them: the colour is what was proven, and everything asked is in an artifact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from prefect.client.schemas.objects import State

from flows.smoke_module import smoke_module
from platformctl.adapters.smoke_store import SmokeStore
from tests.lab.container import compose
from tests.lab.container import start as start_container
from tests.lab.engine import Docker
from tests.lab.fleet import push
from tests.lab.registry import Registry
from tests.lab.sshd import SshHosts
from tests.lab.tcp_server import answers_http, tcp_server

from .catalog import IN_SYNC, add_host, add_module, empty_catalog, reached_by, recorded
from .plans import ending
from .run import Run, start

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]

SECRET = "hunter2-in-the-body"
UP = f"HTTP/1.1 200 OK\r\nContent-Length: {len(SECRET)}\r\nX-Mood: <b>`|\r\n\r\n{SECRET}".encode()


@pytest.mark.lab
def test_runs_of_the_deployments(
    engine: Docker, registry: Registry, ssh_hosts: SshHosts, tmp_path: Path, store: Path
) -> None:
    """A smoke that passed is green and one that failed red; artifacts, name and tags say what was found."""
    pushed = push(registry, "apps/smoked", "1")
    catalog = empty_catalog(tmp_path)
    add_host(catalog, "rs2000", **reached_by(ssh_hosts, "rs2000"))
    ssh_hosts["rs2000"].authorize()
    with tcp_server(answers_http(UP)) as server:
        url = f"http://127.0.0.1:{server.port}/health"
        declare(catalog, "np-umami", pushed.pinned, {"http": {"url": url}, "from": "host"})
        wrong = {"http": {"url": url, "header": {"X-Mood": "good"}, "contains": "well"}, "tries": 2}
        declare(catalog, "np.smoked", pushed.pinned, wrong, {"name": "a | b", "http": {"url": url}})
        for name in ("np-umami", "np.smoked"):
            start_container(engine, pushed.pinned, name, *compose(name))
        parameters = {"catalog": str(catalog), "store": str(store)}
        runs = {
            "np-umami": start("smoke-module/manual", module="np-umami", **parameters),
            "np.smoked": start("smoke-module/rerun", module="np.smoked", **parameters),
        }
        endings = {name: run.ending() for name, run in runs.items()}
    assert endings == {
        "np-umami": ("COMPLETED", "Completed", "np-umami: pass, 2 pass of 2 probes"),
        "np.smoked": ("FAILED", "SmokeFailed", "np.smoked: fail, 1 fail, 2 pass of 3 probes"),
    }
    passed, failed = runs["np-umami"].finished(), runs["np.smoked"].finished()
    assert passed.name == "smoke-module · np-umami: pass, 2 pass of 2 probes"
    assert sorted(failed.tags) == ["platformctl", "rerun", "smoke", "smoke:fail", "verdict:in-sync"]
    assert SmokeStore(store).last_outcomes() == {"np-umami": "pass", "np.smoked": "fail"}
    assert_published(runs["np.smoked"], store)
    shown = [runs["np.smoked"].log(), *(str(artifact.data) for artifact in runs["np.smoked"].artifacts().values())]
    assert not [text for text in shown if SECRET in text or "Traceback" in text]
    assert not [file for file in store.rglob("*") if file.is_file() and SECRET in file.read_text()]


def declare(catalog: Path, name: str, image: str, *probes: Mapping[str, Any]) -> None:
    """Declare a module that is watched for a second."""
    watching = {"container": {"stable_for": 1}}
    document = {"schema": "platformctl/module/v1", "name": name, "host": "rs2000", "container": name, "image": image}
    add_module(catalog, {**document, "smoke": {"probes": [*probes, watching]}})


def assert_published(run: Run, store: Path) -> None:
    """Compare the artifacts with what was kept."""
    artifacts = run.artifacts()
    (folder,) = (store / "smokes" / "np.smoked").iterdir()
    assert sorted(artifacts) == ["probes-np-smoked-52fb4369", "smoke-np-smoked-52fb4369"]
    markdown = str(artifacts["smoke-np-smoked-52fb4369"].data)
    assert markdown.startswith("# 🔴 np.smoked: fail, 1 fail, 2 pass of 3 probes\n")
    assert markdown.endswith(f"\n## Kept\n\n```text\n{folder}/smoke.json\n```")
    kept = json.loads((folder / "smoke.json").read_text())
    rows = json.loads(str(artifacts["probes-np-smoked-52fb4369"].data))
    assert [(row["probe"], row["reason"], row["message"]) for row in rows] == [
        (probe["name"], probe["reason"], probe["message"]) for probe in kept["probes"]
    ]
    assert rows[0]["message"] == 'X-Mood should be "good", and is "<b>`|"'


def smoked(catalog: Path, store: Path, module: str = IN_SYNC) -> tuple[str, str, str]:
    """Run the flow in this process, and return how it ended."""
    state: State[Any] = smoke_module(
        module=module, catalog=str(catalog), store=str(store), confirm_after=0, return_state=True
    )
    return ending(state)


def test_drift_is_red_and_nothing_is_asked(tmp_path: Path, store: Path) -> None:
    """The plan proves that another image runs: the state is drift's, whatever probes would say."""
    module = "np-umami"
    assert smoked(recorded(tmp_path, "drifted"), store, module) == (
        "FAILED",
        "Drift",
        f"{module}: not run, the plan proves drift (image-differs)",
    )


def test_what_could_not_be_tried_is_orange(tmp_path: Path, store: Path) -> None:
    """A recording cannot be watched, which is nobody's fault; a module that is not there cannot be used."""
    catalog = recorded(tmp_path, "meerkat")
    assert smoked(catalog, store) == ("CRASHED", "Inconclusive", f"{IN_SYNC}: error, 1 error of 1 probe")
    assert SmokeStore(store).last_outcomes() == {IN_SYNC: "error"}
    kind, name, _ = smoked(catalog, store, "np-meerkat")
    assert (kind, name) == ("CRASHED", "Unusable")
