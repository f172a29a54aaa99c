"""Finding what steps of a repository touch: git says which files change, the catalog at both ends what that means."""

from __future__ import annotations

from dataclasses import dataclass, field

from platformctl.adapters.declarations import CatalogPlace, read_declarations
from platformctl.adapters.git_checkout import checkout
from platformctl.adapters.git_history import TRAILER, History
from platformctl.rerun.scope import Declarations, StepScope, touched, with_names
from platformctl.rerun.step import Step


@dataclass(frozen=True, slots=True)
class Scoping:
    """The catalog in a history. It reads the catalog of each commit once."""

    history: History
    place: CatalogPlace
    _read: dict[str, Declarations] = field(default_factory=dict)

    def declarations(self, commit: str) -> Declarations:
        """Return what the catalog declares at a commit.

        Raises:
            GitFailed: there is no such commit.
        """
        if commit not in self._read:
            with checkout(self.history, commit) as folder:
                self._read[commit] = read_declarations(folder, self.place)
        return self._read[commit]

    def scope(self, step: Step) -> StepScope:
        """Return the modules that a step touches.

        Raises:
            GitFailed: git does not know its commits.
        """
        before = self.declarations(step.before) if step.before else Declarations()
        after = self.declarations(step.commit)
        changed = touched(self.history.changed(step), before, after)
        named = with_names(changed, self.history.named(step), f"the trailer {TRAILER} names it", after)
        return StepScope(step.commit, named, _notes(step, before, after))


def _notes(step: Step, before: Declarations, after: Declarations) -> tuple[str, ...]:
    found = ((step.before or "", before.problem), (step.commit, after.problem))
    return tuple(
        f"the catalog at {commit[:12]} cannot be used, so that only paths are compared: {problem}"
        for commit, problem in found
        if problem
    )
