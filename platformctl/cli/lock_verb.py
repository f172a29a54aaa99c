"""`platformctl lock`: keep what the pins mean beside them."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_modules, add_store, add_verb
from platformctl.cli.output import conclude, say, show

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs

_EPILOG = """examples:
  platformctl lock
  platformctl lock --check                              as a step of a CI

exit codes:
  0  every lock is written; with --check: every pin has a lock that fits
  1  at least one could not be written; with --check: does not fit or is not there
  2  the catalog, the inventory or the command line cannot be used
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "lock",
        "keep what the pinned digests mean beside the pins",
        "Ask registries what the pinned digests mean, and write modules/<name>/image.lock.json. With the "
        "locks a plan needs no registry. For a module that pins no digest, say which one its tag means now.",
        _EPILOG,
    )
    add_catalog(parser)
    add_modules(parser, "lock only these modules")
    parser.add_argument("--check", action="store_true", help="ask nobody: fail when a pin has no lock that fits it")
    add_store(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    return _check(options) if options.check else _write(options)


def _check(options: argparse.Namespace) -> int:
    from platformctl.adapters.locking import check_locks
    from platformctl.render.text import counted

    misfits = check_locks(options.catalog, options.inventory, options.module)
    show("".join(f"{line}\n" for line in misfits))
    if misfits:
        conclude(f"unlocked: {counted(len(misfits), 'pin')} without a lock that fits (exit code 1)")
        return 1
    conclude("locked: every pin has a lock that fits (exit code 0)")
    return 0


def _write(options: argparse.Namespace) -> int:
    from platformctl.adapters.locking import write_locks
    from platformctl.adapters.store import chosen_store
    from platformctl.cli.progress import host_progress

    store = chosen_store(options.store)
    with host_progress((), "modules") as tell:
        results = write_locks(options.catalog, options.inventory, options.module, store, tell)
    show("".join(f"{result.line}\n" for result in results if result.is_done))
    for result in results:
        if not result.is_done:
            say(result.line)
    return 0 if all(result.is_done for result in results) else 1
