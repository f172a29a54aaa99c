"""How long it takes to read and check a catalog of 1,000 modules, each with a lock and a Compose service.

`python -m bench.load_catalog [MODULES]` prints the seconds and writes them to build/bench/load-catalog.json.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from platformctl.adapters.catalog_folder import load_catalog

MODULES: Final = 1000
ROUNDS: Final = 5
RESULT: Final = Path("build/bench/load-catalog.json")
PLATFORMS: Final = ("linux/amd64", "linux/arm64")


def main(count: int = MODULES) -> None:
    """Measure, print, write."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_catalog(root, count)
        seconds = [measure(root, count) for _ in range(ROUNDS)]
    result = {
        "modules": count,
        "seconds": [round(each, 4) for each in seconds],
        "median": round(statistics.median(seconds), 4),
        "python": platform.python_version(),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"{count} modules with locks, read and checked {ROUNDS} times")
    print(f"{'median':>8} {'fastest':>8} {'slowest':>8}   seconds")
    print(f"{statistics.median(seconds):8.3f} {min(seconds):8.3f} {max(seconds):8.3f}")
    print(f"written to {RESULT}")


def measure(root: Path, count: int) -> float:
    """Return how many seconds one reading takes."""
    start = time.perf_counter()
    catalog = load_catalog(root)
    seconds = time.perf_counter() - start
    if (len(catalog.modules), len(catalog.closures)) != (count, count):
        raise SystemExit("the catalog was not read as a whole")
    return seconds


def write_catalog(root: Path, count: int) -> None:
    """Write a catalog of modules on ten hosts, with one Compose file for all."""
    hosts = [f"  h{number}: {{transport: ssh, address: h{number}.example.net}}\n" for number in range(10)]
    (root / "hosts.yaml").write_text(f"schema: platformctl/inventory/v1\nhosts:\n{''.join(hosts)}", encoding="utf-8")
    services = "".join(f"  service-{number}: {{image: web}}\n" for number in range(count))
    (root / "compose.yaml").write_text(f"services:\n{services}", encoding="utf-8")
    for number in range(count):
        folder = root / "modules" / f"service-{number}"
        folder.mkdir(parents=True)
        (folder / "module.yaml").write_text(module(number), encoding="utf-8")
        (folder / "image.lock.json").write_text(json.dumps(lock(number), indent=2), encoding="utf-8")


def module(number: int) -> str:
    """Return a module with everything that a module may declare."""
    return f"""\
schema: platformctl/module/v1
name: service-{number}
host: h{number % 10}
container: service-{number}
image: ghcr.io/example/service-{number}:1.{number}@{digest(number)}
platform: linux/amd64
compose: {{file: compose.yaml, service: service-{number}}}
expect: {{state: running, health: healthy}}
smoke: {{probes: [{{http: {{url: "http://127.0.0.1:8080/health", status: 200}}, from: host}}]}}
"""


def lock(number: int) -> dict[str, object]:
    """Return a lock of an image for two platforms with ten layers each."""
    kind = "application/vnd.oci.image.{}.v1+json"
    manifests = [
        {"digest": digest(number), "mediaType": kind.format("index"), "platform": None},
        *(
            {"digest": digest(number * 10 + place + 10**6), "mediaType": kind.format("manifest"), "platform": name}
            for place, name in enumerate(PLATFORMS)
        ),
    ]
    configs = [
        {
            "digest": digest(number * 10 + place + 10**7),
            "platform": name,
            "diffIds": [digest(number * 100 + layer + 10**8) for layer in range(10)],
            "config": {"Env": ["PATH=/usr/bin"], "Cmd": ["serve"]},
        }
        for place, name in enumerate(PLATFORMS)
    ]
    return {
        "schema": "platformctl/image-lock/v1",
        "image": f"ghcr.io/example/service-{number}:1.{number}@{digest(number)}",
        "digest": digest(number),
        "manifests": manifests,
        "configs": configs,
    }


def digest(number: int) -> str:
    """Return a digest that is different for each number."""
    return f"sha256:{number:064x}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
