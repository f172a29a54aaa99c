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
    """A host whose engine is asked through its docker command over SSH."""

    transport: Literal["ssh"] = Field(description="How the host is looked at: its docker command over SSH")
    address: Annotated[str, form(r"^[^\s@/-][^\s@/]*$", "a host name or an IP address")] = Field(
        description="Name or IP address of the SSH server"
    )
    port: int = Field(22, ge=1, le=65535, description="Port of the SSH server")
    user: Annotated[str, form(r"^[^\s@-][^\s@]*$", "an account's name")] | None = Field(
        None, description="Account on the host; yours when left out"
    )
    known_hosts: str | None = Field(None, description="File of known host keys; ~/.ssh/known_hosts when left out")
    identity_file: str | None = Field(None, description="Private key; the agent and the usual keys when left out")


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
        if tcp and tls is None and not _is_loopback(tcp[1]):
            raise ValueError("is missing; tcp:// to another machine needs tls: {ca: FILE, cert: FILE, key: FILE}")
        return tls


class SnapshotHost(Definition):
    """A host whose recorded snapshot is read instead."""

    transport: Literal["snapshot"] = Field(description="How the host is looked at: a recording of it is read")
    path: str = Field(min_length=1, description="Folder of the snapshot, from the inventory's folder")


Host: TypeAlias = Annotated[SshHost | DockerHost | SnapshotHost, Field(discriminator="transport")]


class Inventory(Definition):
    """The content of hosts.yaml."""

    format: Literal["platformctl/inventory/v1"] = Field(alias="schema", description="The form of this file")
    hosts: dict[Name, Host] = Field(min_length=1, description="The hosts by name")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
