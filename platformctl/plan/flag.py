"""Flags: worth a look, never a colour."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from platformctl.catalog.module import Module
from platformctl.identity.candidate import RunningImage
from platformctl.identity.knowledge import Knowledge
from platformctl.observation.container import Container


class Flag(StrEnum):
    """Something about a module that does not change its verdict."""

    ACKNOWLEDGEMENT_EXPIRED = "acknowledgement-expired"
    ACKNOWLEDGEMENT_LONG = "acknowledgement-long"
    ACKNOWLEDGEMENT_UNUSED = "acknowledgement-unused"
    REPOSITORY_DIFFERS = "repository-differs"
    PLATFORM_DIFFERS = "platform-differs"
    TAG_MOVED = "tag-moved"


SENTENCES: Final = {
    Flag.ACKNOWLEDGEMENT_EXPIRED: "A difference was acknowledged until a day that has passed.",
    Flag.ACKNOWLEDGEMENT_LONG: "A difference is acknowledged for more than a year from now.",
    Flag.ACKNOWLEDGEMENT_UNUSED: "A difference is acknowledged that the module does not show, or not with this value.",
    Flag.REPOSITORY_DIFFERS: "The running image goes by other repository names than the declared one.",
    Flag.PLATFORM_DIFFERS: "The running image is for another platform than the declared one.",
    Flag.TAG_MOVED: "The declared tag means another image now than the digest that is declared beside it.",
}


def flags(module: Module, container: Container, running: RunningImage, knowledge: Knowledge) -> tuple[Flag, ...]:
    """Return the flags of one container, sorted."""
    found = set()
    repositories = {candidate.repository for candidate in running.candidates} | {container.requested_repository}
    named = repositories - {None}
    if named and module.reference.repository not in named:
        found.add(Flag.REPOSITORY_DIFFERS)
    if module.platform and running.platform and not _same_platform(module.platform, running.platform):
        found.add(Flag.PLATFORM_DIFFERS)
    if knowledge.tag_moved(module.reference):
        found.add(Flag.TAG_MOVED)
    return tuple(sorted(found))


def _same_platform(declared: str, observed: str) -> bool:
    """Where one side names no variant, nothing is known about the variant."""
    shared = min(declared.count("/"), observed.count("/")) + 1
    return declared.split("/")[:shared] == observed.split("/")[:shared]
