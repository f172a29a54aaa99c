"""`platformctl doctor`: what a stolen key could do."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from platformctl.cli.options import Help, add_hosts, path
from platformctl.cli.output import show_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from platformctl.catalog.catalog import NamedHost
    from platformctl.cli.options import Verbs
    from platformctl.observe.protection import KeyProtection, SocketProtection
    from platformctl.observe.stage import Tell

_PROTECTED: Final = 0
_OPEN: Final = 1
_UNKNOWN: Final = 3
_WORDS: Final = {_PROTECTED: "protected", _OPEN: "open", _UNKNOWN: "unknown"}
_AT_ONCE: Final = 16
_EPILOG: Final = """exit codes:
  0  every host is protected
  1  at least one host is open
  2  the inventory or the command line cannot be used
  3  at least one could not be looked at, and none is open
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = verbs.add_parser(
        "doctor",
        help="tell what a stolen key could do on each host",
        description="Try on each host what should be refused: a command that only says a word, a forwarded connection, "
        "the engine's socket. Nothing is changed and nothing is sent through them.",
        epilog=_EPILOG,
        formatter_class=Help,
    )
    parser.add_argument(
        "--inventory", type=path, default=Path("hosts.yaml"), metavar="FILE", help="the hosts (default: hosts.yaml)"
    )
    add_hosts(parser, "try only these hosts")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.catalog_folder import load_inventory
    from platformctl.cli.progress import host_progress
    from platformctl.plan.selection import select_hosts

    known = load_inventory(options.inventory)
    hosts = select_hosts(known, options.host) if options.host else known
    with host_progress(host.name for host in hosts) as tell:
        results = _examine_all(hosts, tell)
    codes = [code for _, code in results]
    code = _OPEN if _OPEN in codes else max(codes, default=_PROTECTED)
    show_text("".join(text for text, _ in results) + _conclusion(codes, code))
    return code


def _examine_all(hosts: Iterable[NamedHost], tell: Tell) -> list[tuple[str, int]]:
    """Try the hosts side by side, in threads that keep nobody from ending the program."""
    from platformctl.adapters.deadline import awaited, begin

    room = BoundedSemaphore(_AT_ONCE)
    running = [begin(partial(_examined, host, room, tell)) for host in hosts]
    return [awaited(each) for each in running]


def _conclusion(codes: list[int], code: int) -> str:
    from platformctl.render.text import counted

    parts = ", ".join(f"{codes.count(each)} {_WORDS[each]}" for each in (_OPEN, _UNKNOWN, _PROTECTED) if each in codes)
    return f"{_WORDS[code]}: {parts or 'nothing'} of {counted(len(codes), 'host')} (exit code {code})\n"


def _examined(host: NamedHost, room: BoundedSemaphore, tell: Tell) -> tuple[str, int]:
    """Return the lines about a host, and its part of the exit code."""
    from platformctl.adapters.examining import examine
    from platformctl.errors import LookFailed
    from platformctl.observe.stage import Stage

    with room:
        tell(host.name, Stage.PROBING, "what should be refused")
        try:
            found = examine(host)
        except LookFailed as error:
            tell(host.name, Stage.FAILED, error.failure.reason)
            return f"?  {host.name}: unknown: {error.failure.reason}: {error.failure.message}\n", _UNKNOWN
        text, code = _told(host.name, found)
        tell(host.name, Stage.JUDGED, _WORDS[code])
        return text, code


def _told(name: str, found: KeyProtection | SocketProtection | None) -> tuple[str, int]:
    if found is None:
        return f"=  {name}: a recording, which no key opens\n", _PROTECTED
    code = _PROTECTED if found.is_whole else _OPEN
    sign = "=" if found.is_whole else "~"
    lines = [f"{sign}  {name}: {_WORDS[code]}; who has the key can", *(f"     - {line}" for line in found.stolen())]
    if not found.is_whole:
        lines.append("     docs/read-only.md says how to close it: platformctl host-agent")
    return "".join(f"{line}\n" for line in lines), code
