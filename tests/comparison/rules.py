"""The rules of the tools, each a function of what the tool would read. `tools.py` says where each rule is from.

The tools that watch a registry know no declaration. They are asked in the case in which their question is ours: the
registry answers with the declared image for the name that the container was made from.
"""

from __future__ import annotations

from . import reference
from .case import Case
from .says import Says

HOST_PLATFORM = "linux/amd64"


def watchtower(case: Case) -> Says:
    """Pull the container's name unless its digest is listed already; compare the ID of the name with what runs."""
    if case.podman or "@" in case.made_from:
        return Says.NOT_ASKED
    if reference.is_id(case.made_from):
        return Says.NOTHING
    if not _watches(case, case.made_from):
        return Says.NOT_ASKED
    if case.answer.digest in case.digests:
        return Says.IN_SYNC if case.made_from in case.tags else Says.NOT_RECORDED
    if case.answer.identifier(HOST_PLATFORM) == case.runs:
        return Says.IN_SYNC
    return Says.DRIFT if case.image else Says.NOTHING


def wud(case: Case) -> Says:
    """Ask the registry for the platform's manifest of the tag, and of the first of RepoDigests; compare the two."""
    if case.podman:
        return Says.NOT_ASKED
    name = _listed_name(case)
    if "sha256:" in name and case.tags:
        name = case.tags[0]
    elif case.image is None or "sha256:" in name or reference.is_id(name):
        return Says.NOTHING
    if "@" in name:
        return Says.NOT_RECORDED
    if not _watches(case, name):
        return Says.NOT_ASKED
    return _equal_manifests(case, case.digests[0]) if case.digests else Says.IN_SYNC


def cup(case: Case) -> Says:
    """Look for the tag's digest among all of RepoDigests; an image without a tag or a digest is not listed."""
    if case.api == "podman":
        return Says.NOT_ASKED
    if not case.tags or not case.digests or "@" in case.tags[0]:
        return Says.NOTHING
    if not _watches(case, case.tags[0]):
        return Says.NOT_ASKED
    return _compared(case.answer.digest in case.digests)


def diun(_: Case) -> Says:
    """Compare the registry's answer with its answer of last time, never with a container's image."""
    return Says.NOT_ASKED


def ansible(case: Case) -> Says:
    """Compare the ID of the image that is declared with the container's image ID."""
    if case.podman or (reference.digest(case.declared) and ":" in _last(case.declared)):
        return Says.NOT_ASKED
    return _compared(case.answer.identifier(case.platform) == case.runs)


def ansible_by_default(case: Case) -> Says:
    """Compare the declared name with the name that the container was made from as well."""
    return _with_name(case, ansible(case))


def compose(case: Case) -> Says:
    """Compare the identity that was written on the container with that of the service's image now.

    It is the platform's manifest where the engine shows manifests, else the image ID.
    """
    if case.podman:
        return Says.NOT_ASKED
    if case.manifests_shown and case.manifest:
        return _compared(case.answer.manifest(case.platform) == case.manifest)
    return _compared(case.answer.identifier(case.platform) == case.runs)


def compose_whole(case: Case) -> Says:
    """Compare the hash of the service as well, which the image's name as it is written is part of."""
    return _with_name(case, compose(case))


def repo_digests(case: Case) -> Says:
    """Look for the pinned digest among RepoDigests of the container's image."""
    pinned = reference.digest(case.declared)
    if not pinned:
        return Says.NOT_ASKED
    if case.image is None:
        return Says.NOTHING
    return _compared(pinned in case.digests)


def _compared(equal: bool) -> Says:  # noqa: FBT001  the outcome of a comparison is what it takes
    return Says.IN_SYNC if equal else Says.DRIFT


def _with_name(case: Case, said: Says) -> Says:
    if said in (Says.IN_SYNC, Says.DRIFT) and case.declared != case.made_from:
        return Says.DRIFT
    return said


def _watches(case: Case, name: str) -> bool:
    """Tell whether what the registry says of this name is about the declared image."""
    return not case.part_pinned and reference.repository(name) == reference.repository(case.declared)


def _listed_name(case: Case) -> str:
    """Return the name in the engine's list of containers: the image ID, once the name is another image's."""
    name = case.made_from
    return name if reference.is_id(name) or "@" in name or name in case.tags else case.runs


def _equal_manifests(case: Case, first: str) -> Says:
    answer, platform = case.answer, _recorded_platform(case)
    if {first, answer.digest} & answer.refused:
        return Says.NOTHING
    here, there = (answer.child(digest, platform) for digest in (first, answer.digest))
    if here is None and not answer.knows(first):
        return Says.NOT_RECORDED
    return _compared(here == there) if here and there else Says.NOTHING


def _recorded_platform(case: Case) -> str:
    record = case.image or {}
    return f"{record['Os']}/{record['Architecture']}" if record.get("Architecture") else ""


def _last(name: str) -> str:
    return name.partition("@")[0].rpartition("/")[2]
