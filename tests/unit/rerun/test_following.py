"""A followed branch: real merges to a real repository, and what each of them touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import yaml

from platformctl.adapters.following import Following, all_following, following
from platformctl.adapters.smoke_lock import smoke_alone
from platformctl.adapters.store import Store
from platformctl.errors import InputInvalid
from platformctl.rerun.claim import Claim
from platformctl.rerun.decision import Outcome
from platformctl.rerun.receipt import Decision
from platformctl.rerun.scope import Due, MergeScope, Touch
from tests.repository import GitRepository, git_repository

HOSTS: Final = """\
schema: platformctl/inventory/v1
hosts:
  h1: {transport: snapshot, path: snapshots/h1}
  h2: {transport: snapshot, path: snapshots/h2}
"""
COMPOSE: Final = "services:\n  web: {image: nginx:1, env_file: web.env}\n  db: {image: postgres:17}\n"


def module(name: str, host: str = "h1", version: int = 1) -> str:
    """Declare a module whose service is in the one Compose file."""
    return (
        f"schema: platformctl/module/v1\nname: {name}\nhost: {host}\ncontainer: {name}\nimage: {name}:{version}\n"
        f"compose: {{file: compose/apps.yaml, service: {name}}}\n"
    )


CATALOG: Final[Mapping[str, str]] = {
    "platform/hosts.yaml": HOSTS,
    "platform/compose/apps.yaml": COMPOSE,
    "platform/modules/web/module.yaml": module("web"),
    "platform/modules/db/module.yaml": module("db", "h2"),
}
WEB: Final = "platform/modules/web/module.yaml"
DB: Final = "platform/modules/db/module.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    """A repository with a catalog in one of its folders."""
    made = git_repository(tmp_path / "forge" / "catalog")
    made.commit(CATALOG)
    return made


@pytest.fixture
def branch(tmp_path: Path, repository: GitRepository) -> Following:
    """The repository as it is followed."""
    entry = {"forge": "gitea", "name": "platform/catalog", "clone": "forge/catalog", "catalog": "platform"}
    place = tmp_path / "repositories.yaml"
    document = {"schema": "platformctl/repositories/v1", "repositories": {"catalog": entry}}
    place.write_text(yaml.safe_dump(document))
    assert repository.folder == tmp_path / "forge/catalog"
    return following(place, "catalog", Store(tmp_path / "store"))


def touches(branch: Following, commit: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Fetch, and return which modules are due after a merge: for which commit, and why."""
    branch.mirror.fetch(branch.clone)
    return {due.touch.module: (due.commit, due.touch.why) for due in branch.scope(commit).due}


def test_what_a_merge_touches(branch: Following, repository: GitRepository) -> None:
    """The catalog before and after decide, so that what stands beside a module in the same file does not touch it."""
    for files, found in (
        ({WEB: module("web", version=2)}, {"web": (f"{WEB} changed",)}),
        ({"platform/modules/web/notes/x.md": "x"}, {"web": ("platform/modules/web/notes/x.md changed",)}),
        ({"README.md": "x", "platform/README.md": "x"}, {}),
        (
            {"platform/compose/apps.yaml": COMPOSE.replace("postgres:17", "postgres:18")},
            {"db": ("its service in platform/compose/apps.yaml changed",)},
        ),
        ({"platform/compose/web.env": "A=1"}, {"web": ("platform/compose/web.env changed, which its service uses",)}),
        ({"platform/hosts.yaml": f"# hosts\n{HOSTS}"}, {}),
        (
            {"platform/hosts.yaml": HOSTS.replace("snapshots/h2", "snapshots/other")},
            {"db": ("its host h2 is declared in another way",)},
        ),
        ({DB: None}, {"db": ("it is no longer declared",)}),
        ({DB: module("db")}, {"db": ("it is declared for the first time",)}),
    ):
        commit = repository.merge(files)
        assert touches(branch, commit) == {name: (commit, why) for name, why in found.items()}


