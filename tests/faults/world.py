"""Everything that a merge meets on its way: a repository, a store, a server with its deployments, and services."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import yaml

from platformctl.adapters.ledger import Ledger
from platformctl.adapters.prefect_api import PrefectServer, Wanted, ensure_run
from platformctl.adapters.receiving import run_after
from platformctl.adapters.repositories_file import load_repositories
from platformctl.catalog.repository import Repository
from platformctl.rerun.merge import Merge, merge_of

from .branches import Branches, Merged
from .engines import Engines, engines
from .probed import Probed, probed_services
from .proxy import Proxy, proxying
from .rows import counts, run_ids
from .server import PATIENCE_S, KillableServer, running_server

SECRET: Final = b"a secret of the forge"
_PARAMETERS: Final = {
    "rerun-after-merge/merge": ("repositories", "store", "confirm_after"),
    "reconcile-merges/poll": ("repositories", "store", "confirm_after"),
    "smoke-module/rerun": ("store", "confirm_after"),
}


@dataclass(frozen=True, slots=True)
class World:
    """A server, a proxy before it, a host of flow runs that speak by the proxy, and what they work on."""

    folder: Path
    server: KillableServer
    proxy: Proxy
    engines: Engines
    branches: Branches
    probed: Probed

    @property
    def store(self) -> Path:
        """The folder where everything is kept."""
        return self.folder / "store"

    @property
    def ledger(self) -> Ledger:
        """What is known about merges."""
        return Ledger(self.store)

    @property
    def repositories(self) -> Path:
        """The file of the branches that are followed now."""
        return self.folder / "repositories.yaml"

    def follow(self, names: Sequence[str], *, waiting: int = 0) -> None:
        """Make branches, and follow them and no others from now on. What they hold at first is seen to."""
        self.branches.make(names)
        secret = self.folder / "secret"
        secret.touch(mode=0o600)
        secret.write_bytes(SECRET)
        entries = {name: self._entry(name, waiting) for name in names}
        document = {"schema": "platformctl/repositories/v1", "repositories": entries}
        self.repositories.write_text(yaml.safe_dump(document))
        self.reconcile()

    def merge(self, names: Iterable[str], note: str = "") -> list[Merged]:
        """Merge something to branches."""
        return self.branches.merge(names, note)

    def value(self, merged: Merged) -> Merge:
        """Return the merge as platformctl names it."""
        return merge_of(self.repository(merged.branch), merged.commit)

    def repository(self, branch: str) -> Repository:
        """Return the entry of a branch."""
        return load_repositories(self.repositories).repositories[branch]

    def queue(self, merged: Merged) -> str:
        """Queue the run that follows a merge, and return its ID."""
        return self._ensure(run_after(merged.branch, self.value(merged), "push"))

    def reconcile(self) -> None:
        """Look at the base branches once, in a run of its own that nobody kills.

        Raises:
            RuntimeError: the run did not end by itself.
        """
        code = self.execute(self.ask_for_a_look())
        if code:
            raise RuntimeError(f"reconcile ended with {code}: {self.engines.log.read_text()[-4000:]}")

    def ask_for_a_look(self) -> str:
        """Create a run that looks at the base branches, and return its ID."""
        return self._ensure(Wanted("reconcile-merges/poll", str(uuid4()), "reconcile", {}))

    def execute(self, run: str) -> int:
        """Execute a run that nobody kills, and return how its process ended."""
        self.proxy.arm()
        return self.engines.execute(run)

    def let_leases_end(self) -> None:
        """Let the five minutes pass for which a killed run keeps others from its merge."""
        for place in self.store.glob("reruns/*/merges/*/lease.json"):
            lease = json.loads(place.read_text())
            past = datetime.now(UTC) - timedelta(seconds=1)
            place.write_text(json.dumps({**lease, "until": past.isoformat()}))

    def smokes(self, merged: Merged) -> dict[str, int]:
        """Return how many smoke runs there are in the database by key, of all keys of the branch."""
        start = f"smoke:gitea:platform/catalog:{merged.branch}:"
        return dict(counts(self.server.database, "smoke-module", start))

    def smoke_runs(self, merged: Merged) -> list[str]:
        """Return the IDs of the smoke runs of a merge."""
        found = run_ids(self.server.database, "smoke-module", f"smoke:gitea:platform/catalog:{merged.branch}:")
        return sorted(run for runs in found.values() for run in runs)

    def merge_runs(self, merged: Merged) -> list[str]:
        """Return the IDs of the runs that follow a merge."""
        found = run_ids(self.server.database, "rerun-after-merge", self.value(merged).key)
        return sorted(run for runs in found.values() for run in runs)

    def schedule_again(self, run: str) -> None:
        """Schedule a run again that has ended, as the button of the interface does, or a worker that lost it."""
        state = {"type": "SCHEDULED", "name": "AwaitingRetry"}
        with self._client() as client:
            client.post(f"/flow_runs/{run}/set_state", json={"state": state, "force": True}).raise_for_status()

    def deploy(self) -> None:
        """Let every run work on this world: what it is not told otherwise stands in its deployment."""
        own: dict[str, Any] = {"repositories": str(self.repositories), "store": str(self.store), "confirm_after": 0}
        with self._client() as client:
            for name, parameters in _PARAMETERS.items():
                identity = client.get(f"/deployments/name/{name}").raise_for_status().json()["id"]
                changed = {"parameters": {key: own[key] for key in parameters}}
                client.patch(f"/deployments/{identity}", json=changed).raise_for_status()

    @contextmanager
    def _client(self) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.server.port}/api", timeout=60) as client:
            _authorize(client)
            yield client

    def _entry(self, name: str, waiting: int) -> dict[str, Any]:
        return {
            "forge": "gitea",
            "name": "platform/catalog",
            "base": name,
            "clone": str(self.branches.folder),
            "secret_file": "secret",
            "wait_for_green": waiting,
        }

    def _ensure(self, wanted: Wanted) -> str:
        return str(ensure_run(PrefectServer(f"http://127.0.0.1:{self.server.port}/api"), PATIENCE_S, wanted).run)


@contextmanager
def world(folder: Path, database: str = "", like: Path | None = None) -> Iterator[World]:
    """Make a world, with SQLite where no database is named; `like` is as for a server."""
    with ExitStack() as stack:
        server = stack.enter_context(running_server(folder / "prefect", database, like))
        proxy = stack.enter_context(proxying(server.port))
        (folder / "store").mkdir()
        host = stack.enter_context(engines(server, proxy.port, "engines", folder / "store"))
        probed = stack.enter_context(probed_services())
        made = World(folder, server, proxy, host, Branches(folder / "catalog.git", probed.url), probed)
        made.deploy()
        yield made


def _authorize(client: httpx.Client) -> None:
    """Get the token that the server wants against requests that browsers are tricked into."""
    name = "faults"
    token = client.get("/csrf-token", params={"client": name}).raise_for_status().json()["token"]
    client.headers.update({"Prefect-Csrf-Client": name, "Prefect-Csrf-Token": token})
