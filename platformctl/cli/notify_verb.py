"""`platformctl notify`: try whether messages arrive."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from platformctl.cli.options import add_verb, path
from platformctl.cli.output import show

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs

_NOT_TOLD = 3

_EPILOG = """exit codes:
  0  every target took it
  2  notify.yaml or the command line cannot be used
  3  at least one target did not take it
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "notify",
        "try whether messages arrive",
        ("Send a message that says that it is a trial to every target of notify.yaml."),
        _EPILOG,
    )
    parser.add_argument(
        "--catalog",
        type=path,
        default=Path(),
        metavar="DIR",
        help="folder that holds notify.yaml (default: this folder)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.notifying import try_targets

    outcomes = try_targets(options.catalog)
    show("".join(f"{outcome.line}\n" for outcome in outcomes))
    return 0 if all(outcome.taken for outcome in outcomes) else _NOT_TOLD
