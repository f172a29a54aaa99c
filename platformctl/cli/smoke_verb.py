"""`platformctl smoke`: plan, probe what is as declared, print, keep."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_hosts, add_modules, add_offline, add_output, add_store, add_verb
from platformctl.cli.output import deliver, say

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs
    from platformctl.smoke.result import SmokeResult

_FORMATS = ("text", "json", "junit")

_EPILOG = """examples:
  platformctl smoke --module np-umami
  platformctl smoke --format junit --out smoke.xml      for the test report of a CI

exit codes:
  0  all passed
  1  a probe failed, or the plan proves drift
  2  the catalog, the inventory or the command line cannot be used; nothing was asked
  3  something could not be tried or proven
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "smoke",
        "try whether services work by asking them something",
        (
            "Plan the modules and, where they are as declared, run their probes; they only ask. The exit code is the "
            "worst of all, and so is the last line."
        ),
        _EPILOG,
    )
    add_catalog(parser)
    add_modules(parser, "try only these modules")
    add_hosts(parser, "try only what is declared for these hosts")
    add_offline(parser, "what neither lock nor store tells stays inconclusive, and is not tried")
    add_output(parser, _FORMATS)
    add_store(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.fleet import Retry
    from platformctl.adapters.planning import CONFIRM_AFTER_S, Request, final_plan, look_and_confirm, prepare
    from platformctl.adapters.smoke_store import SmokeStore
    from platformctl.adapters.smoking import smoke_fleet, smoking
    from platformctl.adapters.store import chosen_store
    from platformctl.cli.progress import host_progress
    from platformctl.render.smoke_text import conclusion
    from platformctl.smoke.result import exit_code

    store = chosen_store(options.store)
    store.check()
    modules, hosts = tuple(options.module), tuple(options.host)
    job = prepare(Request(options.catalog, options.inventory, modules, hosts, offline=options.offline), store)
    with job.connections, host_progress(job.transports) as tell:
        looks = look_and_confirm(job, Retry(), CONFIRM_AFTER_S, tell, kept=frozenset(job.transports))
        plan = final_plan(job, looks)
        store.keep(plan, looks)
        results = smoke_fleet(smoking(job, looks, plan, options.catalog), Retry(), tell)
    kept = [SmokeStore(store.root).keep(result) for result in results]
    for folder in kept:
        say(f"kept as {folder / 'smoke.json'}")
    deliver(_rendered(results, options.format), options.format, options.out, conclusion(results))
    return exit_code(results)


def _rendered(results: tuple[SmokeResult, ...], form: str) -> str:
    match form:
        case "json":
            from platformctl.render.smoke_document import to_json_array

            return to_json_array(results)
        case "junit":
            from platformctl.render.smoke_junit import to_junit

            return to_junit(results)
        case _:
            from platformctl.render.smoke_text import to_text

            return to_text(results)
