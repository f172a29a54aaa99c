"""The probes of a module's smoke: what is asked, from where, and the answer that it must get."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from platformctl.catalog.definition import Definition, form
from platformctl.catalog.target import MAX_PORT, Place, Target, Url, place_of, target_of

State = Literal["created", "running", "paused", "restarting", "removing", "exited", "dead"]
Health = Literal["healthy", "unhealthy"]
Origin: TypeAlias = Literal["host", "worker"]

_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_POINTER: Final = re.compile(r"(/([^/~]|~[01])*)*")


def _is_header(text: str) -> str:
    if not _HEADER.fullmatch(text):
        raise ValueError("should be a header's name, such as Content-Type")
    return text


def _is_pointer(text: str) -> str:
    if not _POINTER.fullmatch(text):
        raise ValueError("should be a JSON Pointer, such as /status or /checks/0/ok")
    return text


def _as_list(value: object) -> object:
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


def _is_some(statuses: tuple[int, ...]) -> tuple[int, ...]:
    if not statuses:
        raise ValueError("should have at least 1 entry")
    return statuses


def _or_number(schema: dict[str, Any]) -> None:
    """Let editors accept what `_as_list` accepts."""
    array = {key: schema.pop(key) for key in ("type", "items")}
    schema["anyOf"] = [array["items"], {**array, "minItems": 1}]


def _as_rule(value: object) -> object:
    return {"equals": value} if isinstance(value, str) else value


def _or_text(schema: dict[str, Any]) -> None:
    """Let editors accept what `_as_rule` accepts."""
    schema["anyOf"] = [{"$ref": schema.pop("$ref")}, {"type": "string"}]


def _is_plain(value: object) -> object:
    if not isinstance(value, str | int | float | None):
        raise ValueError("should be a text in quotes, a number, true, false or null")  # noqa: TRY004  pydantic's way
    return value


Status = Annotated[int, Field(ge=100, le=599)]
Statuses = Annotated[
    tuple[Status, ...],
    BeforeValidator(_as_list),
    AfterValidator(_is_some),
    Field(strict=False, json_schema_extra=_or_number),
]
HeaderName = Annotated[str, AfterValidator(_is_header)]
Pointer = Annotated[str, AfterValidator(_is_pointer)]
Plain: TypeAlias = Annotated[str | int | float | bool | None, BeforeValidator(_is_plain)]
Short = Annotated[str, Field(min_length=1, max_length=200)]


class HeaderRule(Definition):
    """What a header's value must be: equal to a text, or with it inside."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    equals: Short | None = Field(None, description="The whole value")
    contains: Short | None = Field(None, description="A part of the value")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.equals is None) == (self.contains is None):
            raise ValueError("should be a text, or have either equals or contains")
        return self


Rule: TypeAlias = Annotated[HeaderRule, BeforeValidator(_as_rule), Field(json_schema_extra=_or_text)]


class TlsCheck(Definition):
    """What the certificate must be, beside accepted."""

    days: int = Field(0, ge=0, le=3650, description="Days for which it must still be valid")
    ca: Annotated[str, form(r"^[^/\x00]", "a path from the catalog's folder, without / at its beginning")] | None = (
        Field(None, description="Certificates that are trusted in place of the system's: a PEM file in the catalog")
    )


