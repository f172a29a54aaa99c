"""Telling people: what was told is remembered in the store, and a message that nobody took is sent again.

notices/<catalog>/state.json   what was told of each module, and the messages that are still to be sent
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from platformctl.adapters.catalog_key import catalog_key
from platformctl.adapters.file import read_bounded, write_atomically
from platformctl.adapters.file_lock import locked
from platformctl.adapters.repositories_file import read_secret
from platformctl.adapters.store import Store
from platformctl.catalog.definition import read_definition
from platformctl.catalog.notify import Notify, Target
from platformctl.catalog.source import MAX_BYTES, SourceFile, read_yaml
from platformctl.errors import InputInvalid, Problem
from platformctl.notice.message import Message, to_baseline, to_message, to_no_plan, to_plan_again
from platformctl.notice.transition import NEVER, Told, Watched, baseline, forget, transitions, watch
from platformctl.plan.plan import Plan
from platformctl.published import Published
from platformctl.reason import Verdict

FILE: Final = "notify.yaml"
MAX_PENDING: Final = 20
"""Messages that wait for a target that takes none; the oldest give way."""

_LOCK_S: Final = 120.0

_STATUS: Final = re.compile(r"error=([1-5][0-9]{2})\b")


class _Hush(logging.Filter):
    """Lets nothing through: it can hold the address of a target, and so a password. Only a refusal's status is kept."""

    said = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the status, and drop the record."""
        if status := _STATUS.search(record.getMessage()):
            self.said.status = status[1]
        return False


_HUSH: Final = _Hush()
for _name in ("apprise", "urllib3.connectionpool"):
    logging.getLogger(_name).addFilter(_HUSH)


@dataclass(frozen=True, slots=True)
class Pending(Published):
    """A message and the target that has not taken it yet."""

    target: str
    message: Message


@dataclass(frozen=True, slots=True)
class _State(Published):
    """All that is remembered of a catalog; `told` is null before its first plan, `planning` is about plans at all."""

    told: Told | None = None
    pending: tuple[Pending, ...] = ()
    planning: Watched = NEVER


_STATE: Final = TypeAdapter(_State)


def load_notify(catalog: Path) -> Notify | None:
    """Read notify.yaml of a catalog's folder, or return None where there is none: then nobody is told.

    Raises:
        InputInvalid: with every problem of the file.
    """
    path = catalog / FILE
    try:
        if not path.exists():
            return None
    except OSError as error:
        raise InputInvalid([Problem(str(path), 0, f"cannot be read: {error.strerror or error}")]) from None
    return read_definition(read_yaml(SourceFile(str(path), read_bounded(path, str(path), MAX_BYTES))), Notify)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message for one target, and the line that says so."""

    taken: bool
    line: str


def notify(
    plan: Plan, catalog: Path, store: Store, run: str = "", declared: Collection[str] | None = None
) -> tuple[Outcome, ...]:
    """Tell the targets of a catalog what a plan changed, and where to see it.

    What is remembered is written before anything is sent: ended in between, the next call sends it, and no plan is
    ever counted twice.

    Args:
        plan: what is told of.
        catalog: folder of the catalog.
        store: where it is remembered what was told.
        run: ID of the flow run that made the plan.
        declared: the modules of the catalog, where they are known; others are forgotten.

    Raises:
        InputInvalid: notify.yaml cannot be used, or no file that it names.
        GitFailed: nobody knows which catalog this is.
        StoreUnwritable: what was told cannot be remembered, so nothing is told.
    """

    def count(state: _State, chosen: Notify) -> _State:
        return _counted(state, plan, chosen, _link(chosen, run), declared)

    return _notify(catalog, plan.catalog.key, store, count)


def notify_no_plan(catalog: Path, store: Store, run: str = "") -> tuple[Outcome, ...]:
    """Count a run that could make no plan of a whole catalog, and tell the targets when there were enough in a row.

    Raises:
        InputInvalid: notify.yaml cannot be used, or no file that it names.
        GitFailed: nobody knows which catalog this is.
        StoreUnwritable: what was told cannot be remembered, so nothing is told.
    """
    return _notify(catalog, None, store, lambda state, chosen: _unplanned(state, chosen, _link(chosen, run)))


def _notify(
    catalog: Path, key: str | None, store: Store, count: Callable[[_State, Notify], _State]
) -> tuple[Outcome, ...]:
    chosen = load_notify(catalog)
    if chosen is None:
        return ()
    urls, problems = _urls(chosen, catalog)
    if not urls:
        raise InputInvalid(problems)
    place = store.root / "notices" / (key or catalog_key(catalog)) / "state.json"
    with locked(place.with_name("lock"), _LOCK_S):
        state = count(_read(place), chosen)
        _write(place, state)
        outcomes, left = _send(state.pending, urls, {target.name for target in chosen.targets})
        _write(place, replace(state, pending=left))
    return (*outcomes, *(Outcome(taken=False, line=f"somebody cannot be told: {one}") for one in problems))