def test_a_broken_catalog_is_told(branch: Following, repository: GitRepository) -> None:
    """A merge that breaks the catalog still touches what it changes, and so does the one that mends it."""
    broken = repository.merge({WEB: "schema: [\n"})
    assert touches(branch, broken) == {"web": (broken, (f"{WEB} changed",))}
    (note,) = branch.scope(broken).notes
    assert note.startswith(
        f"the catalog at {broken[:12]} cannot be used, so that only paths are compared: {WEB}:1: this is not valid YAML"
    )
    mended = repository.merge({WEB: module("web")})
    assert touches(branch, mended) == {"web": (mended, (f"{WEB} changed",))}


def test_lost_merges_are_made_up_for(branch: Following, repository: GitRepository) -> None:
    """What was merged since the last known merge counts with the next one, each module for its newest step."""
    known = repository.merge({WEB: module("web", version=2)})
    branch.ledger.know(branch.merge(known), datetime.now(UTC))
    first = repository.merge({WEB: module("web", version=3), DB: module("db", "h2", version=3)})
    second = repository.merge({WEB: module("web", version=4)}, work="x\n\nSmoke-Rerun: nothing")
    third = repository.merge({"README.md": "x"})
    branch.mirror.fetch(branch.clone)
    assert branch.scope(third) == MergeScope(
        commits=(first, second, third),
        due=(
            Due(Touch("db", (f"{DB} changed",)), first),
            Due(Touch("nothing", ("the trailer Smoke-Rerun names it",), removed=True), second),
            Due(Touch("web", (f"{WEB} changed",)), second),
        ),
        passed=((Due(Touch("web", (f"{WEB} changed",)), first), second),),
    )
    said = [(r.merge.commit, r.module, r.decision, r.note) for r in branch.beside(branch.scope(third), "push")]
    assert said == [
        (third, None, Decision.UNTOUCHED, ""),
        (first, "web", Decision.SUPERSEDED, f"{second[:12]} touches it too ({WEB} changed)"),
    ]
    for receipt in branch.beside(branch.scope(third), "push"):
        branch.ledger.record(receipt)
    assert branch.beside(branch.scope(third), "reconcile") == ()


def test_newer_merges(branch: Following, repository: GitRepository) -> None:
    """A merge is superseded for what newer ones touch, and for everything when it is no longer on the branch."""
    first = repository.merge({WEB: module("web", version=2), DB: module("db", version=2)})
    branch.mirror.fetch(branch.clone)
    assert branch.newer(first) == {}
    second = repository.merge({WEB: module("web", version=3)})
    branch.mirror.fetch(branch.clone)
    assert branch.newer(first) == {"web": second}
    repository.run("reset", "--quiet", "--hard", f"{first}^1")
    third = repository.commit({"README.md": "x"})
    branch.mirror.fetch(branch.clone)
    assert branch.newer(first) == {"db": third, "web": third}


def test_open_merges(branch: Following, repository: GitRepository) -> None:
    """The newest step of a branch seen for the first time, then all that no run saw to."""
    assert branch.open_merges() == ()
    first = repository.merge({WEB: module("web", version=2)})
    branch.mirror.fetch(branch.clone)
    assert branch.open_merges() == (first,)
    branch.ledger.settle(branch.merge(first), datetime.now(UTC))
    assert branch.open_merges() == ()
    repository.merge({WEB: module("web", version=3)})
    third = repository.merge({WEB: module("web", version=4)})
    branch.mirror.fetch(branch.clone)
    assert branch.open_merges() == (third,)


def test_a_smoke_that_died_is_tried_again(branch: Following, repository: GitRepository) -> None:
    """A claimed smoke that neither ended nor runs goes with the newest merge, as long as that is open."""
    first = repository.merge({WEB: module("web", version=2)})
    claim = Claim(branch.merge(first), "web", "run-1", "2026-01-02T03:04:05+00:00")
    branch.ledger.claim(claim)
    branch.ledger.claim(replace(claim, module="gone"))
    branch.ledger.settle(branch.merge(first), datetime.now(UTC))
    second = repository.merge({"README.md": "x"})
    with smoke_alone(branch.store.root, "web"):
        assert touches(branch, second) == {}
    assert touches(branch, second) == {"web": (second, ("its last smoke was not green",))}
    assert touches(branch, first) == {"web": (first, (f"{WEB} changed",))}
    branch.ledger.end(claim)
    assert touches(branch, second) == {}


