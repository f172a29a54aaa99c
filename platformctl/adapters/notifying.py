"""Telling people: what was told is remembered in the store, and a message that nobody took is sent again.

notices/<catalog>/state.json   what was told of each module, and the messages that are still to be sent
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from platformctl.adapters.file import read_bounded, write_atomically
from platformctl.adapters.file_lock import locked
from platformctl.adapters.repositories_file import read_secret
from platformctl.adapters.store import Store
from platformctl.catalog.definition import read_definition
from platformctl.catalog.notify import Notify, Target
from platformctl.catalog.source import MAX_BYTES, SourceFile, read_yaml
from platformctl.errors import InputInvalid, Problem
from platformctl.notice.message import Message, to_baseline, to_message
from platformctl.notice.transition import Told, baseline, transitions
from platformctl.plan.plan import Plan
from platformctl.published import Published

FILE: Final = "notify.yaml"
MAX_PENDING: Final = 20
"""Messages that wait for a target that takes none; the oldest give way."""

_LOCK_S: Final = 120.0
_NOTHING: Final = Told({}, "", "")

# Its complaints can hold the address of a target, and so a password.
logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Pending(Published):
    """A message and the target that has not taken it yet."""

    target: str
    message: Message


@dataclass(frozen=True, slots=True)
class _State(Published):
    """All that is remembered of a catalog; `told` is null before its first plan."""

    told: Told | None = None
    pending: tuple[Pending, ...] = ()


_STATE: Final = TypeAdapter(_State)


def load_notify(catalog: Path) -> Notify | None:
    """Read notify.yaml of a catalog's folder, or return None where there is none: then nobody is told.

    Raises:
        InputInvalid: with every problem of the file.
    """
    path = catalog / FILE
    if not path.exists():
        return None
    return read_definition(read_yaml(SourceFile(str(path), read_bounded(path, str(path), MAX_BYTES))), Notify)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message for one target, and the line that says so."""

    taken: bool
    line: str


def notify(plan: Plan, catalog: Path, store: Store, run: str = "") -> tuple[Outcome, ...]:
    """Tell the targets of a catalog what a plan changed, and where to see it: the flow run of this ID.

    What is remembered is written before anything is sent: ended in between, the next call sends it, and no plan is
    ever counted twice.

    Raises:
        InputInvalid: notify.yaml, or a file that it names, cannot be used.
        StoreUnwritable: what was told cannot be remembered, so nothing is told.
    """
    chosen = load_notify(catalog)
    if chosen is None:
        return ()
    link = f"{chosen.link.rstrip('/')}/runs/flow-run/{run}" if chosen.link and run else ""
    urls = _urls(chosen, catalog)
    earlier = store.root / "notices" / _folder(catalog) / "state.json"
    place = store.root / "notices" / (plan.catalog.key or _folder(catalog)) / "state.json"
    with locked(place.with_name("lock"), _LOCK_S):
        state = _counted(_read(place if place.exists() else earlier), plan, chosen, link)
        _write(place, state)
        outcomes, left = _send(state.pending, urls)
        _write(place, replace(state, pending=left))
    return outcomes


def try_targets(catalog: Path) -> tuple[Outcome, ...]:
    """Send a message that says that it is a trial to every target.

    Raises:
        InputInvalid: there is no notify.yaml, or it cannot be used.
    """
    chosen = load_notify(catalog)
    if chosen is None:
        raise InputInvalid([Problem(str(catalog / FILE), 0, "there is no such file; docs/notifications.md shows one")])
    trial = Message("trial", "platformctl: a trial", "Nothing has changed: somebody tries whether messages arrive.")
    outcomes, _ = _send([Pending(target.name, trial) for target in chosen.targets], _urls(chosen, catalog))
    return outcomes


def _counted(state: _State, plan: Plan, chosen: Notify, link: str) -> _State:
    """Add a plan to what is remembered, and its message to what is to be sent."""
    if state.told is None:
        told, message = baseline(plan), to_baseline(plan, link)
    else:
        told, found = transitions(state.told, plan, chosen.inconclusive_runs)
        if not found:
            return replace(state, told=told)
        message = to_message(plan, found, link)
    pending = (*state.pending, *(Pending(target.name, message) for target in chosen.targets))
    return _State(told, pending[-MAX_PENDING * len(chosen.targets) :])


def _send(pending: Sequence[Pending], urls: Mapping[str, str]) -> tuple[tuple[Outcome, ...], tuple[Pending, ...]]:
    """Send in order; return what became of each message, and what was not taken. Former targets are left out."""
    outcomes, left = [], []
    for one in pending:
        if one.target not in urls:
            continue
        taken = _taken(urls[one.target], one.message)
        said = "was told" if taken else "could not be told"
        outcomes.append(Outcome(taken, f"{one.target} {said}: {one.message.title}"))
        left += [] if taken else [one]
    return tuple(outcomes), tuple(left)


def _taken(url: str, message: Message) -> bool:
    from apprise import Apprise, NotifyFormat

    service = Apprise()
    return bool(
        service.add(url) and service.notify(title=message.title, body=message.body, body_format=NotifyFormat.TEXT)
    )


def _urls(chosen: Notify, catalog: Path) -> dict[str, str]:
    """Read the address of every target; what it says is shown nowhere.

    Raises:
        InputInvalid: with every file that cannot be used.
    """
    urls: dict[str, str] = {}
    problems: list[Problem] = []
    for target in chosen.targets:
        try:
            urls[target.name] = _url(target, catalog)
        except InputInvalid as error:
            problems.extend(error.problems)
    if problems:
        raise InputInvalid(problems)
    return urls


def _url(target: Target, catalog: Path) -> str:
    from apprise import Apprise

    url = read_secret(target.url_file, catalog).decode("utf-8", "replace").strip()
    if not Apprise().add(url):
        said = "should hold one Apprise URL, such as mailto://user:password@example.org"
        raise InputInvalid([Problem(target.url_file, 0, said)])
    return url


def _folder(catalog: Path) -> str:
    """Name a catalog as it was when it had no key: what was told then is still known."""
    path = str(catalog.resolve())
    return f"{catalog.resolve().name or 'catalog'}-{hashlib.sha256(path.encode()).hexdigest()[:12]}"


def _read(place: Path) -> _State:
    """Read what we wrote; what cannot be read begins anew, with a message that says so."""
    try:
        return _STATE.validate_json(place.read_bytes())
    except (OSError, ValueError):
        return _State()


def _write(place: Path, state: _State) -> None:
    write_atomically(place, _STATE.dump_json(state, by_alias=True, indent=2).decode() + "\n")