def try_targets(catalog: Path) -> tuple[Outcome, ...]:
    """Send a message that says that it is a trial to every target.

    Raises:
        InputInvalid: there is no notify.yaml, or it cannot be used.
    """
    chosen = load_notify(catalog)
    if chosen is None:
        raise InputInvalid([Problem(str(catalog / FILE), 0, "there is no such file; docs/notifications.md shows one")])
    trial = Message("trial", "platformctl: a trial", "Nothing has changed: somebody tries whether messages arrive.")
    urls, problems = _urls(chosen, catalog)
    if problems:
        raise InputInvalid(problems)
    outcomes, _ = _send([Pending(target.name, trial) for target in chosen.targets], urls, urls)
    return outcomes


def _counted(state: _State, plan: Plan, chosen: Notify, link: str, declared: Collection[str] | None) -> _State:
    """Add a plan to what is remembered, and its messages to what is to be sent."""
    planning, again = watch(state.planning, Verdict.IN_SYNC, chosen.inconclusive_runs)
    before = replace(state, planning=planning)
    if again:
        before = _waiting(before, chosen, to_plan_again(plan, link))
    if state.told is None:
        return _waiting(replace(before, told=baseline(plan)), chosen, to_baseline(plan, link))
    told, found = transitions(state.told, plan, chosen.inconclusive_runs)
    if told is state.told:
        return before
    told, gone = (told, ()) if declared is None else forget(told, declared)
    after = replace(before, told=told)
    return _waiting(after, chosen, to_message(plan, found, gone, link)) if found or gone else after


def _unplanned(state: _State, chosen: Notify, link: str) -> _State:
    planning, event = watch(state.planning, Verdict.INCONCLUSIVE, chosen.inconclusive_runs)
    after = replace(state, planning=planning)
    return _waiting(after, chosen, to_no_plan(planning.unknown_runs, link)) if event else after


def _waiting(state: _State, chosen: Notify, message: Message) -> _State:
    """Add a message to what every target is to be sent."""
    pending = (*state.pending, *(Pending(target.name, message) for target in chosen.targets))
    return replace(state, pending=pending[-MAX_PENDING * len(chosen.targets) :])


def _link(chosen: Notify, run: str) -> str:
    return f"{chosen.link.rstrip('/')}/runs/flow-run/{run}" if chosen.link and run else ""


def _send(
    pending: Sequence[Pending], urls: Mapping[str, str], targets: Collection[str]
) -> tuple[tuple[Outcome, ...], tuple[Pending, ...]]:
    """Send in order; return what became of each message, and what was not taken. Former targets are left out."""
    outcomes, left = [], []
    for one in pending:
        if one.target not in targets:
            continue
        why = _refusal(urls[one.target], one.message) if one.target in urls else ""
        said = "was told" if why is None else f"could not be told{f' ({why})' if why else ''}"
        outcomes.append(Outcome(why is None, f"{one.target} {said}: {one.message.title}"))
        left += [] if why is None else [one]
    return tuple(outcomes), tuple(left)


def _refusal(url: str, message: Message) -> str | None:
    """Send plain text, and return why it was not taken, or None.

    It is cut to what the target takes: one that is too long would be refused for ever.
    """
    from apprise import Apprise, NotifyFormat, OverflowMode

    service = Apprise()
    service.add(url)
    for target in service:
        target.notify_format, target.overflow_mode = NotifyFormat.TEXT, OverflowMode.TRUNCATE
    _HUSH.said.status = ""
    if service.notify(title=message.title, body=message.body, body_format=NotifyFormat.TEXT):
        return None
    return f"it answers with {_HUSH.said.status}" if _HUSH.said.status else "it cannot be reached, or takes no message"


def _urls(chosen: Notify, catalog: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Read the address of every target, and what is wrong with those that cannot be used; they are shown nowhere."""
    urls: dict[str, str] = {}
    problems: list[Problem] = []
    for target in chosen.targets:
        try:
            urls[target.name] = _url(target, catalog)
        except InputInvalid as error:
            problems.extend(error.problems)
    return urls, tuple(problems)


def _url(target: Target, catalog: Path) -> str:
    from apprise import Apprise

    url = read_secret(target.url_file, catalog).decode("utf-8", "replace").strip()
    if not Apprise().add(url):
        said = "should hold one Apprise URL, such as mailto://user:password@example.org"
        raise InputInvalid([Problem(target.url_file, 0, said)])
    return url


def _read(place: Path) -> _State:
    """Read what we wrote; what cannot be read begins anew, with a message that says so."""
    try:
        return _STATE.validate_json(place.read_bytes())
    except (OSError, ValueError):
        return _State()


def _write(place: Path, state: _State) -> None:
    write_atomically(place, _STATE.dump_json(state, by_alias=True, indent=2).decode() + "\n")
