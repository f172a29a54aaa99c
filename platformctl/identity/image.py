"""The verdict on one image: does this container run what this reference pins?

Green needs one equal digest, since equal digests are equal bytes, or content that is equal as a whole. Red needs a
proof of difference, since two digests can name one image. What is neither proven is inconclusive.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from platformctl.identity.candidate import Candidate, ImageStore, RunningImage
from platformctl.identity.closure import Closure
from platformctl.identity.content import ImageContent, same_platform
from platformctl.identity.digest import Digest
from platformctl.identity.reference import Reference
from platformctl.reason import Reason

Closures: TypeAlias = Mapping[Digest, Closure]


def judge_image(pinned: Reference, running: RunningImage, closures: Closures) -> Reason:
    """Decide by the first rule that applies; total, and blind to the order of candidates.

    Args:
        pinned: what the module declares.
        running: what is known about the container's image.
        closures: what digests mean, as far as it is known as a whole. Less of it only ever means less certainty.
    """
    if pinned.digest is None:
        return Reason.TAG_ONLY
    digests = frozenset(candidate.digest for candidate in running.candidates)
    if pinned.digest in digests:
        return Reason.EXACT
    closure = closures.get(pinned.digest)
    if closure is None:
        return Reason.CLOSURE_UNKNOWN
    if digests & closure.manifest_digests:
        return Reason.SAME_MANIFEST
    if running.image_id in closure.config_digests:
        return Reason.SAME_CONFIG
    return _by_config(running, closure, closures) or _by_content(running, closure) or Reason.CONTENT_UNKNOWN


def _by_config(running: RunningImage, closure: Closure, closures: Closures) -> Reason | None:
    """Compare the config that runs, where its digest is known, with those of the pin.

    On the classic store the container's image ID is that digest (Docker 20.10 and 28.5). Elsewhere the closure of any
    digest that names the running image holds it: the only one, or one of several.
    """
    if not closure.configs:
        return None
    if running.store is ImageStore.CLASSIC and running.image_id:
        return Reason.IMAGE_DIFFERS
    names = (candidate.digest for candidate in running.candidates)
    verdicts = {_compared(closures[name], closure) for name in names if name in closures} - {None}
    return verdicts.pop() if len(verdicts) == 1 else None


def _compared(known: Closure, pinned: Closure) -> Reason | None:
    """Compare what a name of the running image means with the pin. Of an index, one of several configs runs."""
    if not known.configs:
        return None
    if known.config_digests <= pinned.config_digests:
        return Reason.SAME_CONFIG
    return Reason.IMAGE_DIFFERS if known.config_digests.isdisjoint(pinned.config_digests) else None


def _by_content(running: RunningImage, closure: Closure) -> Reason | None:
    """Compare layers and settings as the engine shows them, where it is certain that they are the container's."""
    content = running.content
    if content is None or not closure.configs or not _may_compare(running, content, closure):
        return None
    same_kind = [config.content for config in closure.configs if _kind(config.platform) == _kind(content.platform)]
    alike = [pinned for pinned in same_kind if pinned.layers == content.layers]
    if not alike:
        return Reason.LAYERS_DIFFER if same_kind else Reason.IMAGE_DIFFERS
    if _shows_all(running) and any(_equal(content, pinned) for pinned in alike):
        return Reason.EQUAL_CONTENT
    if all(content.runtime != pinned.runtime for pinned in alike):
        return Reason.SETTINGS_DIFFER
    return None


def _kind(platform: str) -> tuple[str, ...]:
    """Return system and architecture: Podman 4.3 does not show the variant that the config has."""
    return tuple(platform.split("/")[:2])


def _shows_all(running: RunningImage) -> bool:
    """Podman 4.3 and 5.4 leave a config's health check out, so there equal content is no proof of an equal config."""
    return running.store is ImageStore.CONTAINERD and running.content_is_certain


def _may_compare(running: RunningImage, content: ImageContent, closure: Closure) -> bool:
    """An engine shows the image record of one platform, and the container may run another of the same index.

    Where it does not say which, a pin of a single platform still decides: if the container runs that platform its
    content is the one shown, and if it runs another it runs another image. Of arm that holds only with a variant:
    classic builders wrote none into the config, so that an index for v6 and v7 has two images of one name.
    """
    if running.content_is_certain:
        return True
    platforms = {running.platform, *(config.platform for config in closure.configs)}
    return not content.platform.endswith("/arm") and all(same_platform(content.platform, one) for one in platforms)


def _equal(running: ImageContent, pinned: ImageContent) -> bool:
    return (
        same_platform(running.platform, pinned.platform)
        and running.created == pinned.created
        and running.settings == pinned.settings
    )


def match_of(candidate: Candidate, pinned: Reference, closures: Closures) -> str | None:
    """Say what a candidate matched: `pinned-digest`, `closure-manifest`, `closure-config` or nothing."""
    if candidate.digest == pinned.digest:
        return "pinned-digest"
    closure = closures.get(pinned.digest) if pinned.digest else None
    if closure is None:
        return None
    if candidate.digest in closure.manifest_digests:
        return "closure-manifest"
    return "closure-config" if candidate.digest in closure.config_digests else None
