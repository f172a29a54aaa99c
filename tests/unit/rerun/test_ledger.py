"""The ledger holds what it was told, whoever writes at the same time and whenever a writer is killed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from platformctl.adapters.file import append_line
from platformctl.adapters.file_lock import locked
from platformctl.adapters.leasing import leased
from platformctl.adapters.ledger import Ledger, branch_folder
from platformctl.catalog.repository import Repository
from platformctl.errors import StoreBusy, StoreUnwritable
from platformctl.rerun.claim import Claim
from platformctl.rerun.lease import Lease
from platformctl.rerun.merge import Merge, merge_of
from platformctl.rerun.receipt import Decision, Receipt
from tests.unit.cli.run import environment

REPOSITORY: Final = Repository.model_validate({"forge": "gitea", "name": "platform/catalog", "clone": "x"})
MERGE: Final = merge_of(REPOSITORY, "a1" * 20)
NOW: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LASTING: Final = timedelta(minutes=5)
RECEIPT: Final = Receipt(MERGE, "push", "web", Decision.DRIFT, "why", None, "p1", "2026-01-02T03:04:05+00:00")
CLAIM: Final = Claim(MERGE, "web", "run-1", "2026-01-02T03:04:05+00:00")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(tmp_path)


def test_merges_are_known_and_settled(ledger: Ledger) -> None:
    """A merge is known since it was first seen, whoever sees it again, and settled for ever."""
    other = merge_of(REPOSITORY, "b2" * 32)
    assert (ledger.known(REPOSITORY), ledger.settled(REPOSITORY)) == (frozenset(), frozenset())
    assert ledger.know(MERGE, NOW) == NOW
    assert ledger.know(MERGE, NOW + LASTING) == NOW
    ledger.settle(other, NOW)
    assert ledger.known(REPOSITORY) == {MERGE.commit, other.commit}
    assert ledger.settled(REPOSITORY) == {other.commit}
    ledger.settle(other, NOW + LASTING)
    ledger.settle(MERGE, NOW)
    assert ledger.settled(REPOSITORY) == {MERGE.commit, other.commit}
    assert ledger.known(REPOSITORY.model_copy(update={"base": "next"})) == frozenset()


def test_branches_have_folders_of_their_own() -> None:
    """Names that look alike in a path are different folders, and none leads out of the ledger."""
    names = [("a/b", "c"), ("a", "b/c"), ("a-b", "c"), ("../..", "main"), ("x" * 300, "y" * 300)]
    folders = [branch_folder("github", name, base) for name, base in names]
    assert len(set(folders)) == len(names)
    assert all("/" not in folder and not folder.startswith(".") and len(folder) < 100 for folder in folders)
    assert branch_folder("github", "platform/catalog", "main") == "github-platform-catalog-main-ef7e672b26d6"


def test_a_merge_is_a_commit() -> None:
    """What is not named by a commit could lead out of the folder, and is refused."""
    with pytest.raises(ValueError, match="40 or 64 hex digits"):
        Ledger(Path("/nowhere")).receipts(Merge("gitea", "a/b", "main", "../../../etc"))


def test_receipts_are_kept_and_the_last_one_of_a_module_counts(ledger: Ledger) -> None:
    """The history has every receipt in order; what a delivery was told does not hide what the merge led to."""
    triggered = replace(RECEIPT, decision=Decision.TRIGGERED, run="run-1", note='a "note": ä')
    whole = replace(RECEIPT, module=None, decision=Decision.UNTOUCHED)
    duplicate = replace(RECEIPT, module=None, decision=Decision.DUPLICATE)
    for receipt in (RECEIPT, triggered, whole, duplicate):
        ledger.record(receipt)
    assert ledger.receipts(MERGE) == (whole, triggered)
    assert tuple(ledger.history()) == (RECEIPT, triggered, whole, duplicate)
    line = (ledger.root / "reruns/receipts.jsonl").read_text().splitlines()[1]
    assert json.loads(line) == {
        "merge": {"forge": "gitea", "repository": "platform/catalog", "base": "main", "commit": "a1" * 20},
        "source": "push",
        "module": "web",
        "decision": "triggered",
        "note": 'a "note": ä',
        "run": "run-1",
        "plan": "p1",
        "at": "2026-01-02T03:04:05+00:00",
    }


def test_a_line_that_was_cut_harms_no_other(ledger: Ledger) -> None:
    """A writer that was ended in the middle of a line loses that line alone, and the next one begins anew."""
    ledger.record(RECEIPT)
    with (ledger.root / "reruns/receipts.jsonl").open("ab") as file:
        file.write(b'{"merge": {"for')
    ledger.record(RECEIPT)
    append_line(ledger.root / "reruns/receipts.jsonl", "x" * 200_000)
    ledger.record(RECEIPT)
    assert tuple(ledger.history()) == (RECEIPT,) * 3


def test_a_lease_keeps_others_out_until_it_runs_out(ledger: Ledger) -> None:
    """While its run renews it nobody else handles the merge; who died renews nothing."""
    assert ledger.take(MERGE, "run-1", NOW, LASTING) is None
    held = Lease("run-1", NOW + LASTING)
    assert ledger.take(MERGE, "run-2", NOW + LASTING - timedelta(seconds=1), LASTING) == held
    assert ledger.take(MERGE, "run-1", NOW + timedelta(minutes=4), LASTING) is None
    assert ledger.take(MERGE, "run-2", NOW + LASTING, LASTING) == Lease("run-1", NOW + timedelta(minutes=9))
    assert ledger.take(MERGE, "run-2", NOW + timedelta(minutes=9), LASTING) is None
    ledger.release(MERGE, "run-1")
    assert ledger.take(MERGE, "run-3", NOW + timedelta(minutes=10), LASTING) is not None
    ledger.release(MERGE, "run-2")
    assert ledger.take(MERGE, "run-3", NOW + timedelta(minutes=10), LASTING) is None


def test_a_lease_is_given_up_with_the_work(ledger: Ledger) -> None:
    """Within the work others are told who is at it; afterwards, even where it failed, the merge is free."""
    with leased(ledger, MERGE, "run-1") as other:
        assert other is None
        with leased(ledger, MERGE, "run-2") as first:
            assert first
            assert first.run == "run-1"
        with leased(ledger, MERGE, "run-1") as same:
            assert same is None
    with pytest.raises(ZeroDivisionError), leased(ledger, MERGE, "run-2"):
        raise ZeroDivisionError
    with leased(ledger, MERGE, "run-3") as other:
        assert other is None


def test_what_is_no_lease_keeps_nobody_out(ledger: Ledger) -> None:
    """A file that somebody else wrote is no reason to leave a merge alone for ever."""
    ledger.know(MERGE, NOW)
    (ledger.branch(REPOSITORY) / "merges" / MERGE.commit / "lease.json").write_text("{}")
    assert ledger.take(MERGE, "run-1", NOW, LASTING) is None


def test_a_claim_is_the_first(ledger: Ledger) -> None:
    """One run has the smoke; another one, and the same one executed again, are told apart and both refused."""
    assert ledger.claimed(MERGE, "web") is None
    assert ledger.claim(CLAIM) is None
    assert ledger.claim(replace(CLAIM, run="run-2", at="later")) == CLAIM
    assert ledger.claim(CLAIM) == CLAIM
    assert ledger.claim(replace(CLAIM, module="db")) is None
    assert CLAIM.refusal("run-1") == (
        "this run was executed before, at 2026-01-02T03:04:05+00:00: the smoke of a merge runs once"
    )
    assert CLAIM.refusal("run-2") == (
        "the flow run run-1 claimed this smoke at 2026-01-02T03:04:05+00:00: the smoke of a merge runs once"
    )


def test_a_claim_that_cannot_be_read_stands(ledger: Ledger) -> None:
    """Whoever spoilt the file: somebody had claimed it, and running it again would be once too often."""
    ledger.claim(CLAIM)
    (place,) = (ledger.root / "claims").rglob("web.json")
    place.write_text("")
    assert ledger.claim(CLAIM) == replace(CLAIM, run="unknown", at="an unknown time")


def test_of_many_claims_one_wins(ledger: Ledger) -> None:
    """Any number of runs that come at once are told about the same first one."""
    claims = [replace(CLAIM, run=f"run-{number}") for number in range(32)]
    with ThreadPoolExecutor(max_workers=16) as pool:
        found = list(pool.map(ledger.claim, claims))
    (winner,) = (claim for claim, earlier in zip(claims, found, strict=True) if earlier is None)
    assert {earlier for earlier in found if earlier} == {winner}


def test_the_newest_claim_of_a_module_tells_whether_its_smoke_ended(ledger: Ledger) -> None:
    """A smoke that was claimed and has not ended runs, or died; an older one says nothing any more."""
    newer = Claim(merge_of(REPOSITORY, "b2" * 20), "web", "run-2", "2026-01-03T00:00:00+00:00")
    ledger.claim(CLAIM)
    assert ledger.unended() == (CLAIM,)
    ledger.claim(newer)
    assert ledger.unended() == (newer,)
    ledger.end(newer)
    assert ledger.unended() == ()
    assert ledger.claims() == (CLAIM, newer)
    assert ledger.claim(newer) == newer


def test_claims_are_open_until_it_is_known_what_became_of_them(ledger: Ledger) -> None:
    """A smoke that ended is not looked at again, nor is one that was told to be dead, nor those of other branches."""
    dead, dotted = replace(CLAIM, module="db"), replace(CLAIM, module="web.ended")
    for claim in (CLAIM, dead, dotted, replace(CLAIM, merge=replace(MERGE, base="next"))):
        ledger.claim(claim)
    assert ledger.open_claims(REPOSITORY) == (dead, dotted, CLAIM)
    ledger.end(CLAIM)
    ledger.bury(dead)
    assert ledger.open_claims(REPOSITORY) == (dotted,)
    assert [ledger.is_open(claim) for claim in (CLAIM, dead, dotted)] == [False, False, True]
    assert dead in ledger.unended(), "what died goes with the next merge"


def test_what_is_said_once_has_one_line(ledger: Ledger) -> None:
    """Whoever was ended between the line and the last word makes up for the last word alone."""
    died = replace(RECEIPT, decision=Decision.SMOKE_DIED)
    ledger.record(died, once=True)
    (place,) = ledger.root.rglob("web.json")
    place.unlink()
    ledger.record(replace(died, at="later", note="another"), once=True)
    ledger.record(replace(died, module="db"), once=True)
    assert tuple(ledger.history()) == (died, replace(died, module="db"))
    assert [each.at for each in ledger.receipts(MERGE)] == [died.at, "later"]


# Writes one thing after the other, and says after each that it is kept.
WRITER: Final = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.unit.rerun.test_ledger import CLAIM, LASTING, NOW, RECEIPT, Ledger
ledger = Ledger(Path(sys.argv[1]))
for number in range(10**6):
    merge = replace(CLAIM.merge, commit=f"{number:040x}")
    ledger.know(merge, NOW)
    ledger.take(merge, "run", NOW, LASTING)
    assert ledger.claim(replace(CLAIM, merge=merge)) is None
    ledger.record(replace(RECEIPT, merge=merge))
    ledger.settle(merge, NOW)
    print(number, flush=True)
"""


