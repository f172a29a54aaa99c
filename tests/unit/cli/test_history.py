"""What the store's plans say together, as the command line tells it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from platformctl.adapters.past_plans import read_past_plans
from platformctl.adapters.smoke_store import SmokeStore
from platformctl.adapters.store import Kept, Looks, Store
from platformctl.cli import main
from platformctl.history.past_plan import past_plan
from platformctl.history.window import Window
from platformctl.plan.plan import Plan
from platformctl.reason import Reason, Verdict
from tests.unit.recording import FLEET
from tests.unit.smoke.findings import FAIL, PASS, module, result

from .test_store import sample

AT: Final = datetime(2026, 1, 2, 3, tzinfo=UTC)
WINDOW: Final = Window(AT, AT + timedelta(days=9))


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Return the plan of the recorded fleet, at a time long ago."""
    return at_night(sample()[0], 0)


def at_night(plan: Plan, night: int) -> Plan:
    """Return the same plan at another night. Times are no content, so it keeps its ID."""
    return replace(plan, created_at=(AT + timedelta(days=night)).isoformat())


def keep(root: Path, *plans: Plan) -> list[Kept]:
    """Keep plans as runs do."""
    return [Store(root).keep(plan, Looks(())) for plan in plans]


def history(root: Path, *more: str) -> int:
    """Ask for the history since the first of the plans above."""
    return main(["history", "--store", str(root), "--since", "2026-01-01", *more])


