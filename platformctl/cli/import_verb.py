"""`platformctl import`: declare what runs now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_hosts, add_offline, add_store
from platformctl.cli.output import say

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = verbs.add_parser(
        "import",
        help="declare what runs now",
        description="Write modules/<name>/module.yaml for containers that no module declares, and the lock of each "
        "pin where a registry tells what it means. Nothing is overwritten.",
    )
    add_catalog(parser)
    add_hosts(parser, "hosts to import from", required=True)
    parser.add_argument(
        "--container",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="import only these containers, running or not (default: all that run)",
    )
    add_offline(parser, "no lock is written")
    add_store(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.importing import import_modules
    from platformctl.adapters.store import chosen_store

    inventory = options.inventory or options.catalog / "hosts.yaml"
    store = None if options.offline else chosen_store(options.store)
    for line in import_modules(options.catalog, inventory, options.host, options.container, store):
        say(line)
    return 0