def test_a_merge_has_its_time_from_when_it_was_first_known(branch: Following) -> None:
    """A run that takes over does not begin to wait anew."""
    merge = branch.merge("a1" * 20)
    since = datetime(2026, 1, 2, tzinfo=UTC)
    branch.ledger.know(merge, since)
    assert branch.deadline(merge.commit) == since + timedelta(seconds=900)
    assert branch.deadline("b2" * 20) > datetime.now(UTC)


def test_what_was_triggered_is_remembered(branch: Following) -> None:
    """Smokes that were created are told from what was only decided."""
    commit = "a1" * 20
    for name, decision in (("web", Decision.TRIGGERED), ("db", Decision.DRIFT)):
        branch.ledger.record(branch.receipt(Outcome(Due(Touch(name, ("x",)), commit), decision), "push", "run-1"))
    assert branch.triggered([commit, "b2" * 20]) == {(commit, "web")}


def test_receipts_show_nothing_that_moves_a_cursor(branch: Following) -> None:
    """What a repository calls its files is written out, and cut."""
    due = Due(Touch("web", (f"modules/web/\x1b[2J{'x' * 1000} changed",)), "a1" * 20)
    note = branch.receipt(Outcome(due, Decision.DRIFT, "state-differs"), "push").note
    assert note.startswith(r"state-differs (modules/web/\x1b[2Jxxx")
    assert len(note) <= 310


def test_plans_name_the_repository(branch: Following, tmp_path: Path) -> None:
    """A plan says what was planned, and not where it was checked out; a catalog cannot lie outside."""
    (tmp_path / "platform").mkdir()
    request = branch.request(tmp_path, ["web"])
    assert (request.catalog, request.modules, request.called, request.branch) == (
        tmp_path / "platform", ("web",), "platform/catalog/platform", "main",
    )  # fmt: skip
    outside = replace(branch, repository=branch.repository.model_copy(update={"catalog": "../other"}))
    with pytest.raises(InputInvalid, match="leads out of the repository"):
        outside.request(tmp_path, ["web"])


@pytest.mark.parametrize(
    ("clone", "found"),
    [
        ("catalog.git", "{base}/catalog.git"),
        ("/srv/git/catalog.git", "/srv/git/catalog.git"),
        ("https://git.example/platform/catalog.git", "https://git.example/platform/catalog.git"),
        ("ssh://git@git.example:2222/x.git", "ssh://git@git.example:2222/x.git"),
        ("git@git.example:platform/catalog.git", "git@git.example:platform/catalog.git"),
        ("./odd:name.git", "{base}/odd:name.git"),
    ],
)
def test_where_a_repository_is_fetched_from(branch: Following, clone: str, found: str) -> None:
    """Paths start from the folder of repositories.yaml; what git takes for an address stays as it is."""
    entry = branch.repository.model_copy(update={"clone": clone})
    assert replace(branch, repository=entry).clone == found.format(base=branch.base)


def test_all_branches(branch: Following) -> None:
    """Every entry is followed, sorted by name, and an unknown name says which are known."""
    place = branch.base / "repositories.yaml"
    document = yaml.safe_load(place.read_text())
    document["repositories"]["a"] = {**document["repositories"]["catalog"], "base": "next", "inventory": "hosts.yaml"}
    place.write_text(yaml.safe_dump(document))
    found = all_following(place, branch.store)
    assert [(each.name, each.repository.base) for each in found] == [("a", "next"), ("catalog", "main")]
    assert [each.scoping.place.inventory for each in found] == [branch.base / "hosts.yaml", None]
    assert found[0].mirror.folder != found[1].mirror.folder
    with pytest.raises(InputInvalid, match="there is no repository 'catalgo'; did you mean 'catalog'"):
        following(place, "catalgo", branch.store)