def edited(path: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change a JSON document."""
    document = json.loads(path.read_text())
    edit(document)
    path.write_text(json.dumps(document))


def test_plans_are_kept_with_report_and_verdicts(tmp_path: Path, plan: Plan) -> None:
    """Beside a plan lies its page, with what the plans before it say, and its verdicts, which history reads."""
    first, second = keep(tmp_path, plan, at_night(plan, 1))
    assert {path.name for path in second.folder.iterdir()} == {
        "plan.json", "plan.md", "plan.txt", "report.html", "snapshot", "verdicts.json",
    }  # fmt: skip
    pages = [(kept.folder / "report.html").read_text() for kept in (first, second)]
    assert [re.findall(r'<p class="note">(\d plans?) from', page) for page in pages] == [["1 plan"], ["2 plans"]]
    assert read_past_plans(tmp_path, WINDOW).plans == (past_plan(plan), past_plan(at_night(plan, 1)))


def test_the_same_plan_at_another_time_is_another_look(tmp_path: Path, plan: Plan) -> None:
    """A run that finds the same facts again adds a line to the index, and that line counts."""
    later = replace(plan, created_at=(AT + timedelta(hours=1)).isoformat())
    assert len(set(keep(tmp_path, plan, later, later))) == 1
    found = read_past_plans(tmp_path, WINDOW)
    assert [one.at for one in found.plans] == [AT, AT + timedelta(hours=1), AT + timedelta(hours=1)]
    assert Store(tmp_path).history(later, Looks(())).plans == 2


def test_without_verdicts_the_plan_is_read(tmp_path: Path, plan: Plan) -> None:
    """verdicts.json saves time and nothing else: what it says is in plan.json, which stands where it is not whole."""
    kept = keep(tmp_path, plan, at_night(plan, 1))
    whole = read_past_plans(tmp_path, WINDOW)
    (kept[0].folder / "verdicts.json").unlink()
    (kept[1].folder / "verdicts.json").write_text('[{"module": "np-u')
    assert read_past_plans(tmp_path, WINDOW) == whole


def test_plans_of_later_versions_are_read(tmp_path: Path, plan: Plan) -> None:
    """Keys and codes that a later minor version adds are skipped, as the plan format promises."""
    (kept,) = keep(tmp_path, plan)
    whole = read_past_plans(tmp_path, WINDOW)
    (kept.folder / "verdicts.json").unlink()

    def later(document: dict[str, Any]) -> None:
        document.update(formatVersion="1.7", news=[1])
        document["modules"][0].update(reason="brand-new", smoke={})

    edited(kept.plan, later)
    assert read_past_plans(tmp_path, WINDOW) == whole


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda kept: edited(kept.plan, lambda document: document.update(formatVersion="2.0")), "this is no plan"),
        (lambda kept: edited(kept.plan, lambda document: document.pop("modules")), "this is no plan"),
        (lambda kept: kept.plan.write_bytes(b"\xff{"), "this is no plan"),
        (lambda kept: kept.plan.unlink(), "cannot be read: No such file or directory"),
        (lambda kept: shutil.rmtree(kept.folder), "cannot be read: No such file or directory"),
    ],
    ids=["later-major", "no-modules", "no-json", "no-plan", "no-folder"],
)
def test_a_plan_that_cannot_be_read_is_told(
    tmp_path: Path, plan: Plan, damage: Callable[[Kept], object], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It does not count, is named once, and the others stand."""
    first, _ = keep(tmp_path, plan, at_night(plan, 1))
    keep(tmp_path, plan)
    (first.folder / "verdicts.json").unlink()
    damage(first)
    assert history(tmp_path) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith("History of 1 plan from ")
    (said,) = shown.err.splitlines()
    assert said.startswith(f"{first.plan}: {words}")


def test_a_broken_line_of_the_index_is_told(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Lines that a crash cut short, or that name no plan of the store, are told by their number."""
    keep(tmp_path, plan)
    index = tmp_path / "plans/index.jsonl"
    wrong = ['{"createdAt": "2026-0', '{"createdAt": "2026-01-02T03:00:00+00:00", "planId": "../../x"}', "", "\udcff"]
    index.write_bytes("\n".join([*wrong, index.read_text()]).encode(errors="surrogateescape"))
    assert history(tmp_path, "--module", "np-umami") == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[-1] == "1 drift of 1 module"
    told = [f"{index}:{line}: this tells of no plan; it does not count" for line in (1, 2, 3, 4)]
    assert shown.err.splitlines() == told


def test_a_store_without_plans_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped folder is no empty history."""
    assert history(tmp_path) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{tmp_path}: no plan is kept here; platformctl plan keeps one\n")


def test_partial_plans_count_for_what_they_hold(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of one module leaves the looks of the others as they were."""
    narrow = replace(at_night(plan, 1), plan_id="a" * 64, modules=tuple(m for m in plan.modules if m.name == "worker"))
    keep(tmp_path, plan, narrow)
    assert history(tmp_path, "--format", "json") == 0
    modules = json.loads(capsys.readouterr().out)["modules"]
    assert {one["name"]: one["looks"] for one in modules} == {m.name: 1 + (m.name == "worker") for m in plan.modules}


def test_a_module_that_is_not_there(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown name is unusable input, with the name that was probably meant."""
    keep(tmp_path, plan)
    assert history(tmp_path, "--module", "np-umani", "worker") == 2
    assert capsys.readouterr().err == "no plan of this time holds a module 'np-umani'; did you mean 'np-umami'?\n"


@pytest.mark.parametrize("form", ["text", "json", "prometheus", "html"])
def test_every_form_goes_to_a_file(tmp_path: Path, plan: Plan, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With --out nothing is printed, the file is whole, and nothing else is left beside it."""
    keep(tmp_path, plan)
    out = tmp_path / "collector" / "platformctl.prom"
    assert history(tmp_path, "--format", form, "--out", str(out)) == 0
    assert capsys.readouterr().out == ""
    assert [path.name for path in out.parent.iterdir()] == [out.name]
    assert out.stat().st_mode & 0o777 == 0o644
    beginnings = {
        "text": "History of 1 plan",
        "json": "{\n",
        "prometheus": "# HELP platformctl_",
        "html": "<!doctype html>",
    }
    assert out.read_text().startswith(beginnings[form])


def test_prometheus_reads_the_file(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Sums over the verdicts count the modules."""
    keep(tmp_path, plan)
    assert history(tmp_path, "--format", "prometheus") == 0
    families = {family.name: family for family in text_string_to_metric_families(capsys.readouterr().out)}
    samples = families["platformctl_module_verdict"].samples
    for verdict in Verdict:
        count = sum(sample.value for sample in samples if sample.labels["verdict"] == verdict)
        assert count == len(plan.of(verdict))


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("yesterday", "should be a date such as 2026-01-31, or how long ago, such as 90d"),
        ("2026-02-30", "should be a date such as 2026-01-31, or how long ago, such as 90d"),
        ("0d", "should be a date such as 2026-01-31, or how long ago, such as 90d"),
        ("99999d", "should be a date such as 2026-01-31, or how long ago, such as 90d"),
        ("9٣d", "should be a date such as 2026-01-31, or how long ago, such as 90d"),
    ],
)
def test_a_time_that_is_none(since: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no time is refused with what would be one."""
    with pytest.raises(SystemExit) as ended:
        main(["history", "--since", since])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_a_window_that_lies_ahead(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typo in the year is no empty history."""
    assert main(["history", "--store", str(tmp_path), "--since", "2999-01-31"]) == 2
    assert capsys.readouterr().err == "--since: 2999-01-31 lies ahead; a history ends now\n"


def test_the_window_can_be_named(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Only plans within it count; what is stale follows the limit that is asked for."""
    recent = replace(plan, created_at=(datetime.now(UTC) - timedelta(hours=3)).isoformat(timespec="seconds"))
    keep(tmp_path, plan, recent)
    counts, stale = [], []
    for more in (
        ["--since", "2h"],
        ["--since", "4h"],
        ["--since", "4h", "--stale-after", "1"],
        ["--since", "2026-01-02"],
    ):
        assert main(["history", "--store", str(tmp_path), "--format", "json", *more]) == 0
        document = json.loads(capsys.readouterr().out)
        counts.append(document["plans"])
        stale.append({one["stale"] for one in document["modules"]})
    assert counts == [0, 1, 1, 2]
    assert stale == [set(), {False}, {True}, {False}]


def test_one_catalog_at_a_time(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """Of two catalogs with modules of one name the newest plan's is told, or the one that is asked for, and both named.

    What was kept before plans said their catalog counts for each.
    """
    ours = replace(plan, catalog=replace(plan.catalog, path=".", key="0" * 12))
    theirs = replace(plan, plan_id="b" * 64, catalog=replace(plan.catalog, path="b", key="b" * 12))
    unsaid = replace(plan, plan_id="c" * 64, catalog=replace(plan.catalog, key=None))
    keep(tmp_path, unsaid, ours, at_night(ours, 1), at_night(theirs, 2))
    assert history(tmp_path) == 0
    first, said, *_ = capsys.readouterr().out.splitlines()
    assert first.startswith("History of 2 plans from ")
    assert said == (
        f"Of the catalog b ({'b' * 12}); the store holds others too: . ({'0' * 12}), 2 plans; --catalog chooses"
    )
    assert history(tmp_path, "--catalog", "0" * 12, "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["plans"], document["catalog"]["path"]) == (3, ".")
    assert document["otherCatalogs"] == [
        {"key": "b" * 12, "path": "b", "plans": 1, "lastPlan": "2026-01-04T03:00:00+00:00"}
    ]
    assert Store(tmp_path).history(at_night(ours, 3), Looks(())).plans == 4
    assert history(tmp_path, "--catalog", str(tmp_path), "--module", "worker") == 2
    assert capsys.readouterr().err == (
        f"no plan of this time is of the catalog '{tmp_path}'; there are those of b ({'b' * 12}), . ({'0' * 12})\n"
    )


def test_a_catalog_is_found_by_its_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The folder that was planned names the catalog."""
    arguments = ["--catalog", str(FLEET), "--store", str(tmp_path)]
    assert main(["plan", "--offline", *arguments]) == 1
    assert main(["history", *arguments]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("8 modules")


def test_a_plan_made_again_is_no_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`plan --snapshot` shows what was seen then: it is kept, and neither history nor its own report counts it."""
    store, out = tmp_path / "store", tmp_path / "report.html"
    arguments = ["plan", "--catalog", str(FLEET), "--store", str(store), "--offline", "--format", "html"]
    main([*arguments, "--out", str(out)])
    (kept,) = store.glob("plans/*/*/snapshot")
    main([*arguments, "--snapshot", str(kept), "--out", str(out)])
    assert len((store / "plans/index.jsonl").read_text().splitlines()) == 2
    assert re.findall(r'<p class="note">(\d plans?) from', out.read_text()) == ["1 plan"]
    capsys.readouterr()
    assert main(["history", "--store", str(store), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["plans"], {one["looks"] for one in document["modules"]}) == (1, {1})


def test_a_recording_proves_what_it_showed_then(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """A host that the inventory declares as a recording is told each night, and its green is as old as the recording.

    A time that is none, or one after the plan, is no recording's.
    """
    looks = sample()[1]
    assert {one.host for one in looks.first} == {"rs1000", "rs2000"}
    taken = {"rs1000": "2026-01-01T09:00:00", "rs2000": "tomorrow"}
    old = replace(looks, first=tuple(replace(one, taken_at=taken[one.host]) for one in looks.first))
    Store(tmp_path).keep(plan, old)
    Store(tmp_path).keep(at_night(plan, 1), old)
    assert history(tmp_path, "--format", "json") == 0
    modules = json.loads(capsys.readouterr().out)["modules"]
    told = {one["host"]: (one["looks"], one["lastLook"][:10], one["lastConclusive"]) for one in modules}
    assert told == {
        "rs1000": (2, "2026-01-03", "2026-01-01T09:00:00+00:00"),
        "rs2000": (2, "2026-01-03", "2026-01-03T03:00:00+00:00"),
    }


def test_smokes_are_told_with_the_plans(tmp_path: Path, plan: Plan, capsys: pytest.CaptureFixture[str]) -> None:
    """A module that is as declared and does not work is told in every form; a smoke that cannot be read is named."""
    keep(tmp_path, plan)
    smokes, catalog = SmokeStore(tmp_path), replace(plan.catalog, commit="c0ffee", dirty=False)
    for minute, finding in enumerate((PASS, FAIL, FAIL, PASS)):
        started = (AT + timedelta(minutes=minute)).isoformat(timespec="milliseconds")
        found = replace(result(module(), finding), module="np-guestbook", started_at=started, catalog=catalog)
        last = smokes.keep(found) / "smoke.json"
    last.write_text("{")
    out = tmp_path / "report.html"
    assert history(tmp_path, "--format", "html", "--out", str(out)) == 0
    assert capsys.readouterr().err == f"{last}: this is no smoke that can be read; it does not count\n"
    assert "failing since 2026-01-02 03:01" in out.read_text()
    assert history(tmp_path, "--module", "np-guestbook") == 0
    *_, row, _, sum_ = capsys.readouterr().out.splitlines()
    assert row.split()[3:4] == ["stale"]
    assert row.endswith(" ago at c0ffee, failing since 2026-01-02 03:01, 33.3 % of 3")
    assert sum_ == "1 stale of 1 module; 1 smoke fails"


def test_what_is_acknowledged_is_drift_without_verdicts_too(tmp_path: Path, plan: Plan) -> None:
    """Read from plan.json, a difference that is acknowledged is what it is in verdicts.json."""
    known = replace(
        plan,
        modules=tuple(
            replace(one, status=Verdict.IN_SYNC, reason=Reason.ACKNOWLEDGED) if one.status is Verdict.DRIFT else one
            for one in plan.modules
        ),
    )
    (kept,) = keep(tmp_path, known)
    whole = read_past_plans(tmp_path, WINDOW)
    assert Verdict.DRIFT in {one.verdict for one in whole.plans[0].judgments}
    (kept.folder / "verdicts.json").unlink()
    assert read_past_plans(tmp_path, WINDOW) == whole


def test_a_plan_as_a_page(tmp_path: Path) -> None:
    """`plan --format html` gives the page that is kept, and the exit code stays the verdict."""
    store, out = tmp_path / "store", tmp_path / "report.html"
    arguments = ["plan", "--catalog", str(FLEET), "--store", str(store), "--offline"]
    assert main([*arguments, "--format", "html", "--out", str(out)]) == 1
    (kept,) = store.glob("plans/*/*/report.html")
    assert out.read_text() == kept.read_text()
