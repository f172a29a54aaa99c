"""Look at all hosts through the docker SDK over ssh://: `python -m bench.programs.observe_docker_sdk INVENTORY`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import docker

from bench.inventory import CONCURRENT, Place, read
from bench.tally import Tally


def main(arguments: list[str]) -> None:
    """Ask what ours asks, through the SDK's own SSH adapter, and count."""
    inventory = read(arguments)

    def ask(place: Place) -> tuple[int, int]:
        client = docker.APIClient(f"ssh://{inventory.user}@{place.address}:{place.port}")
        try:
            client.version()
            client.info()
            client.containers(all=True)
            containers = [client.inspect_container(identifier) for identifier in inventory.container_ids]
            images = [client.inspect_image(identifier) for identifier in inventory.image_ids]  # type: ignore[no-untyped-call]
            return len(containers), len(images)
        finally:
            client.close()

    with ThreadPoolExecutor(CONCURRENT) as pool:
        counts = list(pool.map(ask, inventory.places))
    Tally(len(counts), sum(one[0] for one in counts), sum(one[1] for one in counts)).print()


if __name__ == "__main__":
    main(sys.argv[1:])
