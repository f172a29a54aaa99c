"""The repositories whose merges are followed, and how each is reached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from platformctl.catalog.definition import Definition, Name, form

Forge: TypeAlias = Literal["forgejo", "gitea", "github", "gitlab"]
WRITABLE: Final = frozenset({"forgejo", "gitea", "github"})
"""Forges that a result is written back to."""

FullName = Annotated[
    str,
    form(r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", "owner and name as the forge shows them, such as platform/catalog"),
]
Branch = Annotated[
    str, form(r"^[A-Za-z0-9_][A-Za-z0-9_./-]*$", "the name of a branch, such as main, without refs/heads/")
]


class Repository(Definition):
    """One repository at a forge: where it is, and what a merge to its base branch does."""

    forge: Forge = Field(description="Software of the forge; its deliveries are checked in its way and in no other")
    name: FullName = Field(description="Owner and name at the forge")
    base: Branch = Field("main", description="Only merges to this branch count")
    clone: str = Field(min_length=1, description="What git fetches from: a URL or a path")
    catalog: Annotated[str, form(r"^[^/\x00]", "a path from the repository's folder")] = Field(
        ".", description="Folder of the repository that holds modules/ and hosts.yaml"
    )
    inventory: str | None = Field(
        None, description="File of hosts outside the repository; hosts.yaml in the catalog's folder when left out"
    )
    secret_file: str | None = Field(None, description="File with the webhook's secret; without it none is accepted")
    api: Annotated[str, form(r"^https?://[^\s@]+$", "an address without login, such as https://git.example/api/v1")] | (
        None
    ) = Field(None, description="Address of the forge's API")
    token_file: str | None = Field(
        None, validate_default=True, description="File with a token of the API; without it nothing is written back"
    )
    required_checks: bool = Field(
        default=False, validate_default=True, description="Wait until the merged commit's own checks are green"
    )
    wait_for_green: int = Field(
        900, ge=0, le=86400, description="Seconds that a deploy may take until its modules are as declared"
    )

    @field_validator("token_file")
    @classmethod
    def _has_an_api(cls, token_file: str | None, others: ValidationInfo) -> str | None:
        if token_file and not others.data.get("api"):
            raise ValueError("is of use with api only; name the address of the forge's API")
        if token_file and others.data.get("forge") not in WRITABLE:
            raise ValueError(f"is of use with {', '.join(sorted(WRITABLE))} only; remove it")
        return token_file

    @field_validator("required_checks")
    @classmethod
    def _can_ask(cls, required: bool, others: ValidationInfo) -> bool:  # noqa: FBT001  a validator
        if required and not others.data.get("token_file"):
            raise ValueError("needs api and token_file, since the forge is asked for them")
        return required


class Repositories(Definition):
    """The content of repositories.yaml."""

    format: Literal["platformctl/repositories/v1"] = Field(alias="schema", description="The form of this file")
    repositories: dict[Name, Repository] = Field(
        min_length=1, description="The repositories, by the names that webhooks and commands call them by"
    )

    def at(self, forge: Forge, name: str) -> Iterator[Repository]:
        """Return the repositories with this full name at such a forge, one for each base branch followed."""
        return (each for each in self.repositories.values() if (each.forge, each.name) == (forge, name))
