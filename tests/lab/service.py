"""What a catalog declares for a state of the lab, and the verdict that is right for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from .closure import Lock, lock
from .image import Document

Verdict: TypeAlias = Literal["in-sync", "drift", "inconclusive"]


@dataclass(frozen=True, slots=True)
class Service:
    """A declaration whose truth is known, because the lab made the state itself.

    Attributes:
        name: the module's name.
        image: the pinned reference.
        because: why the verdict is right, in one sentence.
        changes: the paths that differ; none means in-sync.
        needs_closure: whether nothing can be proven without the closure of the pin.
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

    @property
    def verdict(self) -> Verdict:
        """What is true when the closure of the pin is known."""
        return "drift" if self.changes else "in-sync"

    @property
    def verdict_without_closure(self) -> Verdict:
        """What can be proven when it is not."""
        return "inconclusive" if self.needs_closure else self.verdict

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

    def expected(self) -> Document:
        """Return the verdicts that a recording is held to."""
        return {
            "verdict": self.verdict,
            "verdictWithoutClosure": self.verdict_without_closure,
            "changes": list(self.changes),
            "because": self.because,
        }
