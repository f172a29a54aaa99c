"""What is read from a forge and written back to it: checks of a commit, statuses, and one comment on a merge.

None of it changes what is triggered: a forge that does not answer leaves checks unknown, and what cannot be written
back is one line for the log. Paths and fields are those of Forgejo and Gitea (routers/api/v1/repo) and GitHub (REST).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from platformctl.adapters.forge_exchange import USUAL, ForgeExchange, ForgeSilent, attempted
from platformctl.adapters.limits import Limits
from platformctl.catalog.repository import WRITABLE, Repository
from platformctl.errors import PlatformctlError
from platformctl.forge import dialect as api
from platformctl.forge.answer import CheckRun, CheckRuns, Combined, Comment, Pull, Status, User, read
from platformctl.forge.check import Check, Checks, CommitChecks, run_check, status_check, sum_up
from platformctl.render.merge_comment import marker, to_comment
from platformctl.render.printable import one_line, printable
from platformctl.rerun.commit_status import CommitStatus
from platformctl.rerun.merge import Merge

MAX_PAGES: Final = 10
_DESCRIPTION: Final = 140
"""Longer ones are refused by GitHub."""

_Shape = TypeVar("_Shape")
_Item = TypeVar("_Item", Status, CheckRun, Comment)


class ForgeApi:
    """The API of the forge of one repository. No method raises: what fails is said in one line."""

    def __init__(self, repository: Repository, exchange: ForgeExchange) -> None:
        self._repository = repository
        self._exchange = exchange

    def checks(self, commit: str) -> CommitChecks:
        """Return what the checks of a commit say; unknown where the forge does not tell."""
        try:
            return attempted(lambda: self._checks(commit))
        except ForgeSilent as silent:
            return CommitChecks(Checks.UNKNOWN, str(silent))

    def write_status(self, commit: str, status: CommitStatus) -> str | None:
        """Show the state of a module's smoke beside a commit; return what went wrong, in one line."""
        document = {"state": status.state, "context": status.context, "description": _description(status.description)}
        if status.url:
            document["target_url"] = status.url
        path = api.statuses(self._repository, commit)
        return _problem(f"no status {status.context}", lambda: self._exchange.ask("POST", path, document))

    def write_comment(self, merge: Merge, statuses: Iterable[CommitStatus], number: int | None = None) -> str | None:
        """Write the comment on a merge's pull request, or change the one that is there; return what went wrong.

        Of several who do so for one merge at the same time, two could write the first: callers take turns.

        Args:
            merge: what the comment is about.
            statuses: what it tells.
            number: the number of the pull request, where it is known.
        """
        body = to_comment(merge, statuses)
        return _problem("no comment", lambda: self._write_comment(merge, body, number))

    def _checks(self, commit: str) -> CommitChecks:
        statuses, whole = self._pages(api.combined(self._repository, commit), _statuses, lambda item: item.context)
        checks = [status_check(status.context, status.state) for status in statuses]
        runs: list[CheckRun] = []
        if self._exchange.dialect.runs:
            path = api.check_runs(self._repository, commit)
            runs, all_runs = self._pages(path, lambda body: read(CheckRuns, body).check_runs, lambda item: item.id)
            whole = whole and all_runs
        found = [*filter(None, checks), *(run_check(run.name, run.status, run.conclusion) for run in runs)]
        summed = sum_up([Check(printable(check.name, 80), check.says) for check in found], whole=whole)
        return CommitChecks(summed.state, one_line(summed.note))

    def _write_comment(self, merge: Merge, body: str, number: int | None) -> None:
        pull = number or self._pull(merge)
        if pull is None:
            return
        ours = self._our_comment(merge, pull)
        if ours is None:
            self._exchange.ask("POST", api.comments(self._repository, pull), {"body": body})
        elif ours.body != body:
            self._exchange.ask("PATCH", api.comment(self._repository, ours.id), {"body": body})

    def _pull(self, merge: Merge) -> int | None:
        """Find the pull request of a merge. What was pushed to the base branch has none."""
        path = api.pull_of(self._repository, merge.commit)
        try:
            body = self._exchange.ask("GET", path).body
        except ForgeSilent as silent:
            if silent.is_absence:
                return None
            raise
        pulls = _read(tuple[Pull, ...], body) if self._exchange.dialect.runs else (_read(Pull, body),)
        merged = [pull.number for pull in pulls if pull.merged_at and pull.base.ref == merge.base]
        return min(merged, default=None)

    def _our_comment(self, merge: Merge, pull: int) -> Comment | None:
        """Find what we wrote before: anybody can write the marker, so only comments of our own account count."""
        path = api.comments(self._repository, pull)
        me = _read(User, self._exchange.ask("GET", api.USER).body).id
        comments, whole = self._pages(path, lambda body: read(tuple[Comment, ...], body), lambda item: item.id)
        ours = [each for each in comments if each.user and each.user.id == me and _is_marked(each, merge)]
        if not ours and not whole:
            raise ForgeSilent(f"pull request {pull} has more comments than are read, and a second one would repeat")
        return min(ours, key=lambda each: each.id, default=None)

    def _pages(
        self, path: str, items: Callable[[bytes], Iterable[_Item]], identity: Callable[[_Item], object]
    ) -> tuple[list[_Item], bool]:
        """Read pages until one brings nothing new, and tell whether that came.

        What a forge says of its sizes is left aside: it gives fewer than it is asked for where it is set so, and a
        list without pages gives all of it each time.
        """
        found: dict[object, _Item] = {}
        for number in range(1, MAX_PAGES + 1):
            body = self._exchange.ask("GET", self._exchange.dialect.paged(path, number)).body
            new = {identity(item): item for item in _parsed(body, items)}
            if not new.keys() - found.keys():
                return list(found.values()), True
            found = {**new, **found}
        return list(found.values()), False


def forge_api(repository: Repository, base: Path, limits: Limits = USUAL) -> ForgeApi | None:
    """Return the API of a repository's forge, or none where no token is named; its path starts from `base`."""
    if not repository.api or not repository.token_file or repository.forge not in WRITABLE:
        return None
    exchange = ForgeExchange(repository.api, api.dialect_of(repository.forge), repository.token_file, base, limits)
    return ForgeApi(repository, exchange)


def _statuses(body: bytes) -> Iterable[Status]:
    """Read a page of statuses. Where a commit has none, Gitea answered with nothing at all for a long time."""
    return (read(Combined, body).statuses or ()) if body.strip() else ()


def _read(shape: type[_Shape], body: bytes) -> _Shape:
    return _parsed(body, lambda text: read(shape, text))


def _parsed(body: bytes, parse: Callable[[bytes], _Shape]) -> _Shape:
    try:
        return parse(body)
    except ValueError:
        raise ForgeSilent("the answer is not one of such a forge; is api its address?") from None


def _is_marked(comment: Comment, merge: Merge) -> bool:
    return (comment.body or "").startswith(marker(merge))


def _description(text: str) -> str:
    return one_line(text, _DESCRIPTION)


def _problem(what: str, work: Callable[[], object]) -> str | None:
    """Do something that may fail without consequence, and return the line about it if it does."""
    try:
        attempted(work)
    except (ForgeSilent, PlatformctlError) as error:
        return one_line(f"{what} was written: {error}")
    return None
