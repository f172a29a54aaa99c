"""A Match line of an OpenSSH configuration: whether what follows it holds for a host. It never runs anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from platformctl.adapters.host_pattern import listed
from platformctl.adapters.ssh_config_line import Line

_WAY_OUT: Final = "say what it says in hosts.yaml, and ssh_config: none or another file"
_ALONE: Final = frozenset({"all", "canonical", "final"})


@dataclass(frozen=True, slots=True)
class Subject:
    """What a Match line is asked about: the host and the accounts as far as the lines above have said."""

    original_host: str
    host: str
    user: str
    local_user: str


@dataclass(frozen=True, slots=True)
class _Criterion:
    attribute: str
    patterns: str
    negated: bool


_TESTS: Final[Mapping[str, Callable[[_Criterion, Subject], bool]]] = {
    "all": lambda _, __: True,
    "canonical": lambda _, __: False,
    "host": lambda criterion, subject: listed(criterion.patterns.lower().split(","), subject.host.lower()),
    "originalhost": lambda criterion, subject: listed(
        criterion.patterns.lower().split(","), subject.original_host.lower()
    ),
    "user": lambda criterion, subject: listed(criterion.patterns.split(","), subject.user),
    "localuser": lambda criterion, subject: listed(criterion.patterns.split(","), subject.local_user),
}
"""What can be decided here. A name is never made canonical here, so `canonical` never holds."""


def holds(line: Line, subject: Subject) -> bool:
    """Tell whether a Match line holds.

    A criterion that cannot be decided here (`exec` would run a program) matters only where all others hold.

    Raises:
        LookFailed: the line is malformed, or hangs on a criterion that cannot be decided.
    """
    criteria = tuple(_criteria(line))
    _check(line, criteria)
    decided = [criterion for criterion in criteria if criterion.attribute in _TESTS]
    if not all(_TESTS[one.attribute](one, subject) is not one.negated for one in decided):
        return False
    undecided = next((one.attribute for one in criteria if one.attribute not in _TESTS), None)
    if undecided is not None:
        raise line.unusable(f"{undecided} is not tried, and what follows hangs on it; {_WAY_OUT}")
    return True


def _check(line: Line, criteria: tuple[_Criterion, ...]) -> None:
    """Refuse what OpenSSH refuses, and `final`, which makes OpenSSH read the whole file a second time."""
    names = [criterion.attribute for criterion in criteria]
    if "final" in names:
        raise line.unusable(f"final is not used; {_WAY_OUT}")
    if "all" in names and names not in (["all"], ["canonical", "all"]):
        raise line.unusable("all cannot stand beside other criteria")


def _criteria(line: Line) -> Iterator[_Criterion]:
    words = iter(line.words())
    for word in words:
        name, equals, patterns = word.partition("=")
        attribute = name.removeprefix("!").lower()
        if attribute not in _ALONE and not equals:
            patterns = next(words, "")
        if attribute not in _ALONE and patterns.strip("=") == "":
            raise line.unusable(f"{attribute} should be followed by patterns")
        yield _Criterion(attribute, patterns, name.startswith("!"))
