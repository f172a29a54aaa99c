"""The command line. Verbs load what they need when they run, so that help stays quick."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from platformctl import __version__
from platformctl.errors import PlatformctlError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNUSABLE_INPUT: Final = 2
INTERRUPTED: Final = 130
"""128 and the number of SIGINT, as shells count it."""

_EPILOG: Final = """exit codes of plan:
  0  in-sync       every module is proven to be as declared
  1  drift         at least one module is proven to differ
  2  unusable      the catalog, the inventory or the command line; nothing was concluded
  3  inconclusive  something could not be looked at or proven, and no drift is proven
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    try:
        return run(options)
    except PlatformctlError as error:
        print(f"{error}", file=sys.stderr)
        return UNUSABLE_INPUT
    except KeyboardInterrupt:
        print("stopped; nothing was concluded", file=sys.stderr)
        return INTERRUPTED


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, then where help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(UNUSABLE_INPUT, f"{self.prog}: {message}\nTry '{self.prog} --help'.\n")


def _parser() -> argparse.ArgumentParser:
    from platformctl.cli import import_verb, observe_verb, plan_verb

    parser = _Parser(
        prog="platformctl",
        description="Tell whether what runs on a fleet of Docker hosts is what a git catalog declares. It only reads.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"platformctl {__version__}")
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for verb in (plan_verb, observe_verb, import_verb):
        verb.add(verbs)
    return parser
