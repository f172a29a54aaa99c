"""Times and shares in the words in which every form says them."""

from __future__ import annotations

from typing import Final

from platformctl.history.history import CatalogHistory, History, ModuleHistory, SmokeHistory
from platformctl.reason import SEVERITY
from platformctl.render.text import SIGNS, acknowledged, counted

STALE: Final = "stale"
STALE_SIGN: Final = "-"
NONE: Final = "none"
NEW: Final = "new"
_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def moment(time: str | None) -> str:
    """Return a time in UTC to the minute."""
    return time[:16].replace("T", " ") if time else "never"


def span(seconds: int) -> str:
    """Return a duration in its two largest units."""
    if seconds >= _DAY:
        return _joined(seconds // _DAY, "d", seconds % _DAY // _HOUR, "h")
    if seconds >= _HOUR:
        return _joined(seconds // _HOUR, "h", seconds % _HOUR // _MINUTE, "min")
    return _joined(seconds // _MINUTE, "min", seconds % _MINUTE, "s")


def drift_time(module: ModuleHistory) -> str:
    """Say how long a module was in drift over the window."""
    return (span(module.drift_seconds) if module.drift_seconds else NEW) if module.drifts else NONE


def share(part: float) -> str:
    """Return a share in percent, and the whole only where nothing lacks."""
    return "100 %" if part == 1 else f"{min(part * 100, 99.9):.1f} %"


def flips(module: ModuleHistory) -> str:
    """Say how often the colour changed while the declaration did not, and out of how many times."""
    return f"{module.flips} of {module.comparisons}" if module.comparisons else NONE


def smoke(module: ModuleHistory) -> str:
    """Say how the last smoke ended, how long ago and at which commit, since when it fails, and how many passed."""
    if not (last := module.smoke):
        return NONE
    return (
        f"{last.outcome} {span(last.seconds_ago)} ago at {commit(last)}{_failing(last.failing_since)}, {passed(last)}"
    )


def passed(smokes: SmokeHistory) -> str:
    """Say how many smokes passed."""
    return f"{share(smokes.pass_rate)} of {smokes.smokes}"


def commit(last: SmokeHistory) -> str:
    """Say at which commit a smoke was."""
    return f"{last.commit[:12]}{' with changes' if last.dirty else ''}" if last.commit else "no commit"


def catalog(one: CatalogHistory) -> str:
    """Name a catalog by what its last plan calls it, and by its key."""
    return f"{one.path} ({one.key})"


def state(module: ModuleHistory) -> str:
    """Return what is known now: the last verdict, or that a green is too old to be one."""
    return STALE if module.outdated else str(module.verdict)


def sign(module: ModuleHistory) -> str:
    """Return the sign of what is known now."""
    return STALE_SIGN if module.outdated else SIGNS[module.verdict]


def states(history: History) -> dict[str, int]:
    """Count the modules by what is known now, worst first."""
    found = [state(module) for module in history.modules]
    order = (*map(str, reversed(SEVERITY[1:])), STALE, str(SEVERITY[0]))
    return {name: found.count(name) for name in order if name in found}


def headline(history: History) -> str:
    """Say what a history says in one line."""
    parts = ", ".join(f"{count} {name}" for name, count in states(history).items())
    known = acknowledged(sum(module.acknowledged for module in history.modules))
    return f"{parts or 'nothing'}{known} of {counted(len(history.modules), 'module')}{broken(history)}"


def broken(history: History) -> str:
    """Say of how many modules the smoke fails; of none there is nothing to say."""
    count = sum(module.broken for module in history.modules)
    return f"; {counted(count, 'smoke')} {'fails' if count == 1 else 'fail'}" if count else ""


def origin(history: History) -> str:
    """Say what a history is made of."""
    looked = f"{counted(history.plans, 'plan')} from {moment(history.since)} to {moment(history.until)} UTC"
    return f"{looked}; a green older than {span(history.stale_after_seconds)} is stale"


def others(history: History) -> str:
    """Name the catalog of a history where the store holds plans of others too, and those."""
    if not history.other_catalogs:
        return ""
    one = f"Of the catalog {catalog(history.catalog)}" if history.catalog else "Of no catalog that is known"
    more = (f"{catalog(other)}, {counted(other.plans, 'plan')}" for other in history.other_catalogs)
    return f"{one}; the store holds others too: {'; '.join(more)}"


def _failing(since: str | None) -> str:
    return f", failing since {moment(since)}" if since else ""


def _joined(large: int, unit: str, small: int, part: str) -> str:
    found = [f"{count} {name}" for count, name in ((large, unit), (small, part)) if count]
    return " ".join(found) or f"0 {part}"
