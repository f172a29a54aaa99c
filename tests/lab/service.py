"""What a catalog declares for a state of the lab, and the verdict that is right for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .closure import Lock, lock
from .image import Document
from .sight import NEEDS, Need, Needs, Sight

Verdict: TypeAlias = Literal["in-sync", "drift", "inconclusive"]
IMAGE = "container.image"


@dataclass(frozen=True, slots=True)
class Service:
    """A declaration whose truth is known, because the lab made the state itself.

    Attributes:
        name: the module's name.
        image: the pinned reference.
        because: why the verdict is right, in one sentence.
        changes: the paths that differ; none means in-sync.
        needs_closure: whether nothing can be proven without the closure of the pin.
        needs: what a proof needs by what is shown, where that is not the same everywhere.
        select: compose project and service in place of a container's name, for replicas.
        expect: declared state or health, as pairs.
    """

    name: str
    image: str
    because: str
    changes: tuple[str, ...] = ()
    needs_closure: bool = False
    select: tuple[str, str] | None = None
    platform: str | None = None
    expect: tuple[tuple[str, str], ...] = ()
    needs: Needs | None = None

    @property
    def truth(self) -> Verdict:
        """What is so, whether or not it can be proven."""
        return "drift" if self.changes else "in-sync"

    @property
    def pinned(self) -> bool:
        """Whether the declaration names a digest; a tag alone does not say which image it means."""
        return "@" in self.image

    def need(self, sight: Sight) -> Need:
        """What a proof needs where this much is shown."""
        if self.needs is None:
            return "closure" if self.needs_closure else "nothing"
        return self.needs.at(sight)

    @property
    def verdict(self) -> Verdict:
        """What a classic store proves when the closure of the pin is known."""
        return self.verdict_at(Sight.CLASSIC, "closure")

    @property
    def verdict_without_closure(self) -> Verdict:
        """What it proves when the closure is not known."""
        return self.verdict_at(Sight.CLASSIC, "nothing")

    def is_proven(self, sight: Sight, given: Need) -> bool:
        """Whether the image can be judged where this much is shown and this much is known besides."""
        return NEEDS.index(self.need(sight)) <= NEEDS.index(given)

    def verdict_at(self, sight: Sight, given: Need) -> Verdict:
        """What can be proven where this much is shown and this much is known besides."""
        return self.truth if self.is_proven(sight, given) or set(self.changes) - {IMAGE} else "inconclusive"

    def differing(self, sight: Sight, given: Need) -> tuple[str, ...]:
        """Return the paths whose difference can be proven."""
        return tuple(path for path in self.changes if path != IMAGE or self.is_proven(sight, given))

    def module(self, host: str) -> Document:
        """Return the document of ``modules/<name>/module.yaml``."""
        document: Document = {"schema": "platformctl/module/v1", "name": self.name, "host": host}
        if self.select:
            document["select"] = dict(zip(("project", "service"), self.select, strict=True))
        else:
            document["container"] = self.name
        document["image"] = self.image
        if self.platform:
            document["platform"] = self.platform
        if self.expect:
            document["expect"] = dict(self.expect)
        return document

    def lock(self) -> Lock:
        """Return the document of ``modules/<name>/image.lock.json``, asked from the registry now."""
        return lock(self.image)

    def expected(self, sight: Sight = Sight.CLASSIC) -> Document:
        """Return the verdicts that a recording is held to."""
        return {
            "truth": self.truth,
            "verdict": self.verdict_at(sight, "closure"),
            "verdictWithoutClosure": self.verdict_at(sight, "nothing"),
            "verdictWithRegistry": self.verdict_at(sight, "registry"),
            "changes": list(self.differing(sight, "closure")),
            "because": self.because,
        }
