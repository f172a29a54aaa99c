"""What a forge is asked before a smoke, and told after it, by real runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.render.merge_comment import marker
from tests.repository import git_repository
from tests.unit.adapters.forge_server import TOKEN, forge_server

from .catalog import IN_SYNC, recorded
from .merges import followed
from .run import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.usefixtures("server")]


def test_forge_is_asked_and_told(tmp_path: Path) -> None:
    """A smoke is created when the checks are green; its status and the one comment tell how it ended."""
    name = "np-told"
    repository = git_repository(tmp_path / "catalog", recorded(tmp_path, "meerkat"))
    place = f"modules/{name}/module.yaml"
    (repository.folder / "modules" / IN_SYNC).rename(repository.folder / "modules" / name)
    repository.commit({place: (repository.folder / place).read_text().replace(f"name: {IN_SYNC}", f"name: {name}", 1)})
    commit = repository.merge({place: (repository.folder / place).read_text() + "# changed\n"})
    with forge_server("gitea") as (state, server):
        state.commit = commit
        (tmp_path / "token").touch(mode=0o600)
        (tmp_path / "token").write_text(TOKEN)
        reached = {"api": f"http://{server.address}/api", "token_file": "token", "required_checks": True}
        merged = followed(repository, tmp_path, name, wait_for_green=3600, **reached)

        state.status("ci/test", "pending")
        merged.poll()
        assert merged.smokes() == {}

        state.status("ci/test", "success")
        merged.poll()
        (smoke,) = merged.smokes()[name]
        kind, _, message = smoke.ending()
        ended = eventually(lambda: _ended(state.statuses.get(f"smoke/{name}")))
        assert ended == {"COMPLETED": "success", "FAILED": "failure", "CRASHED": "error"}[kind]
        (comment,) = eventually(lambda: [each for each in state.comments if message in each["body"]] or None)
        assert comment["body"].startswith(marker(merged.branch.merge(commit)))
        assert len(state.comments) == 1
        assert all(TOKEN not in text for text in (smoke.log(), comment["body"]))


def _ended(status: dict[str, str] | None) -> str | None:
    return status["status"] if status and status["status"] != "pending" else None
