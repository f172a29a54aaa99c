"""What is in the store is whole, whoever writes to it and however they end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from platformctl.adapters.answers import read_answers
from platformctl.adapters.fleet import Retry
from platformctl.adapters.planning import Request, final_plan, look_at_fleet, prepare
from platformctl.adapters.snapshot_folder import read_snapshot
from platformctl.adapters.store import Kept, Looks, Store, chosen_store, default_store
from platformctl.errors import StoreUnwritable
from platformctl.identity.knowledge import NOTHING
from platformctl.plan.make import assemble
from platformctl.plan.plan import Plan
from platformctl.render.document import from_json
from tests.unit.recording import FLEET

from .run import environment

WRITER = """
import sys
from pathlib import Path
from tests.unit.cli.test_store import numbered, sample
from platformctl.adapters.store import Store

plan, looks = sample()
for number in range(1_000_000):
    Store(Path(sys.argv[1])).keep(numbered(plan, number), looks)
    print("kept", flush=True)
"""


def sample() -> tuple[Plan, Looks]:
    """Return a plan with what it was made from."""
    job = prepare(Request(FLEET, offline=True), Store(FLEET))
    looks = look_at_fleet(job, Retry(), 0)
    return final_plan(job, looks), looks


def numbered(plan: Plan, number: int) -> Plan:
    """Return the same plan for another catalog, so that it has another ID."""
    return replace(plan, plan_id=f"{number:064x}")


def test_a_killed_writer_leaves_only_whole_plans(tmp_path: Path) -> None:
    """Whenever it is killed, each plan that is there can be read, and so can the snapshots beside it."""
    for round_ in range(5):
        store = tmp_path / str(round_)
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(store)], stdout=subprocess.PIPE, text=True, env=environment()
        ) as writer:
            assert writer.stdout is not None
            assert [writer.stdout.readline() for _ in range(3)] == ["kept\n"] * 3
            time.sleep(0.007 * round_)
            writer.kill()
        folders = [path for path in store.glob("plans/*/*") if not path.name.startswith(".")]
        for folder in folders:
            _assert_whole(Kept(folder))
        index = (store / "plans" / "index.jsonl").read_text()
        assert len(folders) - 1 <= len([json.loads(line) for line in index.splitlines()]) <= len(folders) >= 3
        assert index.endswith("\n")


def _assert_whole(kept: Kept) -> None:
    plan = from_json(kept.plan.read_bytes())
    assert {path.name for path in kept.snapshot.iterdir()} == {"registries.json", *(host.name for host in plan.hosts)}
    assert read_answers(kept.snapshot) == NOTHING
    for host in plan.hosts:
        assert read_snapshot(kept.snapshot / host.name).engine == host.engine
    assert (kept.folder / "plan.txt").read_text().endswith(")\n")
    assert (kept.folder / "plan.md").read_text().startswith("# ")


def test_many_writers_of_one_plan(tmp_path: Path) -> None:
    """One folder comes of it, and one whole line for each run."""
    plan, looks = sample()
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: Store(tmp_path).keep(plan, looks), range(24)))
    assert len(set(kept)) == 1
    _assert_whole(kept[0])
    assert [path.name for path in kept[0].folder.parent.iterdir()] == [plan.plan_id]
    lines = (tmp_path / "plans" / "index.jsonl").read_text().splitlines()
    assert [json.loads(line)["planId"] for line in lines] == [plan.plan_id] * 24


def test_a_kept_plan_never_changes(tmp_path: Path) -> None:
    """The same facts at a later time add a line to the index and leave the plan as it was."""
    plan, looks = sample()
    kept = Store(tmp_path).keep(plan, looks)
    before = kept.plan.read_bytes()
    later = replace(plan, created_at=plan.created_at[:11] + "23:59:59+00:00")
    assert Store(tmp_path).keep(later, looks) == kept
    assert kept.plan.read_bytes() == before
    index = [json.loads(line) for line in (tmp_path / "plans" / "index.jsonl").read_text().splitlines()]
    seen = {snapshot.host: "2026-11-23T15:41:17+00:00" for snapshot in looks.first}
    more = {"catalog": {"key": plan.catalog.key, "path": str(FLEET)}, "seen": seen}
    assert index == [_entry(plan, kept, tmp_path) | more, _entry(later, kept, tmp_path) | more]


def _entry(plan: Plan, kept: Kept, root: Path) -> dict[str, object]:
    return {
        "createdAt": plan.created_at,
        "planId": plan.plan_id,
        "status": "drift",
        "exitCode": 1,
        "folder": kept.folder.relative_to(root).as_posix(),
    }


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """A file where a folder should be is named, and nothing is half written."""
    plan, looks = sample()
    store = Store(tmp_path)
    store.check()
    (tmp_path / "plans" / plan.created_at[:10]).touch()
    with pytest.raises(StoreUnwritable, match="cannot be written: "):
        store.keep(plan, looks)
    assert not (tmp_path / "plans" / "index.jsonl").exists()


@pytest.mark.parametrize(
    ("variables", "root"),
    [
        ({"PLATFORMCTL_STORE": "/srv/plans", "XDG_STATE_HOME": "/state"}, "/srv/plans"),
        ({"PLATFORMCTL_STORE": "", "XDG_STATE_HOME": "/state"}, "/state/platformctl"),
        ({"PLATFORMCTL_STORE": "", "XDG_STATE_HOME": "", "HOME": "/home/me"}, "/home/me/.local/state/platformctl"),
    ],
)
def test_the_default_store_is_where_the_environment_says(
    variables: dict[str, str], root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PLATFORMCTL_STORE wins, then the user's state folder."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert default_store().root == Path(root)


def test_a_user_without_a_home_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no home folder the way out is named."""
    monkeypatch.setenv("PLATFORMCTL_STORE", "~no-such-user-here/plans")
    with pytest.raises(StoreUnwritable, match="there is no such home folder; name a store by --store DIR"):
        default_store()
    with pytest.raises(StoreUnwritable, match="~no-such-user-here/mine: there is no such home folder"):
        chosen_store(Path("~no-such-user-here/mine"))


def test_the_id_of_a_plan_is_that_of_its_content() -> None:
    """Putting the same parts together gives the ID that the store uses as a name."""
    plan, _ = sample()
    job = prepare(Request(FLEET, offline=True), Store(FLEET))
    again = assemble(job.circumstances, plan.hosts, plan.modules, plan.unmanaged, plan.suspicions)
    assert again.plan_id == plan.plan_id
