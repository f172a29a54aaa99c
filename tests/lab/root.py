"""Roots of other Debian releases, for their engines: made once, kept outside of the repository.

    python -m tests.lab.root [SUITE]…             make what is missing, say where it is
    python -m tests.lab.root --refresh [SUITE]…   make it anew, with the packages of today
    python -m tests.lab.root --remove [SUITE]…    give the disk back

A root takes half a minute and half a gigabyte in `${XDG_CACHE_HOME:-~/.cache}/platformctl-lab/<suite>`. Nothing ever
runs in it but what Debian's installer runs: engines get an overlay above it.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import LabError
from .process import run

DEBOOTSTRAP = Path("/usr/sbin/debootstrap")
PACKAGES_SCRIPT = Path(__file__).with_name("packages.sh")
_DOCKER = ("docker.io", "docker-cli", "containerd", "runc", "iptables", "ca-certificates")
# debootstrap does not look up who provides a virtual package: podman's runtime and network stack are named.
_PODMAN = ("podman", "crun", "netavark", "ca-certificates")
PACKAGES: Mapping[str, tuple[str, ...]] = {
    "bookworm": _PODMAN,
    "trixie": tuple(dict.fromkeys(_DOCKER + _PODMAN)),
    "sid": _DOCKER,
}


def cache() -> Path:
    """Return the folder of the roots."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "platformctl-lab"


def root(suite: str) -> Path:
    """Return the root of a release; made when there is none yet.

    Raises:
        LabError: it cannot be made here.
    """
    with _locked(suite) as place:
        if not place.exists():
            _make(suite, place)
    return place


def remove(suite: str) -> None:
    """Remove the root of a release."""
    with _locked(suite) as place:
        shutil.rmtree(place, ignore_errors=True)


def main() -> None:
    """Make, renew or remove roots."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.root", description="Roots of other Debian releases.")
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument("--refresh", action="store_true", help="make them anew")
    chosen.add_argument("--remove", action="store_true", help="remove them")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"default: all of {', '.join(PACKAGES)}")
    options = parser.parse_args()
    unknown = sorted(set(options.suites) - set(PACKAGES))
    if unknown:
        parser.error(f"no such suite: {', '.join(unknown)}")
    for suite in options.suites or PACKAGES:
        if options.refresh or options.remove:
            remove(suite)
        print(cache() / suite if options.remove else root(suite))


@contextmanager
def _locked(suite: str) -> Iterator[Path]:
    """Two runs that want the same root at once make it once."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f"{suite}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield cache() / suite


def _make(suite: str, place: Path) -> None:
    said = run([str(PACKAGES_SCRIPT), "debootstrap"]).stdout
    if not DEBOOTSTRAP.exists():
        raise LabError(f"{place} cannot be made without debootstrap: {said}")
    partial = place.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    print(f"lab: making {place}: half a minute, once", flush=True)
    # In namespaces of its own, so that an interrupted run leaves no mount and no process behind.
    namespaces = ["/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child"]
    include = f"--include={','.join(PACKAGES[suite])}"
    made = run([*namespaces, str(DEBOOTSTRAP), "--variant=minbase", include, suite, str(partial), *_mirror()])
    if made.returncode != 0:
        raise LabError(f"debootstrap {suite}: {made.stdout[-600:]}{made.stderr[-600:]}")
    for waste in ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
        shutil.rmtree(partial / waste, ignore_errors=True)
    # Only a whole root has the name that is looked for.
    partial.rename(place)


def _mirror() -> list[str]:
    """Take the archive that this machine's own apt takes; without an answer debootstrap knows one."""
    shown = run(["/usr/bin/apt-get", "indextargets", "--format", "$(SITE) $(LABEL)", "Created-By: Packages"]).stdout
    sites = [line.removesuffix(" Debian") for line in shown.splitlines() if line.endswith(" Debian")]
    return sites[:1]


if __name__ == "__main__":
    main()
