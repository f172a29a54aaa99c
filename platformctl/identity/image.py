"""The verdict on one image: does this container run what this reference pins?

Green needs one equal digest, since equal digests are equal bytes. Red needs a proof of difference, since two digests
can name one image. What is neither proven is inconclusive.
"""

from __future__ import annotations

from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference
from platformctl.reason import Reason


def judge_image(pinned: Reference, running: RunningImage, closure: Closure | None) -> Reason:
    """Decide by the first rule that applies; total, and blind to the order of candidates.

    Args:
        pinned: what the module declares.
        running: what is known about the container's image.
        closure: what the pinned digest means, or None where that is not known as a whole.
    """
    digests = frozenset(candidate.digest for candidate in running.candidates)
    if pinned.digest is None:
        return Reason.TAG_ONLY
    if pinned.digest in digests:
        return Reason.EXACT
    if closure is None:
        return Reason.CLOSURE_UNKNOWN
    if digests & closure.manifest_digests:
        return Reason.SAME_MANIFEST
    if running.image_id in closure.config_digests:
        return Reason.SAME_CONFIG
    return Reason.IMAGE_DIFFERS if _is_another_config(running, closure) else Reason.CONTENT_UNKNOWN


def _is_another_config(running: RunningImage, closure: Closure) -> bool:
    """On the classic store the container's image ID is the digest of its config (Docker 20.10 and 28.5, tested).

    A platform manifest names exactly one config, so an ID that is none of the closure's configs is another image.
    """
    knows_config = running.store is ImageStore.CLASSIC and running.image_id is not None
    return knows_config and bool(closure.configs) and running.image_id not in closure.config_digests


def match_of(candidate: Candidate, pinned: Reference, closure: Closure | None) -> str | None:
    """Say what a candidate matched: `pinned-digest`, `closure-manifest`, `closure-config` or nothing."""
    if candidate.digest == pinned.digest:
        return "pinned-digest"
    if closure is None:
        return None
    return _closure_match(candidate.digest, closure)


def _closure_match(digest: Digest, closure: Closure) -> str | None:
    if digest in closure.manifest_digests:
        return "closure-manifest"
    return "closure-config" if digest in closure.config_digests else None
