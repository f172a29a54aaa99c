"""The inventory: the hosts, and how each is looked at."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from platformctl.catalog.definition import NAME_PATTERN, Definition

_TCP: Final = re.compile(r"tcp://(\[[0-9a-fA-F:]+\]|[^:/\s]+):[0-9]{1,5}")
_UNIX: Final = re.compile(r"unix:///\S+")


class SshHost(Definition):
    """A host whose engine is asked through its docker command over SSH."""

    transport: Literal["ssh"]
    address: str = Field(pattern=r"^[^\s@/-][^\s@/]*$", description="Name or IP address of the SSH server")
    port: int = Field(22, ge=1, le=65535)
    user: str | None = Field(None, pattern=r"^[^\s@-][^\s@]*$", description="Account on the host; yours when left out")
    known_hosts: str | None = Field(None, description="File of known host keys; ~/.ssh/known_hosts when left out")
    identity_file: str | None = Field(None, description="Private key; the agent and the usual keys when left out")


class Tls(Definition):
    """The files that tie an engine's TCP port to us."""

    ca: str = Field(description="Certificate of the authority that signed the engine's")
    cert: str = Field(description="Our certificate")
    key: str = Field(description="The private key of our certificate")


class DockerHost(Definition):
    """A host whose engine's API is asked directly."""

    transport: Literal["docker"]
    url: str = Field(description="unix:///path or tcp://host:port")
    tls: Tls | None = Field(None, description="Needed for tcp:// beyond this machine")

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        tcp = _TCP.fullmatch(self.url)
        if not tcp and not _UNIX.fullmatch(self.url):
            raise ValueError("url should read unix:///path/to/docker.sock or tcp://host:port")
        if tcp and self.tls is None and not _is_loopback(tcp[1]):
            raise ValueError("tcp:// to another machine needs tls: {ca: FILE, cert: FILE, key: FILE}")
        return self


class SnapshotHost(Definition):
    """A host whose recorded snapshot is read instead."""

    transport: Literal["snapshot"]
    path: str = Field(min_length=1, description="Folder of the snapshot, from the inventory's folder")


Host: TypeAlias = Annotated[SshHost | DockerHost | SnapshotHost, Field(discriminator="transport")]


class Inventory(Definition):
    """The content of hosts.yaml."""

    format: Literal["platformctl/inventory/v1"] = Field(alias="schema")
    hosts: dict[Annotated[str, StringConstraints(pattern=NAME_PATTERN)], Host] = Field(min_length=1)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
