"""`platformctl import`: declare what runs now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from platformctl.cli.options import add_catalog, add_hosts, add_offline, add_store, add_verb
from platformctl.cli.output import say

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs

_EPILOG = """examples:
  platformctl import --host rs2000
  platformctl import --host rs2000 --container np-umami np-backup

exit codes:
  0  a module is written for each container, or there was nothing to write
  2  the inventory, a name or the command line cannot be used; nothing is written
  3  a host could not be looked at; nothing is written
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "import",
        "declare what runs now",
        "Write modules/<name>/module.yaml for containers that no module declares, and the lock of each "
        "pin where a registry tells what it means. Nothing is overwritten.",
        _EPILOG,
    )
    add_catalog(parser)
    add_hosts(parser, "import from these hosts", required=True)
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
