"""What forges answer, with no more than the fields that are read. Anything of another shape is refused."""

from __future__ import annotations

from typing import TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, TypeAdapter

_Shape = TypeVar("_Shape")


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Status(_Part):
    """A commit status: its state is called `status` by Gitea and Forgejo, and `state` by GitHub."""

    context: str
    state: str = Field(validation_alias=AliasChoices("status", "state"))


class Combined(_Part):
    """The newest status of each context. Where there are none, Forgejo says null."""

    statuses: tuple[Status, ...] | None = None


class CheckRun(_Part):
    """A check run of GitHub; its conclusion is null until it is completed."""

    id: int
    name: str
    status: str
    conclusion: str | None


class CheckRuns(_Part):
    """A page of check runs."""

    check_runs: tuple[CheckRun, ...]


class User(_Part):
    """Who wrote something, or whose the token is."""

    id: int


class Comment(_Part):
    """A comment. GitHub has no user for those of an account that is gone."""

    id: int
    body: str | None
    user: User | None


class Branch(_Part):
    """The branch that a pull request goes to."""

    ref: str


class Pull(_Part):
    """A pull request. GitHub's lists tell of a merge by its time only."""

    number: int = Field(ge=1)
    merged_at: str | None
    base: Branch


def read(shape: type[_Shape], body: bytes) -> _Shape:
    """Read an answer.

    Raises:
        ValueError: it is not of this shape.
    """
    return TypeAdapter(shape).validate_json(body)
