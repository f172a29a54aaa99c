"""The inventory: the hosts, and how each is looked at."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator

from platformctl.catalog.definition import Definition, Name, form

_TCP: Final = re.compile(r"tcp://(\[[0-9a-fA-F:]+\]|[^:/\s]+):[0-9]{1,5}")
_UNIX: Final = re.compile(r"unix:///\S+")


class SshHost(Definition):
    """A host whose engine is asked over SSH."""

    transport: Literal["ssh"] = Field(description="How the host is looked at: over SSH")
    address: Annotated[str, form(r"^[^\s@/-][^\s@/]*$", "a host name or an IP address")] = Field(
        description="Name or IP address of the SSH server"
    )
    port: int = Field(22, ge=1, le=65535, description="Port of the SSH server")
    user: Annotated[str, form(r"^[^\s@-][^\s@]*$", "an account's name")] | None = Field(
        None, description="Account on the host; yours when left out"
    )
    known_hosts: str | None = Field(None, description="File of known host keys; ~/.ssh/known_hosts when left out")
    identity_file: str | None = Field(None, description="Private key; the agent and the usual keys when left out")
    ask: Literal["docker", "podman", "agent", "socket"] = Field(
        "docker", description="What is asked there: the docker or podman command, the host agent, or a socket"
    )
    socket: Annotated[str, form(r"^/\S+$", "an absolute path")] | None = Field(
        None, validate_default=True, description="Unix socket of the engine's API, or of its filter; with ask: socket"
    )

    @field_validator("socket")
    @classmethod
    def _is_asked(cls, socket: str | None, others: ValidationInfo) -> str | None:
        asked = others.data.get("ask") == "socket"
        if asked and socket is None:
            raise ValueError("is missing; ask: socket needs the path of a unix socket on the host")
        if socket is not None and not asked and "ask" in others.data:
            raise ValueError("is of use with ask: socket only; remove it, or ask there")
        return socket


class Tls(Definition):
    """The files that tie an engine's TCP port to us."""

    ca: str = Field(description="Certificate of the authority that signed the engine's")
    cert: str = Field(description="Our certificate")
    key: str = Field(description="The private key of our certificate")


class DockerHost(Definition):
    """A host whose engine's API is asked directly."""

    transport: Literal["docker"] = Field(description="How the host is looked at: its engine's API")
    url: str = Field(description="unix:///path or tcp://host:port")
    tls: Tls | None = Field(None, validate_default=True, description="Needed for tcp:// beyond this machine")

    @field_validator("url")
    @classmethod
    def _is_socket(cls, url: str) -> str:
        if not _TCP.fullmatch(url) and not _UNIX.fullmatch(url):
            raise ValueError("should read unix:///path/to/docker.sock or tcp://host:port")
        return url

    @field_validator("tls")
    @classmethod
    def _is_safe(cls, tls: Tls | None, others: ValidationInfo) -> Tls | None:
        tcp = _TCP.fullmatch(others.data.get("url", ""))
        if tcp and tls is None and not is_loopback(tcp[1].strip("[]")):
            raise ValueError("is missing; tcp:// to another machine needs tls: {ca: FILE, cert: FILE, key: FILE}")
        return tls


class SnapshotHost(Definition):
    """A host whose recorded snapshot is read instead."""

    transport: Literal["snapshot"] = Field(description="How the host is looked at: a recording of it is read")
    path: str = Field(min_length=1, description="Folder of the snapshot, from the inventory's folder")


Host: TypeAlias = Annotated[SshHost | DockerHost | SnapshotHost, Field(discriminator="transport")]


MirrorUrl = Annotated[str, form(r"^https?://[^\s/]+(/\S*)?$", "a URL such as https://mirror.example.net")]
RegistryName = Annotated[str, form(r"^[A-Za-z0-9\[][A-Za-z0-9.:\]-]*$", "a registry's name, such as ghcr.io")]


class Registry(Definition):
    """How a registry is reached, where that is not the usual way. Logins are those of the docker command."""

    mirrors: Annotated[tuple[MirrorUrl, ...], Field(strict=False)] = Field((), description="Asked first, in order")
    ca: str | None = Field(None, description="Certificates of the authority that signed the registry's")
    plain_http: bool = Field(default=False, description="Speak HTTP without TLS; registries on this machine always are")

    @field_validator("mirrors")
    @classmethod
    def _has_no_login(cls, mirrors: tuple[str, ...]) -> tuple[str, ...]:
        if any("@" in mirror for mirror in mirrors):
            raise ValueError("should hold no login; `docker login` keeps one for the mirror's host")
        return mirrors

    @field_validator("plain_http")
    @classmethod
    def _is_one_way(cls, plain_http: bool, others: ValidationInfo) -> bool:  # noqa: FBT001  a validator
        if plain_http and others.data.get("ca"):
            raise ValueError("contradicts ca, since plain HTTP has no certificates; remove one of them")
        return plain_http


class Inventory(Definition):
    """The content of hosts.yaml."""

    format: Literal["platformctl/inventory/v1"] = Field(alias="schema", description="The form of this file")
    hosts: dict[Name, Host] = Field(min_length=1, description="The hosts by name")
    registries: dict[RegistryName, Registry] = Field({}, description="Registries by the name that references have")


def is_loopback(host: str | None) -> bool:
    """Tell whether a host name or address is this machine's, which no one else can listen to."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
