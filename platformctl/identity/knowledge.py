"""What is known beyond the hosts: the meaning of digests, and what tags meant when they were asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Closures by the digest they are of, resolved tags by their reference as text, and why others are not known.

    The keys of `unread` are digests and references that somebody was asked for in vain.
    """

    closures: Mapping[Digest, Closure] = field(default_factory=dict)
    tags: Mapping[str, Digest] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)

    def pinned(self, declared: Reference) -> Reference:
        """Return a declared image with the digest that its tag was resolved to, where it declares none itself."""
        return declared if declared.digest else replace(declared, digest=self.tags.get(str(declared)))

    def tag_moved(self, declared: Reference) -> bool:
        """Tell whether a declared tag is known to mean another digest now than the one declared beside it."""
        now = self.tags.get(str(replace(declared, digest=None)))
        return None not in (declared.tag, declared.digest, now) and now != declared.digest

    def closure_of(self, pinned: Reference) -> Closure | None:
        """Return what the digest of an image means, where it has one and that is known."""
        return self.closures.get(pinned.digest) if pinned.digest else None

    def with_locks(self, locks: Iterable[Closure]) -> Knowledge:
        """Return this and what locks say. A digest has one meaning, so which of two sources counts is only a name."""
        ordered = sorted(locks, key=lambda closure: closure.source, reverse=True)
        return replace(self, closures={**self.closures, **{closure.digest: closure for closure in ordered}})

    def with_closure(self, closure: Closure) -> Knowledge:
        """Return this and one more closure."""
        return replace(self, closures={**self.closures, closure.digest: closure})

    def with_tag(self, tagged: Reference, digest: Digest) -> Knowledge:
        """Return this and what a tag means now."""
        return replace(self, tags={**self.tags, str(tagged): digest})

    def without(self, wanted: str, why: str) -> Knowledge:
        """Return this and why something could not be learned."""
        return replace(self, unread={**self.unread, wanted: why})


NOTHING: Final = Knowledge()
"""What is known before anybody is asked."""
