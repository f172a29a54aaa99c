"""`platformctl plan`: compare, print, keep."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_hosts, add_looking, add_modules, add_output, add_store, add_verb
from platformctl.cli.output import deliver, say
from platformctl.errors import InputInvalid, PlatformctlError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from platformctl.adapters.notifying import Outcome
    from platformctl.adapters.planning import Job, Request
    from platformctl.adapters.store import Looks, Store
    from platformctl.cli.options import Verbs
    from platformctl.plan.plan import Plan

_HOUR_S = 3600.0
_FORMATS = ("text", "json", "markdown", "junit", "html")

_EPILOG = """examples:
  platformctl plan
  platformctl plan --host rs2000 --module np-umami
  platformctl plan --format junit --out plan.xml        for the test report of a CI
  platformctl plan --format markdown --out plan.md      for a comment on a pull request

exit codes:
  0  in-sync: every module is proven to be as declared
  1  drift: at least one module is proven to differ
  2  the catalog, the inventory or the command line cannot be used; nothing was concluded
  3  inconclusive: something could not be looked at or proven, and no drift is proven
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "plan",
        "compare what runs with what is declared",
        (
            "Look at the hosts, compare with the catalog, print the plan and keep it. The exit code is the verdict, "
            "and so is the last line: that of a text, or, with another form or --out, one on standard error."
        ),
        _EPILOG,
    )
    add_catalog(parser)
    add_modules(parser, "plan only these modules")
    add_hosts(parser, "plan only what is declared for these hosts")
    add_looking(parser)
    add_output(parser, _FORMATS)
    add_store(parser)
    parser.add_argument(
        "--confirm-after",
        type=_seconds,
        default=10.0,
        metavar="SECONDS",
        help="time between the look that shows drift and the one that confirms it (default: 10)",
    )
    parser.add_argument("--no-confirm", action="store_true", help="look once, and call drift what that look shows")
    parser.add_argument(
        "--notify", action="store_true", help="tell the targets of the catalog's notify.yaml what changed"
    )
    parser.set_defaults(run=_run)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _HOUR_S:
        raise argparse.ArgumentTypeError(f"{text!r} should be a number of seconds from 0 to {_HOUR_S:.0f}")
    return seconds


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.fleet import Retry
    from platformctl.adapters.planning import Request, final_plan, look_at_fleet
    from platformctl.adapters.store import chosen_store
    from platformctl.cli.progress import host_progress
    from platformctl.render.text import conclusion

    if options.notify and options.snapshot:
        said = "--notify tells of what is so now, and --snapshot shows what was seen once: leave one of them out"
        raise InputInvalid([Problem("", 0, said)])
    store = chosen_store(options.store)
    store.check()
    request = Request(
        catalog=options.catalog,
        inventory=options.inventory,
        modules=tuple(options.module),
        hosts=tuple(options.host),
        snapshot=options.snapshot,
        offline=options.offline,
    )
    job = _prepared(request, store, notifies=options.notify)
    with host_progress(job.transports) as tell:
        looks = look_at_fleet(job, Retry(), None if options.no_confirm else options.confirm_after, tell)
    plan = final_plan(job, looks)
    kept = store.keep(plan, looks)
    say(f"kept as {kept.plan}")
    if options.notify:
        from platformctl.adapters.notifying import notify

        declared = [module.name for module in job.catalog.modules]
        _tell(lambda: notify(plan, options.catalog, store, declared=declared))
    deliver(_rendered(plan, looks, store, options.format), options.format, options.out, conclusion(plan))
    return plan.exit_code


def _prepared(request: Request, store: Store, *, notifies: bool) -> Job:
    """Read the catalog. A catalog that gives no plan is told; a wrong word on the command line is not."""
    from platformctl.adapters.planning import prepare

    try:
        return prepare(request, store)
    except InputInvalid:
        if notifies and request.is_whole:
            from platformctl.adapters.notifying import notify_no_plan

            _tell(lambda: notify_no_plan(request.catalog, store))
        raise


def _tell(tell: Callable[[], Iterable[Outcome]]) -> None:
    """Tell people. Whoever cannot be told changes no verdict."""
    try:
        for outcome in tell():
            say(outcome.line)
    except PlatformctlError as error:
        say(f"nobody was told: {error}")


def _rendered(plan: Plan, looks: Looks, store: Store, form: str) -> str:
    match form:
        case "json":
            from platformctl.render.document import to_json

            return to_json(plan)
        case "html":
            from platformctl.render.report.plan_page import to_html

            return to_html(plan, store.history(plan, looks))
        case "junit":
            from platformctl.render.plan_junit import to_junit

            return to_junit(plan)
        case "markdown":
            from platformctl.render.markdown import to_markdown

            return to_markdown(plan)
        case _:
            from platformctl.render.text import to_text

            return to_text(plan)
