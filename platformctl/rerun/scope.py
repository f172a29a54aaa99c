"""Which modules a change of the catalog touches, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from platformctl.published import Published
from platformctl.rerun.service import Service


@dataclass(frozen=True, slots=True)
class Declared:
    """What the catalog says of a module, as far as a change of it touches the module. Paths start from the repository.

    `folders` is where the module's files are: a folder that is a link has two places. `compose` is the file of its
    service, and `entry` its host's entry in the inventory; None where there is none, or it cannot be read.
    """

    name: str
    folders: tuple[str, ...]
    host: str = ""
    entry: str | None = None
    compose: str | None = None
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Declarations:
    """The catalog at one commit.

    Where it cannot be used, `problem` says why, and of the modules no more is known than their folders. `inventory` is
    the path of the file of hosts, None where that is outside of the repository.
    """

    modules: Mapping[str, Declared] = field(default_factory=dict)
    inventory: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Touch(Published):
    """A module that a change touches, and why. What is `removed` cannot be planned or run."""

    module: str
    why: tuple[str, ...]
    removed: bool = False


@dataclass(frozen=True, slots=True)
class StepScope:
    """The modules that one step touches, and what was in the way of finding them."""

    commit: str
    touches: tuple[Touch, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A module whose smoke is due after a merge, and the newest step that touches it."""

    touch: Touch
    commit: str


@dataclass(frozen=True, slots=True)
class MergeScope:
    """What the steps touch that a merge stands for.

    `due` has each module once; `passed` what an older step touches and a newer one touches again.
    """

    commits: tuple[str, ...]
    due: tuple[Due, ...]
    passed: tuple[tuple[Due, str], ...] = ()
    notes: tuple[str, ...] = ()


def merge_scope(steps: Sequence[StepScope]) -> MergeScope:
    """Put together what steps touch, oldest first."""
    newest = {touch.module: Due(touch, step.commit) for step in steps for touch in step.touches}
    passed = [
        (Due(touch, step.commit), newest[touch.module].commit)
        for step in steps
        for touch in step.touches
        if newest[touch.module].commit != step.commit
    ]
    return MergeScope(
        commits=tuple(step.commit for step in steps),
        due=tuple(sorted(newest.values())),
        passed=tuple(passed),
        notes=tuple(note for step in steps for note in step.notes),
    )


def with_retries(scope: MergeScope, names: Iterable[str]) -> MergeScope:
    """Add the modules whose last smoke was not green: they are tried again after the newest step."""
    known = {due.touch.module for due in scope.due}
    again = [Due(Touch(name, ("its last smoke was not green",)), scope.commits[-1]) for name in {*names} - known]
    return replace(scope, due=tuple(sorted([*scope.due, *again])))


def touched(paths: AbstractSet[str], before: Declarations, after: Declarations) -> tuple[Touch, ...]:
    """Return the modules that a change touches, sorted by name."""
    return tuple(
        Touch(name, why, removed=name not in after.modules)
        for name in sorted({*before.modules, *after.modules})
        if (why := tuple(_reasons(name, paths, before, after)))
    )


def with_names(touches: Iterable[Touch], names: Iterable[str], why: str, after: Declarations) -> tuple[Touch, ...]:
    """Add modules that something else names, such as a trailer."""
    found = {touch.module: touch for touch in touches}
    for name in names:
        known = found.get(name)
        reasons = (*known.why, why) if known else (why,)
        found[name] = Touch(name, reasons, removed=name not in after.modules)
    return tuple(sorted(found.values()))


def _reasons(name: str, paths: AbstractSet[str], before: Declarations, after: Declarations) -> Iterator[str]:
    old, new = before.modules.get(name), after.modules.get(name)
    if new is None:
        yield "it is no longer declared"
        return
    if old is None:
        yield "it is declared for the first time"
        return
    folders = {*old.folders, *new.folders}
    yield from (f"{path} changed" for path in sorted(paths) if _is_in(path, folders))
    yield from _service_reasons(old, new, paths)
    yield from _host_reasons(old, new, paths, after.inventory or before.inventory)


def _service_reasons(old: Declared, new: Declared, paths: AbstractSet[str]) -> Iterator[str]:
    services = [each.service for each in (old, new) if each.service]
    if old.service and new.service:
        if old.service.value != new.service.value:
            yield f"its service in {new.compose} changed"
    else:
        files = {each.compose for each in (old, new) if each.compose}
        yield from (f"{path} changed, and its service there cannot be compared" for path in sorted(files & paths))
    used = {file for service in services for file in service.files}
    yield from (f"{path} changed, which its service uses" for path in sorted(paths) if _is_in(path, used))


def _host_reasons(old: Declared, new: Declared, paths: AbstractSet[str], inventory: str | None) -> Iterator[str]:
    if old.entry is not None and new.entry is not None:
        if old.entry != new.entry:
            yield f"its host {new.host} is declared in another way"
    elif inventory in paths:
        yield f"{inventory} changed, and its host there cannot be compared"


def _is_in(path: str, places: Iterable[str]) -> bool:
    return any(path == place or path.startswith(f"{place.rstrip('/')}/") for place in places)
