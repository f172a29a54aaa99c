"""`platformctl scope`: which modules does a change touch, and why?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_verb
from platformctl.cli.output import show, show_text

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs

_EPILOG = """examples:
  platformctl scope --base origin/main
  platformctl scope --base v1.2 --head v1.3 --format json

exit codes:
  0  the modules are told, or there are none
  2  a commit, the catalog or the command line cannot be used
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "scope",
        "show which modules a change in git touches",
        "Compare the catalog at two commits, and print the modules that the change touches, each with why. "
        "These are the modules whose smokes run after a merge of it.",
        _EPILOG,
    )
    add_catalog(parser)
    parser.add_argument("--base", required=True, metavar="REV", help="the commit before the change")
    parser.add_argument("--head", default="HEAD", metavar="REV", help="the commit after the change (default: HEAD)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the output (default: text)")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.declarations import CatalogPlace
    from platformctl.adapters.git_history import History
    from platformctl.adapters.scoping import Scoping
    from platformctl.render.scope import to_json, to_text
    from platformctl.rerun.step import Step

    history = History(options.catalog)
    step = Step(history.commit(options.base), history.commit(options.head))
    place = CatalogPlace(history.prefix().rstrip("/") or ".", options.inventory)
    scope = Scoping(history, place).scope(step)
    if options.format == "json":
        show(to_json(step, scope))
    else:
        show_text(to_text(step, scope))
    return 0
