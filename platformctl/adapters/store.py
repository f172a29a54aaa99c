"""The store: every plan with the snapshots it was made from.

plans/index.jsonl                      one line for each run, oldest first
plans/<date>/<planId>/plan.json        the plan; where the folder is, all of it is
plans/<date>/<planId>/plan.md, .txt    the same for people
plans/<date>/<planId>/report.html      the same as a page, with what the plans before it say
plans/<date>/<planId>/verdicts.json    its verdicts only, which history reads in place of the plan
plans/<date>/<planId>/snapshot/<host>  what was seen; second-look/ in it where there was one
plans/…/snapshot/registries.json       what registries answered, and what could not be learned
bodies/<algorithm>/<hex>               manifests and configs that registries gave, kept for ever
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from platformctl.adapters.answers import write_answers
from platformctl.adapters.file import append_line, write_atomically
from platformctl.adapters.past import read_past
from platformctl.adapters.past_plans import VERDICTS, to_verdicts
from platformctl.adapters.snapshot_folder import SECOND_LOOK, write_snapshot
from platformctl.errors import InputInvalid, StoreUnwritable
from platformctl.history.history import History
from platformctl.history.make import make_history
from platformctl.history.past_plan import past_plan
from platformctl.history.window import window_until
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.observation.snapshot import Snapshot
from platformctl.plan.plan import Plan
from platformctl.render.document import to_json
from platformctl.render.markdown import to_markdown
from platformctl.render.report.plan_page import to_html
from platformctl.render.text import to_text


@dataclass(frozen=True, slots=True)
class Looks:
    """What a run saw: a snapshot of each host, one of each that was looked at again, and what registries answered.

    `replayed` says that the user named snapshots in place of the hosts.
    """

    first: tuple[Snapshot, ...]
    second: tuple[Snapshot, ...] = ()
    learned: Knowledge = NOTHING
    replayed: bool = False

    def seen(self, at: str) -> tuple[tuple[str, datetime], ...]:
        """Return the hosts of which a recording was read that is older than the plan, and when that was taken."""
        taken = ((one.host, one.taken) for one in self.first)
        return tuple((host, time) for host, time in taken if time and time < datetime.fromisoformat(at))


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a plan was kept."""

    folder: Path

    @property
    def plan(self) -> Path:
        """The plan as JSON."""
        return self.folder / "plan.json"

    @property
    def report(self) -> Path:
        """The plan as a page."""
        return self.folder / "report.html"

    @property
    def snapshot(self) -> Path:
        """What `platformctl plan --snapshot` reads to make the same plan again."""
        return self.folder / "snapshot"


class Store:
    """A folder of plans. What is in it never changes; a run that finds the same facts again only adds its line."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def check(self) -> None:
        """Make sure that plans can be kept, before any host is looked at.

        Raises:
            StoreUnwritable: they cannot.
        """
        try:
            (self.root / "plans").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnwritable(f"{self.root / 'plans'} cannot be made: {error.strerror or error}") from None
        if not os.access(self.root / "plans", os.W_OK):
            raise StoreUnwritable(f"{self.root / 'plans'} may not be written")

    @property
    def bodies(self) -> Path:
        """Where manifests and configs are kept by digest."""
        return self.root / "bodies"

    def history(self, plan: Plan, looks: Looks) -> History:
        """Return what this plan and the kept ones of its catalog say together at its time.

        What cannot be read does not count, and neither does a plan that is made again from a snapshot.
        """
        now = past_plan(plan, looks.seen(plan.created_at))
        window = window_until(now.at)
        new = () if looks.replayed else (now,)
        try:
            past = read_past(self.root, window, plan.catalog.key)
        except InputInvalid:
            return make_history(new, window)
        return past.history(window, [*(one for one in past.plans.plans if one not in new), *new])

    def keep(self, plan: Plan, looks: Looks) -> Kept:
        """Keep a plan and what it was made from.

        Raises:
            StoreUnwritable: the folder cannot be written.
        """
        kept = Kept(self.root / "plans" / plan.created_at[:10] / plan.plan_id)
        try:
            if not kept.plan.exists():
                _keep_whole(kept, plan, looks, self.history(plan, looks))
        except OSError as error:
            raise StoreUnwritable(f"{kept.folder} cannot be written: {error.strerror or error}") from None
        append_line(self.root / "plans" / "index.jsonl", _entry(plan, looks, kept.folder.relative_to(self.root)))
        return kept


def chosen_store(folder: Path | None) -> Store:
    """Return the store in a folder, or the default one where none is named.

    Raises:
        StoreUnwritable: the folder begins with the home of a user whom this machine does not know.
    """
    return _at(str(folder)) if folder else default_store()


def default_store() -> Store:
    """Return the store that PLATFORMCTL_STORE names, or the one in the user's state folder (XDG base directories).

    Raises:
        StoreUnwritable: this user has no home folder to keep it in.
    """
    named = os.environ.get("PLATFORMCTL_STORE")
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return _at(named or f"{state}/platformctl")


def _at(folder: str) -> Store:
    try:
        return Store(Path(folder).expanduser())
    except RuntimeError:
        raise StoreUnwritable(f"{folder}: there is no such home folder; name a store by --store DIR") from None


def _keep_whole(kept: Kept, plan: Plan, looks: Looks, history: History) -> None:
    """Write beside the place and move it there: of several writers the first wins, and none leaves half a folder."""
    kept.folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{plan.plan_id}.", dir=kept.folder.parent, ignore_cleanup_errors=True) as name:
        draft = Kept(Path(name) / plan.plan_id)
        _write(draft, plan, looks, history)
        try:
            draft.folder.rename(kept.folder)
        except OSError:
            if not kept.plan.exists():
                raise


def _write(kept: Kept, plan: Plan, looks: Looks, history: History) -> None:
    _write_looks(kept.snapshot, looks.first)
    _write_looks(kept.snapshot, looks.second, SECOND_LOOK)
    write_answers(kept.snapshot, looks.learned)
    write_atomically(kept.folder / "plan.md", to_markdown(plan))
    write_atomically(kept.folder / "plan.txt", to_text(plan))
    write_atomically(kept.report, to_html(plan, history))
    write_atomically(kept.folder / VERDICTS, to_verdicts(plan))
    write_atomically(kept.plan, to_json(plan))


def _write_looks(folder: Path, snapshots: Iterable[Snapshot], below: str = "") -> None:
    for snapshot in snapshots:
        write_snapshot(folder / snapshot.host / below, snapshot)


def _entry(plan: Plan, looks: Looks, folder: Path) -> str:
    entry: dict[str, object] = {
        "createdAt": plan.created_at,
        "planId": plan.plan_id,
        "status": plan.status,
        "exitCode": plan.exit_code,
        "folder": folder.as_posix(),
    }
    if plan.catalog.key:
        entry["catalog"] = {"key": plan.catalog.key, "path": plan.catalog.path}
    if seen := looks.seen(plan.created_at):
        entry["seen"] = {host: time.isoformat() for host, time in seen}
    if looks.replayed:
        entry["replayed"] = True
    return json.dumps(entry, ensure_ascii=True)
