"""`platformctl rerun`: tell of a merge, as a step of CI or a person does."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from platformctl.cli.options import Help, add_repositories, add_store
from platformctl.cli.output import say, show
from platformctl.errors import QueueUnavailable, StoreUnwritable

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs

_QUEUE_UNAVAILABLE: Final = 3
_PATIENCE_S: Final = 60.0
_EPILOG: Final = """exit codes:
  0  a run follows the merge; it is new, or another trigger was first
  2  the command line, repositories.yaml or a setting cannot be used
  3  the Prefect server cannot be used now; telling again later does no harm
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = verbs.add_parser(
        "rerun",
        help="queue the run that follows a merge",
        description="Queue the run that follows a merge, at the Prefect server that PREFECT_API_URL names. It has the "
        "same key as that of a webhook's delivery: both together make one run.",
        epilog=_EPILOG,
        formatter_class=Help,
    )
    add_repositories(parser)
    parser.add_argument("--repository", required=True, metavar="NAME", help="its name in repositories.yaml")
    parser.add_argument("--commit", required=True, type=_commit, metavar="SHA", help="the merged commit, in full")
    add_store(parser)
    parser.set_defaults(run=_run)


def _commit(text: str) -> str:
    from platformctl.rerun.merge import COMMIT

    if not COMMIT.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} should be a commit's full name: 40 or 64 hex digits")
    return text


def _run(options: argparse.Namespace) -> int:
    import asyncio

    from platformctl.adapters.prefect_api import open_queue, prefect_server
    from platformctl.adapters.receiving import Outcome, keep_receipt, queue_merge
    from platformctl.adapters.repositories_file import chosen_repository, load_repositories
    from platformctl.adapters.store import chosen_store
    from platformctl.rerun.merge import merge_of

    repository = chosen_repository(load_repositories(options.repositories), options.repository)
    merge = merge_of(repository, options.commit)
    store = chosen_store(options.store)
    server = prefect_server()

    async def queue() -> Outcome:
        async with open_queue(server, _PATIENCE_S) as queue:
            outcome = await queue_merge(queue, options.repository, merge, "command")
        try:
            await keep_receipt(store.root, merge, "command", outcome)
        except StoreUnwritable as error:
            say(f"the run is queued, but there is no receipt of it: {error}")
        return outcome

    try:
        outcome = asyncio.run(queue())
    except QueueUnavailable as error:
        say(str(error))
        return _QUEUE_UNAVAILABLE
    show(f"{outcome.decision}: {outcome.decision.sentence} Flow run {outcome.run}\n")
    return 0
