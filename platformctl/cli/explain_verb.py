"""`platformctl explain`: why is the verdict on a module what it is?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_looking, add_store, add_verb
from platformctl.cli.output import show_text

if TYPE_CHECKING:
    from platformctl.adapters.planning import Request
    from platformctl.adapters.store import Store
    from platformctl.cli.options import Verbs

_EPILOG = """examples:
  platformctl explain np-umami
  platformctl explain np-umami --snapshot DIR           from a kept plan's folder snapshot/

exit codes:
  those of plan
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "explain",
        "say why the verdict on a module is what it is",
        "Look at one module's host once and say in plain words why the verdict is what it is: every digest "
        "involved, what each one is, and the rule that decided. No plan is kept. The exit code is that of plan.",
        _EPILOG,
    )
    parser.add_argument("module", metavar="MODULE", help="name of the module")
    add_catalog(parser)
    add_looking(parser)
    add_store(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.planning import Request
    from platformctl.adapters.store import chosen_store

    request = Request(
        catalog=options.catalog,
        inventory=options.inventory,
        modules=(options.module,),
        snapshot=options.snapshot,
        offline=options.offline,
    )
    page, code = explained(request, chosen_store(options.store))
    show_text(page)
    return code


def explained(request: Request, store: Store) -> tuple[str, int]:
    """Look at the one module of a request; return the page about it and the exit code of its plan.

    Raises:
        InputInvalid: the catalog cannot be used, or the module is not in it.
    """
    from platformctl.adapters.fleet import Retry
    from platformctl.adapters.planning import final_plan, first_decisions, look_at_fleet, prepare
    from platformctl.cli.progress import host_progress
    from platformctl.render.explanation import to_explanation

    job = prepare(request, store)
    with host_progress(job.transports) as tell:
        looks = look_at_fleet(job, Retry(), None, tell)
    plan = final_plan(job, looks)
    [module] = plan.modules
    host = next((host for host in plan.hosts if host.name == module.host), None)
    knowledge = looks.learned.with_locks(job.catalog.closures)
    return to_explanation(module, host, first_decisions(job, looks, module.name), knowledge), plan.exit_code
