"""A module: one service of the platform, the container it runs in and the image it must run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from platformctl.catalog.acknowledgement import Acknowledgement
from platformctl.catalog.definition import Definition, Name, form
from platformctl.catalog.probe import Health, Smoke, State
from platformctl.errors import ReferenceInvalid
from platformctl.identity.reference import Reference, parse_reference

CONTAINER_PATTERN = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$"
"""Container names as dockerd accepts them (moby daemon/names, 20.10 to 28.5)."""


def _is_reference(text: str) -> str:
    try:
        parse_reference(text)
    except ReferenceInvalid as error:
        raise ValueError(str(error)) from None
    return text


ImageText = Annotated[str, AfterValidator(_is_reference)]
ContainerName = Annotated[
    str, form(CONTAINER_PATTERN, "2 to 255 letters, digits, '_', '.' and '-' that begin with a letter or a digit")
]
Platform = Annotated[
    str,
    form(r"^[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_.]+)?$", "os/architecture or os/architecture/variant, such as linux/amd64"),
]


class Select(Definition):
    """Every container that carries the labels of one Compose service, for services with replicas."""

    project: str = Field(min_length=1, description="Compose project, the label com.docker.compose.project")
    service: str = Field(min_length=1, description="Compose service, the label com.docker.compose.service")


class ComposeFile(Definition):
    """The canonical Compose service that the module is deployed from."""

    file: Annotated[str, form(r"^[^/\x00]", "a path from the catalog's folder, without / at its beginning")] = Field(
        description="Path of the Compose file, from the catalog's folder"
    )
    service: str = Field(min_length=1, description="Name of the service in that file")


class Expect(Definition):
    """The state and health that the container must have. Health is compared only where it is declared."""

    state: State = Field("running", description="State as the engine reports it")
    health: Health | None = Field(None, description="Health check status as the engine reports it")


class Module(Definition):
    """The content of modules/<name>/module.yaml."""

    format: Literal["platformctl/module/v1"] = Field(alias="schema", description="The form of this file")
    name: Name = Field(description="Equals the name of the module's folder")
    host: Name = Field(description="A key of hosts in the inventory")
    container: ContainerName | None = Field(None, description="Name of the one container")
    select: Select | None = Field(
        None, validate_default=True, description="Instead of container: all replicas of a Compose service"
    )
    image: ImageText = Field(
        description="Image that must run: repository@sha256:…, repository:tag@sha256:… or repository:tag"
    )
    platform: Platform | None = Field(None, description="os/architecture[/variant]")
    compose: ComposeFile | None = Field(None, description="The canonical Compose service")
    expect: Expect = Field(Expect(), description="State and health that the container must have")
    smoke: Smoke | None = Field(None, description="What a smoke of this module asks")
    acknowledge: Annotated[tuple[Acknowledgement, ...], Field(strict=False)] = Field(
        (), description="Differences that are known and alarm nobody until a day"
    )

    @field_validator("select")
    @classmethod
    def _stands_alone(cls, select: Select | None, others: ValidationInfo) -> Select | None:
        """Judge only where the container can be read: else its own problem is reported."""
        container = others.data.get("container", select is None)
        if container and select:
            raise ValueError("stands beside container, and a module has only one of them")
        if not container and not select:
            raise ValueError(
                "is missing, and so is container; a module has one of them: container: NAME for one container, "
                "select: {project: NAME, service: NAME} for the replicas of a Compose service"
            )
        return select

    @property
    def reference(self) -> Reference:
        """The declared image, normalised."""
        return parse_reference(self.image)

    @property
    def target(self) -> str:
        """What the module looks at on its host, for people: a container's name or `project/service`."""
        return self.container or (f"{self.select.project}/{self.select.service}" if self.select else "")
