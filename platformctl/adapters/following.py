"""A base branch that is followed: its mirror, its ledger, and what a merge to it touches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from platformctl.adapters.declarations import CatalogPlace
from platformctl.adapters.git_checkout import inside
from platformctl.adapters.git_mirror import Mirror
from platformctl.adapters.ledger import Ledger
from platformctl.adapters.planning import Request
from platformctl.adapters.repositories_file import chosen_repository, load_repositories
from platformctl.adapters.scoping import Scoping
from platformctl.adapters.smoke_lock import smoke_runs
from platformctl.adapters.smoke_store import SmokeStore
from platformctl.adapters.store import Store
from platformctl.catalog.repository import Repository
from platformctl.plan.plan import CatalogState
from platformctl.render.printable import one_line
from platformctl.rerun.decision import Outcome
from platformctl.rerun.merge import Merge, merge_of
from platformctl.rerun.receipt import Decision, Receipt, Source
from platformctl.rerun.scope import MergeScope, merge_scope, with_retries
from platformctl.rerun.step import Step, open_merges
from platformctl.smoke.outcome import Outcome as SmokeOutcome

_REMOTE: Final = re.compile(r"[a-z][a-z0-9+.-]*://|[^/]+:", re.IGNORECASE)
"""What git takes for an address: a URL, or user@host:path. Anything else is a path on this machine."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why a merge is followed now.

    Attributes:
        commit: the merge.
        source: who told of it.
        run: the flow run that follows it.
        repositories: the file that names the repository, as the smokes are told it.
        waits: whether the run waits for modules that are not green yet; else it leaves them to a later one.
        confirm_after_s: seconds until hosts that show drift are looked at again.
    """

    commit: str
    source: Source
    run: str
    repositories: Path
    waits: bool
    confirm_after_s: float


@dataclass(frozen=True, slots=True)
class Following:
    """A followed branch.

    Attributes:
        name: what repositories.yaml calls the repository.
        repository: the entry there.
        base: the folder that its paths start from.
        store: where everything about it is kept.
        scoping: the catalog in its mirror.
    """

    name: str
    repository: Repository
    base: Path
    store: Store
    scoping: Scoping

    @property
    def ledger(self) -> Ledger:
        """What is known about its merges."""
        return Ledger(self.store.root)

    @property
    def mirror(self) -> Mirror:
        """What was fetched of it."""
        return _mirror(self.store, self.repository)

    @property
    def clone(self) -> str:
        """What git fetches from; a path starts from the folder of repositories.yaml."""
        clone = self.repository.clone
        return clone if _REMOTE.match(clone) else str(self.base / Path(clone).expanduser())

    def merge(self, commit: str) -> Merge:
        """Return the merge that a commit is."""
        return merge_of(self.repository, commit)

    def open_merges(self) -> tuple[str, ...]:
        """Return the merges that are to be handled, oldest first."""
        tip = self.mirror.tip()
        line = [step.commit for step in self.scoping.history.line(tip)] if tip else []
        return open_merges(line, self.ledger.known(self.repository), self.ledger.settled(self.repository))

    def scope(self, commit: str) -> MergeScope:
        """Return what a merge touches.

        With the newest merge, as long as it is not settled, go the modules that are to be tried again.

        Raises:
            GitFailed: git does not know it.
        """
        known = self.ledger.known(self.repository) - {commit}
        steps = self.scoping.history.steps(commit, known)
        scope = merge_scope([self.scoping.scope(step) for step in steps])
        if self.mirror.tip() != commit or self.is_settled(commit):
            return scope
        declared = self.scoping.declarations(commit).modules
        return with_retries(scope, [name for name in self._not_green() if name in declared])

    def newer(self, commit: str) -> Mapping[str, str]:
        """Return the modules that newer merges touch, each with the commit that the branch is at.

        Where the branch was led elsewhere meanwhile, so that the merge is no longer on it, these are all modules.
        """
        tip = self.mirror.tip()
        if tip is None or tip == commit:
            return {}
        if not self.mirror.has(commit):
            return dict.fromkeys(self.scoping.declarations(commit).modules, tip)
        return {touch.module: tip for touch in self.scoping.scope(Step(commit, tip)).touches}

    def know(self, commit: str) -> datetime:
        """Note that a merge is known, so that it is not forgotten, and return since when it has been."""
        return self.ledger.know(self.merge(commit), now())

    def deadline(self, commit: str) -> datetime:
        """Return until when a merge's modules may become green; it counts from when the merge was first known."""
        return self.know(commit) + timedelta(seconds=self.repository.wait_for_green)

    def triggered(self, commits: Iterable[str]) -> frozenset[tuple[str, str]]:
        """Return for which commits and modules a smoke was created before."""
        return frozenset(
            (receipt.merge.commit, receipt.module)
            for receipt in self._receipts(commits)
            if receipt.module and receipt.decision in {Decision.TRIGGERED, Decision.SMOKE_DIED}
        )

    def is_settled(self, commit: str) -> bool:
        """Tell whether nothing is left to be done for a merge."""
        return commit in self.ledger.settled(self.repository)

    def beside(self, scope: MergeScope, source: Source) -> tuple[Receipt, ...]:
        """Return the receipts of what is decided without a look: what no step touches, and what a newer one does.

        Those that are there already are left out: a merge may be looked at many times.
        """
        spoken = {due.commit for due in scope.due} | {due.commit for due, _ in scope.passed}
        untouched = [self.whole(commit, source, Decision.UNTOUCHED) for commit in scope.commits if commit not in spoken]
        passed = [
            self.receipt(Outcome(due, Decision.SUPERSEDED, f"{newer[:12]} touches it too"), source)
            for due, newer in scope.passed
        ]
        there = {(each.merge, each.module, each.decision) for each in self._receipts(scope.commits)}
        return tuple(r for r in (*untouched, *passed) if (r.merge, r.module, r.decision) not in there)

    def receipt(self, outcome: Outcome, source: Source, run: str | None = None) -> Receipt:
        """Return the receipt of what was decided about a module."""
        due, note = outcome.due, one_line(f"{outcome.note} ({', '.join(outcome.due.touch.why)})")
        return Receipt(
            self.merge(due.commit), source, due.touch.module, outcome.decision, note, run, outcome.plan, at()
        )

    def whole(self, commit: str, source: Source, decision: Decision, note: str = "") -> Receipt:
        """Return a receipt of a merge as a whole."""
        return Receipt(self.merge(commit), source, None, decision, one_line(note), None, None, at())

    def is_said(self, receipt: Receipt) -> bool:
        """Tell whether the last receipt of its kind says the same: who looks often need not repeat it."""
        said = {(each.module, each.decision, each.note) for each in self.ledger.receipts(receipt.merge)}
        return (receipt.module, receipt.decision, receipt.note) in said

    def request(self, checkout: Path, modules: Iterable[str]) -> Request:
        """Return what to plan in a checkout. The plan names the repository, and not a folder that is gone afterwards.

        Raises:
            InputInvalid: the catalog's folder is not in the checkout.
        """
        return Request(
            catalog=inside(checkout, self.repository.catalog),
            inventory=self.scoping.place.inventory,
            modules=tuple(modules),
            called=self._called,
            branch=self.repository.base,
        )

    def is_of(self, catalog: CatalogState, commit: str) -> bool:
        """Tell whether what was planned is a commit of this branch."""
        return (catalog.path, catalog.commit) == (self._called, commit)

    @property
    def _called(self) -> str:
        """What plans of a checkout call the catalog."""
        folder = "" if self.repository.catalog == "." else f"/{self.repository.catalog}"
        return f"{self.repository.name}{folder}"

    def _receipts(self, commits: Iterable[str]) -> Iterator[Receipt]:
        return (receipt for commit in commits for receipt in self.ledger.receipts(self.merge(commit)))

    def _not_green(self) -> frozenset[str]:
        """Return the modules whose last smoke was not green, or was claimed by a run that died."""
        last = SmokeStore(self.store.root).last_outcomes()
        failed = {name for name, outcome in last.items() if outcome is not SmokeOutcome.PASS}
        died = {claim.module for claim in self.ledger.unended() if not smoke_runs(self.store.root, claim.module)}
        return frozenset(failed | died)


def following(repositories: Path, name: str, store: Store) -> Following:
    """Read how a branch is followed.

    Raises:
        InputInvalid: the file is wrong, or has no such repository.
    """
    return _following(repositories, name, chosen_repository(load_repositories(repositories), name), store)


def all_following(repositories: Path, store: Store) -> tuple[Following, ...]:
    """Read how every branch is followed.

    Raises:
        InputInvalid: the file is wrong.
    """
    found = load_repositories(repositories).repositories
    return tuple(_following(repositories, name, repository, store) for name, repository in sorted(found.items()))


def _following(repositories: Path, name: str, repository: Repository, store: Store) -> Following:
    base = repositories.parent
    inventory = base / Path(repository.inventory).expanduser() if repository.inventory else None
    place = CatalogPlace(repository.catalog, inventory)
    return Following(name, repository, base, store, Scoping(_mirror(store, repository).history, place))


def _mirror(store: Store, repository: Repository) -> Mirror:
    return Mirror(Ledger(store.root).branch(repository), repository.base)


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def at() -> str:
    """Return the time as receipts have it."""
    return now().isoformat(timespec="seconds")
