"""`platformctl history`: what the plans of the store say together."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from platformctl.cli.options import add_modules, add_output, add_store, add_verb
from platformctl.cli.output import say, show, show_text
from platformctl.errors import InputInvalid, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from platformctl.cli.options import Verbs
    from platformctl.history.history import CatalogHistory, History

_FORMATS: Final = ("text", "json", "prometheus", "html")
_AGO: Final = re.compile(r"([0-9]{1,5})([dh])")
_KEY: Final = re.compile(r"[0-9a-f]{12}")
_UNITS: Final = {"d": timedelta(days=1), "h": timedelta(hours=1)}
_MAX_DAYS: Final = 3660

_EPILOG = """examples:
  platformctl history --since 30d
  platformctl history --module np-umami --format html --out history.html

exit codes:
  0  the history is told, whatever it says
  2  the store or the command line cannot be used
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "history",
        "tell what the kept plans say together",
        (
            "Tell of each module what is known now, since when, when that was last proven, how long it was in drift, "
            "how often its colour changed without a deployment, and how its smokes ended. It reads the store only."
        ),
        _EPILOG,
    )
    add_store(parser)
    parser.add_argument(
        "--since",
        type=_since,
        default="90d",
        metavar="WHEN",
        help="a date such as 2026-01-31, or how long ago, such as 90d or 36h (default: 90d)",
    )
    parser.add_argument(
        "--stale-after",
        type=_hours,
        default="26",
        metavar="HOURS",
        help="call a green stale that was last proven longer ago (default: 26)",
    )
    parser.add_argument(
        "--catalog",
        metavar="DIR",
        help="tell of the catalog in this folder, or with this key (default: that of the newest plan)",
    )
    add_modules(parser, "tell of these modules only")
    add_output(parser, _FORMATS)
    parser.set_defaults(run=_run)


def _since(text: str) -> timedelta | datetime:
    ago = _AGO.fullmatch(text)
    try:
        found = int(ago[1]) * _UNITS[ago[2]] if ago else datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        found = timedelta.max
    if isinstance(found, timedelta) and not timedelta() < found <= timedelta(days=_MAX_DAYS):
        raise argparse.ArgumentTypeError(f"{text!r} should be a date such as 2026-01-31, or how long ago, such as 90d")
    return found


def _hours(text: str) -> timedelta:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise argparse.ArgumentTypeError(f"{text!r} should be a whole number of hours, at most four digits")
    return timedelta(hours=int(text))


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.file import write_where_told
    from platformctl.adapters.past import read_past
    from platformctl.adapters.store import chosen_store
    from platformctl.history.window import Window

    now = datetime.now(UTC).replace(microsecond=0)
    since = now - options.since if isinstance(options.since, timedelta) else options.since
    if since >= now:
        raise InputInvalid([Problem("", 0, f"--since: {since.date()} lies ahead; a history ends now")])
    window = Window(since, now, options.stale_after)
    catalog = _catalog(options.catalog) if options.catalog else None
    past = read_past(chosen_store(options.store).root, window, catalog)
    whole = past.history(window)
    if catalog and not whole.catalog and whole.other_catalogs:
        raise InputInvalid([Problem("", 0, _unknown(options.catalog, whole.other_catalogs))])
    history = _chosen(whole, options.module)
    for problem in past.problems:
        say(str(problem))
    rendered = _rendered(history, options.format)
    if options.out:
        write_where_told(options.out, rendered)
    elif options.format == "text":
        show_text(rendered)
    else:
        show(rendered)
    return 0


def _catalog(text: str) -> str:
    """Return the key of a catalog that is named by it, or by its folder."""
    from platformctl.adapters.catalog_key import catalog_key

    return text if _KEY.fullmatch(text) else catalog_key(Path(text))


def _unknown(named: str, others: Sequence[CatalogHistory]) -> str:
    from platformctl.render.history.phrase import catalog

    return f"no plan of this time is of the catalog {named!r}; there are those of {', '.join(map(catalog, others))}"


def _chosen(history: History, names: Sequence[str]) -> History:
    from platformctl.catalog.definition import suggestion

    known = [module.name for module in history.modules]
    problems = [
        Problem("", 0, f"no plan of this time holds a module {name!r}; {suggestion(name, known)}")
        for name in names
        if name not in known
    ]
    if problems:
        raise InputInvalid(problems)
    return history.of(names) if names else history


def _rendered(history: History, form: str) -> str:
    match form:
        case "json":
            from platformctl.render.history.document import to_json

            return to_json(history)
        case "prometheus":
            from platformctl.render.history.metrics import to_metrics

            return to_metrics(history)
        case "html":
            from platformctl.render.report.history_page import to_html

            return to_html(history)
        case _:
            from platformctl.render.history.text import to_text

            return to_text(history)
