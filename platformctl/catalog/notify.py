"""Who is told of changes, and how: notify.yaml beside hosts.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from platformctl.catalog.definition import Definition, Name, form


class Target(Definition):
    """Somebody who is told."""

    name: Name = Field(description="What messages about this target call it")
    url_file: str = Field(
        min_length=1,
        description="File that holds one Apprise URL, such as mailto:// or json://; it may hold a password",
    )


class Notify(Definition):
    """The content of notify.yaml."""

    format: Literal["platformctl/notify/v1"] = Field(alias="schema", description="The form of this file")
    targets: Annotated[tuple[Target, ...], Field(strict=False, min_length=1)] = Field(
        description="All of them are told"
    )
    inconclusive_runs: int = Field(
        3, ge=1, le=1000, description="Plans in a row that cannot judge a module before that is told"
    )
    link: (
        Annotated[str, form(r"^https?://[^\s@]+$", "an address without login, such as https://prefect.example")] | None
    ) = Field(None, description="Address of Prefect's interface; messages link to the run there")
