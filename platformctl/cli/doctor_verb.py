"""`platformctl doctor`: what a stolen key could do."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformctl.cli.options import add_hosts
from platformctl.cli.output import show

if TYPE_CHECKING:
    from platformctl.catalog.catalog import NamedHost
    from platformctl.cli.options import Verbs

_PROTECTED: Final = 0
_OPEN: Final = 1
_UNKNOWN: Final = 3
_EPILOG: Final = """exit codes:
  0  every host is protected
  1  at least one host is open
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
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--inventory", type=Path, default=Path("hosts.yaml"), metavar="FILE", help="the hosts (default: hosts.yaml)"
    )
    add_hosts(parser, "hosts to try (default: all)")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from concurrent.futures import ThreadPoolExecutor

    from platformctl.adapters.catalog_folder import load_inventory
    from platformctl.plan.selection import select_hosts

    known = load_inventory(options.inventory)
    hosts = select_hosts(known, options.host) if options.host else known
    with ThreadPoolExecutor(max_workers=16) as pool:
        results = list(pool.map(_examined, hosts))
    show("".join(text for text, _ in results))
    codes = {code for _, code in results}
    return _OPEN if _OPEN in codes else max(codes, default=_PROTECTED)


def _examined(host: NamedHost) -> tuple[str, int]:
    """Return the lines about a host, and its part of the exit code."""
    from platformctl.adapters.examining import examine
    from platformctl.errors import LookFailed

    try:
        found = examine(host)
    except LookFailed as error:
        return f"?  {host.name}: unknown: {error.failure.reason}: {error.failure.message}\n", _UNKNOWN
    if found is None:
        return f"=  {host.name}: a recording, which no key opens\n", _PROTECTED
    sign, word = ("=", "protected") if found.is_whole else ("~", "open")
    lines = [f"{sign}  {host.name}: {word}; who has the key can", *(f"     - {line}" for line in found.stolen())]
    if not found.is_whole:
        lines.append("     docs/read-only.md says how to close it: platformctl host-agent")
    return "".join(f"{line}\n" for line in lines), _PROTECTED if found.is_whole else _OPEN
