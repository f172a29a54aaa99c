"""A module: one service of the platform, the container it runs in and the image it must run."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from platformctl.catalog.definition import NAME_PATTERN, Definition
from platformctl.errors import ReferenceInvalid
from platformctl.identity.reference import Reference, parse_reference

CONTAINER_PATTERN = r"^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$"
"""Container names as dockerd accepts them (moby daemon/names, 20.10 to 28.5)."""

PLATFORM_PATTERN = r"^[a-z0-9_]+/[a-z0-9_]+(/[a-z0-9_.]+)?$"

State = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead"]
Health = Literal["healthy", "unhealthy"]


def _is_reference(text: str) -> str:
    try:
        parse_reference(text)
    except ReferenceInvalid as error:
        raise ValueError(str(error)) from None
    return text


ImageText = Annotated[str, AfterValidator(_is_reference)]
ContainerName = Annotated[str, Field(pattern=CONTAINER_PATTERN)]


class Select(Definition):
    """Every container that carries the labels of one Compose service, for services with replicas."""

    project: str = Field(min_length=1, description="Compose project, the label com.docker.compose.project")
    service: str = Field(min_length=1, description="Compose service, the label com.docker.compose.service")


class ComposeFile(Definition):
    """The canonical Compose service that the module is deployed from."""

    file: str = Field(min_length=1, description="Path of the Compose file, from the catalog's root")
    service: str = Field(min_length=1, description="Name of the service in that file")


class Expect(Definition):
    """The state and health that the container must have. Health is compared only where it is declared."""

    state: State = Field("running", description="State as the engine reports it")
    health: Health | None = Field(None, description="Health check status as the engine reports it")


class HttpCheck(Definition):
    """An HTTP(S) question and the status that must answer it."""

    url: str = Field(pattern=r"^https?://[^\s]+$", description="Address to ask")
    status: int = Field(200, ge=100, le=599, description="Status that must answer")


class Probe(Definition):
    """One probe of a smoke. A plan never runs it."""

    http: HttpCheck
    origin: Literal["host", "worker"] = Field("worker", alias="from", description="Where the question is asked from")


class Smoke(Definition):
    """The probes that a smoke of this module runs."""

    probes: Annotated[tuple[Probe, ...], Field(strict=False, min_length=1)]


class Module(Definition):
    """The content of modules/<name>/module.yaml."""

    format: Literal["platformctl/module/v1"] = Field(alias="schema")
    name: str = Field(pattern=NAME_PATTERN, description="Equals the name of the module's folder")
    host: str = Field(pattern=NAME_PATTERN, description="A key of hosts in the inventory")
    container: ContainerName | None = Field(None, description="Name of the one container")
    select: Select | None = Field(None, description="Instead of container: all replicas of a Compose service")
    image: ImageText = Field(
        description="Image that must run: repository@sha256:…, repository:tag@sha256:… or repository:tag"
    )
    platform: str | None = Field(None, pattern=PLATFORM_PATTERN, description="os/architecture[/variant]")
    compose: ComposeFile | None = None
    expect: Expect = Expect()
    smoke: Smoke | None = None

    @model_validator(mode="after")
    def _has_one_selector(self) -> Self:
        if (self.container is None) == (self.select is None):
            raise ValueError("a module names its container either by container: NAME or by select: {project, service}")
        return self

    @property
    def reference(self) -> Reference:
        """The declared image, normalised."""
        return parse_reference(self.image)

    @property
    def target(self) -> str:
        """What the module looks at on its host, for people: a container's name or `project/service`."""
        return self.container or (f"{self.select.project}/{self.select.service}" if self.select else "")