def test_a_killed_writer_leaves_nothing_half_written(ledger: Ledger) -> None:
    """However often writers are killed: what they said is kept is there, and all files can be read."""
    for kills in (3, 20, 7, 1, 40):
        folder = ledger.root / str(kills)
        said = list(_until_killed(folder, kills))
        killed = Ledger(folder)
        commits = {f"{number:040x}" for number in said}
        assert commits <= killed.settled(REPOSITORY) <= killed.known(REPOSITORY)
        assert commits <= {receipt.merge.commit for receipt in killed.history()}
        assert commits <= {claim.merge.commit for claim in killed.claims()}
        whole = [file for file in folder.rglob("*.json") if not file.name.startswith(".")]
        assert all(json.loads(file.read_text()) for file in whole)
        again = replace(MERGE, commit=f"{len(said):040x}")
        assert killed.take(again, "other", NOW + LASTING, LASTING) is None
        killed.record(replace(RECEIPT, merge=again))
        assert tuple(killed.history())[-1].merge == again


def _until_killed(folder: Path, count: int) -> Iterator[int]:
    """Run a writer, and kill it without warning when it has said so much."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as writer:
        assert writer.stdout
        for _ in range(count):
            yield int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    """A second one waits, gives up in words, and gets it when the first has gone."""
    place = tmp_path / "locks/one.lock"
    with (
        locked(place, 0),
        pytest.raises(StoreBusy, match=r"one\.lock is locked by another process"),
        locked(place, 0.1),
    ):
        pass
    with locked(place, 0):
        assert place.exists()


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    """The lock of a process that was killed is free at once."""
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom platformctl.adapters.file_lock import locked\n"
        "with locked(Path(sys.argv[1]), 0):\n    print('held', flush=True)\n    time.sleep(600)"
    )
    place = tmp_path / "one.lock"
    command = [sys.executable, "-c", program, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StoreBusy), locked(place, 0):
            pass
        holder.kill()
    with locked(place, 30):
        pass


def test_a_ledger_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """Whatever is to be kept: the message names the file and the cause."""
    (tmp_path / "reruns").touch()
    (tmp_path / "claims").touch()
    ledger = Ledger(tmp_path)
    for keep in (
        lambda: ledger.record(RECEIPT),
        lambda: ledger.know(MERGE, NOW),
        lambda: ledger.settle(MERGE, NOW),
        lambda: ledger.take(MERGE, "run-1", NOW, LASTING),
        lambda: ledger.claim(CLAIM),
    ):
        with pytest.raises(StoreUnwritable, match=r"cannot be written: (Not a directory|File exists)"):
            keep()