class HttpCheck(Definition):
    """A GET over HTTP(S), and the answer that it must get."""

    url: Url = Field(description="Address to ask")
    connect: Place | None = Field(None, description="ADDRESS:PORT to connect to in place of the URL's host and port")
    status: Statuses = Field((200,), description="Status that must answer, or several of which one must")
    header: dict[HeaderName, Rule] = Field({}, description="Headers that the answer must have, with their values")
    contains: Short | None = Field(None, description="Text that the body must contain")
    json_values: dict[Pointer, Plain] = Field(
        {}, alias="json", description="JSON Pointers (RFC 6901) into the body, and the values that must be there"
    )
    tls: TlsCheck | None = Field(None, description="What the certificate must be; with https:// only")
    redirects: int = Field(0, ge=0, le=10, description="Redirects within the same host that are followed")

    @field_validator("tls")
    @classmethod
    def _is_secured(cls, tls: TlsCheck | None, others: Any) -> TlsCheck | None:  # noqa: ANN401  as pydantic has it
        if tls and not str(others.data.get("url", "https:")).startswith("https:"):
            raise ValueError("is of use with https:// only; remove it, or ask there")
        return tls

    @property
    def target(self) -> Target:
        """Where it connects to first."""
        return place_of(self.connect) if self.connect else target_of(urlsplit(self.url))

    @property
    def reads_body(self) -> bool:
        """Whether what is declared cannot be judged without the body."""
        return bool(self.contains or self.json_values)


class TcpCheck(Definition):
    """A connection that must be accepted."""

    address: Annotated[str, form(r"^([A-Za-z0-9._-]+|[0-9A-Fa-f:.]+)$", "a host name or an IP address")] = Field(
        description="Host name or IP address"
    )
    port: int = Field(ge=1, le=MAX_PORT, description="Port")
    greeting: Short | None = Field(None, description="Text that the service must begin with, unasked")

    @property
    def target(self) -> Target:
        """Where it connects to."""
        return Target(self.address, self.port)


class ContainerCheck(Definition):
    """The container as its engine reports it, over some time."""

    state: State | None = Field(None, description="State; what expect says when left out")
    health: Health | None = Field(None, description="Health; what expect says when left out")
    stable_for: float = Field(
        10.0, strict=False, ge=1, le=600, description="Seconds over which it must neither restart nor be replaced"
    )


class Probe(Definition):
    """One probe of a smoke: http, tcp or container. A plan never runs it."""

    # Inside of allOf, where whoever looks for known keys does not take it for forms of the whole.
    model_config = ConfigDict(
        json_schema_extra={"allOf": [{"oneOf": [{"required": [kind]} for kind in ("http", "tcp", "container")]}]}
    )

    name: Short | None = Field(None, description="How results call it; what it asks when left out")
    http: HttpCheck | None = Field(None, description="A question over HTTP")
    tcp: TcpCheck | None = Field(None, description="A connection over TCP")
    container: ContainerCheck | None = Field(None, description="The container's state, health and restarts")
    origin: Origin = Field("worker", alias="from", description="Where the question is asked from")
    timeout: float = Field(
        10.0, strict=False, ge=0.1, le=60, description="Seconds for the connection, and again for the whole answer"
    )
    tries: int = Field(3, ge=2, le=10, description="How often it must fail before it counts as failed")

    @model_validator(mode="after")
    def _is_one_question(self) -> Self:
        asked = [kind for kind in ("http", "tcp", "container") if getattr(self, kind) is not None]
        if len(asked) != 1:
            raise ValueError(f"should be one of http, tcp and container, and has {' and '.join(asked) or 'none'}")
        useless = sorted({"origin": "from"}.get(key, key) for key in {"origin", "timeout"} & self.model_fields_set)
        if self.container and useless:
            raise ValueError(f"is a container's, of which the engine is asked: remove {' and '.join(useless)}")
        return self

    @property
    def target(self) -> Target | None:
        """Where it connects to; None for a container's."""
        check = self.http or self.tcp
        return check.target if check else None


class Smoke(Definition):
    """The probes that a smoke of this module runs."""

    probes: Annotated[tuple[Probe, ...], Field(strict=False, min_length=1, max_length=50)] = Field(
        description="All of them must answer as declared"
    )

    @field_validator("probes")
    @classmethod
    def _looks_once(cls, probes: tuple[Probe, ...]) -> tuple[Probe, ...]:
        if sum(probe.container is not None for probe in probes) > 1:
            raise ValueError("should have one container probe at most")
        return probes
