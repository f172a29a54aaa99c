"""Payloads of the four forges, as far as they are read. All other keys may be there, and may change."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_NAME: Final = 1024


class _Part(BaseModel):
    """A part of a payload. A key that is read has its declared type, or the payload is not of the kind."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


Text = Annotated[str, Field(max_length=MAX_NAME)]
Commit = Annotated[str, Field(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})$")]


class NamedRepository(_Part):
    """`repository` of GitHub, Gitea and Forgejo."""

    full_name: Text


class NamedProject(_Part):
    """`project` of GitLab: of a merge request, the one that it goes to."""

    path_with_namespace: Text


class Push(_Part):
    """A push, as GitHub, Gitea and Forgejo tell of it."""

    ref: Text
    before: Commit
    after: Commit
    repository: NamedRepository


class _Branch(_Part):
    ref: Text


class _PullRequest(_Part):
    merged: bool
    merge_commit_sha: Commit | None = None
    base: _Branch


class PullRequest(_Part):
    """A pull request, as GitHub, Gitea and Forgejo tell of it."""

    action: Text
    pull_request: _PullRequest
    repository: NamedRepository


class GitLabPush(_Part):
    """A push, as GitLab tells of it; that of a tag is of another kind."""

    object_kind: Literal["push"]
    ref: Text
    before: Commit
    after: Commit
    project: NamedProject


class _LastCommit(_Part):
    id: Commit


class _MergeRequest(_Part):
    """Its state and commits. A fast-forward has no commit of its own, and then the last of its branch is the merge."""

    action: Text | None = None
    state: Text
    target_branch: Text
    merge_commit_sha: Commit | None = None
    squash_commit_sha: Commit | None = None
    last_commit: _LastCommit | None = None


class GitLabMergeRequest(_Part):
    """A merge request, as GitLab tells of it."""

    object_kind: Literal["merge_request"]
    object_attributes: _MergeRequest
    project: NamedProject


Payload: TypeAlias = Push | PullRequest | GitLabPush | GitLabMergeRequest

# The kind is told by what is signed. The headers that name it are not, and a payload of one kind is none of another.
OF_GITLAB: Final[TypeAdapter[GitLabPush | GitLabMergeRequest]] = TypeAdapter(GitLabPush | GitLabMergeRequest)
OF_OTHERS: Final[TypeAdapter[Push | PullRequest]] = TypeAdapter(Push | PullRequest)
