"""A followed repository, and what became of its merges at the Prefect server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags
from prefect.client.schemas.objects import State

from flows.reconcile_merges import reconcile_merges
from flows.rerun_after_merge import rerun_after_merge
from platformctl.adapters.following import Following, following
from platformctl.adapters.store import Store
from tests.repository import GitRepository

from .plans import ending
from .run import Run


@dataclass(frozen=True, slots=True)
class Followed:
    """A repository that is followed, with a folder for all that is kept about it."""

    repository: GitRepository
    folder: Path
    modules: tuple[str, ...]

    @property
    def store(self) -> Path:
        """Where everything is kept."""
        return self.folder / "store"

    @property
    def parameters(self) -> dict[str, Any]:
        """What every run is told."""
        place = self.folder / "repositories.yaml"
        return {"repositories": str(place), "store": str(self.store), "confirm_after": 0}

    @property
    def branch(self) -> Following:
        """The base branch, as flows see it."""
        return following(self.folder / "repositories.yaml", "catalog", Store(self.store))

    def rerun(self, commit: str, source: str = "push") -> tuple[str, str, str]:
        """Follow a merge in this process, and return how that ended."""
        found: State[Any] = rerun_after_merge("catalog", commit, source, **self.parameters, return_state=True)
        return ending(found)

    def poll(self) -> tuple[str, str, str]:
        """Look at the base branch in this process, and return how that ended."""
        found: State[Any] = reconcile_merges(**self.parameters, return_state=True)
        return ending(found)

    def said(self) -> list[tuple[str, str, str | None]]:
        """Return every receipt: who told of the merge, of which module it is, and what was decided."""
        return [(each.source, str(each.decision), each.module) for each in self.branch.ledger.history()]

    def smokes(self) -> Mapping[str, list[Run]]:
        """Return the smokes that the server has, by the modules of the repository."""
        with get_client(sync_client=True) as client:
            found = {
                name: client.read_flow_runs(
                    flow_run_filter=FlowRunFilter(tags=FlowRunFilterTags(all_=[f"module:{name}"]))
                )
                for name in self.modules
            }
        return {name: [Run(run.id) for run in runs] for name, runs in found.items() if runs}


def followed(
    repository: GitRepository, folder: Path, *modules: str, wait_for_green: int = 0, **more: object
) -> Followed:
    """Follow a repository."""
    entry = {
        "forge": "gitea",
        "name": "platform/catalog",
        "clone": str(repository.folder),
        "wait_for_green": wait_for_green,
        **more,
    }
    document = {"schema": "platformctl/repositories/v1", "repositories": {"catalog": entry}}
    (folder / "repositories.yaml").write_text(yaml.safe_dump(document))
    return Followed(repository, folder, modules)
