"""What the registry answers for the declared image, and what an engine makes of it, as locks and the lab know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

Store: TypeAlias = Literal["classic", "containerd", "podman"]

# Stands for the digests and IDs of an image of which nothing is recorded but that another one runs.
OTHER = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer for the name that is declared.

    Attributes:
        digest: what the registry says the name is.
        identifiers: the ID that the engine gives this image when it pulls it, by platform.
        manifests: the platform's manifest of this image, by platform.
        children: what the registry would tell of other digests: the platform's manifest, by digest and platform.
        refused: digests that no registry answers for, or answers in a way that no tool here can read.
    """

    digest: str
    identifiers: Mapping[str, str]
    manifests: Mapping[str, str]
    children: Mapping[tuple[str, str], str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def identifier(self, platform: str) -> str:
        """Return the ID after a pull for this platform; an image of one platform is pulled for every one."""
        return _for(self.identifiers, platform)

    def manifest(self, platform: str) -> str:
        """Return the digest of the manifest that is pulled for this platform."""
        return _for(self.manifests, platform)

    def knows(self, digest: str) -> bool:
        """Tell whether everything is known that the registry would say of a digest."""
        return digest == self.digest or digest in self.manifests.values()

    def child(self, digest: str, platform: str) -> str | None:
        """Return the manifest that a digest leads to for a platform: itself if it is one, None if there is none."""
        if digest in self.manifests.values() or digest in self.children.values():
            return digest
        return self.children.get((digest, platform))


def _for(choice: Mapping[str, str], platform: str) -> str:
    return choice[platform] if platform in choice else next(iter(choice.values()))


def of_lock(lock: Mapping[str, Any], store: Store) -> Answer:
    """Return the answer for a pin: its digest, and what its lock says that this digest means.

    A classic store and Podman call an image by its config's digest, a containerd store by the digest that was pulled.
    """
    digest = str(lock["digest"])
    manifests = {str(each["platform"]): str(each["digest"]) for each in lock["manifests"] if each["platform"]}
    configs = {str(each["platform"]): str(each["digest"]) for each in lock["configs"]}
    identifiers = dict.fromkeys(configs, digest) if store == "containerd" else configs
    children = {(digest, platform): manifest for platform, manifest in manifests.items()}
    return Answer(digest, identifiers, manifests, children)


def of_truth(container: Mapping[str, Any], digests: tuple[str, ...], *, same: bool) -> Answer:
    """Return the answer for a tag without a digest, by what the lab did: it names what runs, or another image."""
    if not same:
        return Answer(OTHER, {"": OTHER}, {"": OTHER})
    runs = str(container["Image"])
    manifest = str((container.get("ImageManifestDescriptor") or {}).get("digest", runs))
    return Answer(digests[0], {"": runs}, {"": manifest})
