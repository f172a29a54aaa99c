"""Look at all hosts as platformctl does: `python -m bench.programs.observe_ours INVENTORY KEY=VALUE…`.

The keys and values are those that a way of ours adds to a host's entry in hosts.yaml.
"""

from __future__ import annotations

import sys

from bench.inventory import Inventory, Place, read
from bench.tally import Tally
from platformctl.adapters.fleet import Retry, observe_fleet
from platformctl.adapters.ssh import SshTransport
from platformctl.catalog.inventory import SshHost


def main(arguments: list[str]) -> None:
    """Observe, count, and fail where a host was not seen as a whole."""
    inventory = read(arguments)
    changed = dict(argument.split("=", 1) for argument in arguments[1:])
    ways = {place.name: SshTransport(place.name, _entry(inventory, place, changed)) for place in inventory.places}
    snapshots = observe_fleet(ways, Retry())
    failures = [failure.message for one in snapshots if (failure := one.failure or one.images_failure)]
    if failures:
        raise SystemExit(f"{len(failures)} hosts failed, the first: {failures[0]}")
    containers = sum(len(snapshot.containers) for snapshot in snapshots)
    Tally(len(snapshots), containers, sum(len(snapshot.images) for snapshot in snapshots)).print()


def _entry(inventory: Inventory, place: Place, changed: dict[str, str]) -> SshHost:
    entry = {
        "transport": "ssh",
        "address": place.address,
        "port": place.port,
        "user": inventory.user,
        "known_hosts": inventory.known_hosts,
        "identity_file": inventory.identity_file,
    }
    if changed.get("ask") == "agent":
        entry["identity_file"] = inventory.agent_file
    return SshHost.model_validate(entry | changed)


if __name__ == "__main__":
    main(sys.argv[1:])
