"""`platformctl observe`: record what runs on hosts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from platformctl.cli.options import add_hosts, add_verb, path
from platformctl.cli.output import conclude, say

if TYPE_CHECKING:
    from platformctl.cli.options import Verbs


_INCOMPLETE = 3

_EPILOG = """examples:
  platformctl observe --host rs2000 --out snapshots

exit codes:
  0  every host is recorded
  2  the inventory or the command line cannot be used
  3  at least one host could not be looked at
"""


def add(verbs: Verbs) -> None:
    """Declare the verb and its options."""
    parser = add_verb(
        verbs,
        "observe",
        "record what runs on hosts",
        "Look at hosts and write what was seen, without secrets, as snapshots that plan --snapshot reads.",
        _EPILOG,
    )
    parser.add_argument(
        "--inventory",
        type=path,
        default=Path("hosts.yaml"),
        metavar="FILE",
        help="the hosts (default: hosts.yaml)",
    )
    add_hosts(parser, "look at these hosts", required=True)
    parser.add_argument(
        "--out", type=path, required=True, metavar="DIR", help="folder that gets a folder for each host"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from platformctl.adapters.catalog_folder import load_inventory
    from platformctl.adapters.connections import Connections
    from platformctl.adapters.fleet import Retry, observe_fleet, transport_for
    from platformctl.adapters.snapshot_folder import write_snapshot
    from platformctl.cli.progress import host_progress
    from platformctl.plan.selection import select_hosts
    from platformctl.render.text import counted

    hosts = select_hosts(load_inventory(options.inventory), options.host)
    with Connections(kept=0) as connections, host_progress(host.name for host in hosts) as tell:
        transports = {host.name: transport_for(host, options.inventory.parent, connections) for host in hosts}
        snapshots = observe_fleet(transports, Retry(), tell=tell)
    for snapshot in snapshots:
        write_snapshot(options.out / snapshot.host, snapshot)
        failure = snapshot.failure
        result = f"{failure.reason}: {failure.message}" if failure else f"{len(snapshot.containers)} containers"
        say(f"{snapshot.host}: {result}, in {options.out / snapshot.host}")
    failed = sum(snapshot.failure is not None for snapshot in snapshots)
    code = _INCOMPLETE if failed else 0
    missing = f", {failed} could not be looked at" if failed else ""
    conclude(f"{len(snapshots) - failed} of {counted(len(snapshots), 'host')} recorded{missing} (exit code {code})")
    return code
