"""From the body of a delivery that is believed to what it announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from pydantic_core import from_json

from platformctl.catalog.repository import Forge, Repository
from platformctl.forge.announcement import Announcement, Ignored, Merged
from platformctl.forge.payload import OF_GITLAB, OF_OTHERS, GitLabMergeRequest, GitLabPush, Payload, PullRequest, Push
from platformctl.rerun.merge import merge_of
from platformctl.rerun.receipt import Decision, Source

_HEADS: Final = "refs/heads/"


@dataclass(frozen=True, slots=True)
class _Told:
    """What all forges tell alike. `commit` is empty where nothing was merged, `base` None for what is no branch."""

    source: Source
    repository: str
    base: str | None
    commit: str


def document(body: bytes) -> dict[str, object] | None:
    """Return the JSON object that a body is; None where it is none."""
    try:
        found: object = from_json(body, allow_inf_nan=False)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def announcement(repository: Repository, payload: dict[str, object]) -> Announcement:
    """Tell what a payload announces about a repository. Every object has an answer."""
    told = _told(repository.forge, payload)
    if told is None:
        return Ignored(merge_of(repository, ""), None, Decision.NOT_MERGED)
    merge = merge_of(repository, told.commit)
    decision = _decision(repository, told)
    return Ignored(merge, told.source, decision) if decision else Merged(merge, told.source)


def _decision(repository: Repository, told: _Told) -> Decision | None:
    """Say why nothing follows. Forges take names of repositories in any case, and branches as they are."""
    if told.repository.casefold() != repository.name.casefold():
        return Decision.OTHER_REPOSITORY
    if not told.commit or told.base is None:
        return Decision.NOT_MERGED
    return None if told.base == repository.base else Decision.OTHER_BASE


def _told(forge: Forge, payload: dict[str, object]) -> _Told | None:
    """Return what a payload tells; None for one of a kind that never tells of merges."""
    try:
        found: Payload = (OF_GITLAB if forge == "gitlab" else OF_OTHERS).validate_python(payload)
    except ValidationError:
        return None
    match found:
        case Push():
            return _pushed(found, found.repository.full_name)
        case GitLabPush():
            return _pushed(found, found.project.path_with_namespace)
        case PullRequest():
            request = found.pull_request
            commit = request.merge_commit_sha if found.action == "closed" and request.merged else None
            return _Told("pull-request", found.repository.full_name, request.base.ref, commit or "")
        case GitLabMergeRequest():
            attributes = found.object_attributes
            commit = _merged_commit(found) if (attributes.action, attributes.state) == ("merge", "merged") else ""
            return _Told("pull-request", found.project.path_with_namespace, attributes.target_branch, commit)


def _pushed(push: Push | GitLabPush, repository: str) -> _Told:
    """Read a push. A branch that is removed ends at zeros; a test delivery of Gitea and Forgejo moves nothing."""
    moved = push.after.strip("0") and push.before != push.after
    base = push.ref.removeprefix(_HEADS) if push.ref.startswith(_HEADS) else None
    return _Told("push", repository, base, push.after if moved else "")


def _merged_commit(request: GitLabMergeRequest) -> str:
    attributes = request.object_attributes
    last = attributes.last_commit.id if attributes.last_commit else None
    return attributes.merge_commit_sha or attributes.squash_commit_sha or last or ""
