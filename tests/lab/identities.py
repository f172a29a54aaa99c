"""The states that are about identity, which every engine shows in its own way, and where they cannot be shown."""

from __future__ import annotations

from collections.abc import Mapping

from . import carried, contents, names, states
from .fleet import State, meerkat, nameless, single, umami

IDENTITIES: Mapping[str, State] = {
    "attested-again": states.attested_again,
    "bogus-tag": names.bogus_tag,
    "built": carried.built,
    "child-pinned-and-pulled": names.child_pinned_and_pulled,
    "committed": states.committed,
    "created-by-id": states.created_by_id,
    "created-by-old-id": names.created_by_old_id,
    "drifted": umami,
    "drifted-pulled": states.umami_pulled,
    "health-checked": contents.health_checked,
    "imported": carried.imported,
    "loaded": states.loaded,
    "loaded-from-classic": carried.loaded_from_classic,
    "loaded-from-containerd": carried.loaded_from_containerd,
    "loaded-other": carried.loaded_other,
    "manifest-pinned": states.manifest_pinned,
    "manifest-pulled": states.manifest_pulled,
    "meerkat": meerkat,
    "mirrored": states.mirrored,
    "nameless": nameless,
    "nested": contents.nested,
    "nested-inner": contents.nested_inner,
    "nested-leaf": contents.nested_leaf,
    "other-platform": states.other_platform,
    "other-platform-agrees": contents.other_platform_agrees,
    "other-platform-differs": contents.other_platform_differs,
    "other-platform-pinned": contents.other_platform_pinned,
    "pruned": states.pruned,
    "pruned-running": contents.pruned_running,
    "rebuilt": contents.rebuilt,
    "recompressed": states.recompressed,
    "reconfigured": states.reconfigured,
    "recordless": states.recordless,
    "relabelled": contents.relabelled,
    "renamed": names.renamed,
    "replaced-pinned-new": contents.replaced_pinned_new,
    "replaced-pinned-old": contents.replaced_pinned_old,
    "repulled-pinned-new": contents.repulled_pinned_new,
    "repulled-pinned-old": contents.repulled_pinned_old,
    "reserialised": contents.reserialised,
    "resignalled": contents.resignalled,
    "retagged": names.retagged,
    "shared-manifest": contents.shared_manifest,
    "signalled": contents.signalled,
    "single-manifest": single,
    "stopped-and-replaced": contents.stopped_and_replaced,
    "swapped": names.swapped,
    "tag-beside-digest": names.tag_beside_digest,
    "tag-declared": names.tag_declared,
    "tag-declared-moved": names.tag_declared_moved,
    "tag-moved": names.tag_moved,
    "two-manifests": names.two_manifests,
    "two-repositories": names.two_repositories,
    "unpacked-before": contents.unpacked_before,
    "unpacked-before-other": contents.unpacked_before_other,
    "untagged-twin": names.untagged_twin,
}

_NESTED = ("nested", "nested-inner", "nested-leaf")
_PODMAN = {
    **dict.fromkeys(_NESTED, "Podman refuses an index of indexes: unexpectedly received a manifest list"),
    "recordless": "Podman removes the container together with its image",
    "stopped-and-replaced": "Podman removes the container together with its image",
}

# By the kind of engine: what it cannot show, and why. The README of the recordings says the same.
UNSHOWN: Mapping[str, Mapping[str, str]] = {
    "docker-bookworm": dict.fromkeys(_NESTED, "the engine finds no manifest in an index of indexes"),
    "docker-trixie": {
        **dict.fromkeys(_NESTED, "the engine pulls an index of indexes and makes no container of it"),
        "created-by-old-id": "the engine drops an image's record with its last name",
        "mirrored": "the engine pushes no index of which it has one platform only",
    },
    "docker-sid": {},
    "docker-sid-classic": {},
    "podman-bookworm": _PODMAN,
    "podman-trixie": _PODMAN,
}
