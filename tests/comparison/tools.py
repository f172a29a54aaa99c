"""The tools: what each asks, by which rule, where the rule is from, and in which best case it is asked here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from . import rules
from .case import Case
from .product import platformctl, platformctl_offline
from .says import Says

Rule: TypeAlias = Callable[[Case], Says]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool in the comparison.

    Attributes:
        name: as the columns of the table have it.
        says: its rule.
        question: the question that it answers.
        because: its rule in our words.
        source: where the rule is from; empty for our own.
        asked: what is assumed for it, where its question is another one than ours.
        in_table: whether it has a column of its own.
    """

    name: str
    says: Rule
    question: str
    because: str
    source: str = ""
    asked: str = ""
    in_table: bool = True


ANSWERED: Final = (
    "The registry answers with the declared image for the name that the container was made from: the one case in which "
    "its question is ours. Where this name is of another repository than the declaration, or where one platform of "
    "what it stands for is declared, it is another question."
)

US: Final = Tool(
    "platformctl",
    platformctl,
    "Does this container run the declared image?",
    "Every digest that names the running image is looked for in all that the pinned digest means; drift needs a proof "
    "too. It has the lock beside the pin, and asks the registry for what this leaves open.",
)
US_OFFLINE: Final = Tool("platformctl, offline", platformctl_offline, US.question, US.because, in_table=False)
OTHERS: Final = (
    Tool(
        "Watchtower",
        rules.watchtower,
        "Does the name that the container was made from stand for another image now?",
        "If the registry's digest is one of RepoDigests, nothing is pulled; else the name is pulled. Then the image ID "
        "of the name is compared with the image ID of the container. A container made from an ID is skipped, and so is "
        "one that should be updated while its image's record is gone. A name with a digest is pulled by it and can "
        "never be out of date.",
        "after 1.7.1 (December 2025), `pkg/container/client.go` (`IsContainerStale`, `PullImage`, `HasNewImage`), "
        "`pkg/registry/digest/digest.go` (`CompareDigest`), `pkg/container/container.go` (`VerifyConfiguration`); its "
        "documentation, page Arguments, on the HEAD request that spares a pull",
        f"{ANSWERED} So it is where the name holds a digest. Stopped containers are included (`--include-stopped`).",
    ),
    Tool(
        "WUD",
        rules.wud,
        "Is there a newer tag, or another image behind the same tag?",
        "For a tag that is no version, the registry is asked for the platform's manifest of the tag, and for that of "
        "the first entry of RepoDigests; two different digests are an update. Without RepoDigests only the tags are "
        "compared, which are equal. A container that is listed by an ID or a digest goes by the first of RepoTags, and "
        "is skipped without one. What the registry does not answer, or answers without this platform, is an error and "
        "no update. For a tag that looks like a version only the names of tags are compared.",
        "8.3.1, `app/watchers/providers/docker/Docker.ts` (`getRepoDigest`, `addImageDetailsToContainer`, "
        "`findNewVersion`), `app/registries/Registry.ts` (`getImageManifestDigest`), `app/model/container.ts` "
        "(`updateAvailable`); its documentation, page Watchers, on digest watching",
        f"{ANSWERED} Every tag is read as one that is no version; stopped containers are watched (`WATCHALL`).",
    ),
    Tool(
        "Cup",
        rules.cup,
        "Is there an update for an image on this host?",
        "The registry's digest of the image's first tag is looked for among all of RepoDigests. An image without tags "
        "or without RepoDigests is not listed, nor is one whose first tag holds an `@`. For a tag that looks like a "
        "version, digests are compared if no newer version is there.",
        "3.5.1, `src/structs/image.rs` (`from_inspect_data`, `has_update`), `src/registry.rs` (`get_latest_tag`, "
        "`get_latest_digest`); its documentation, page Socket, on Podman",
        f"{ANSWERED} There is no newer version.",
    ),
    Tool(
        "Ansible",
        rules.ansible,
        "Was the container made from the image that the task names?",
        "`community.docker.docker_container` with `image_name_mismatch: ignore`: the image ID of the declared name on "
        "the host, pulled if it is not there, is compared with the container's image ID. A declaration with tag and "
        "digest is taken apart at the `@` and looked for in RepoDigests with its tag, where no engine writes one: what "
        "follows is in no document.",
        "community.docker 5.2.2, `plugins/module_utils/_module_container/module.py` (`_get_image`, "
        "`_image_is_different`), `plugins/module_utils/_common_api.py` (`find_image`); the module's documentation, "
        "options `image`, `image_name_mismatch`, `pull`",
        "The declared image is on the host, pulled for the container's platform.",
    ),
    Tool(
        "Compose",
        rules.compose,
        "Must the container be made again for the service in the file?",
        "The label `com.docker.compose.image` is compared with the identity of the service's image on the host: the "
        "platform's manifest where the engine shows manifests (API 1.48 and later, containerd store), else the image "
        "ID. This is the part of its rule that is about images.",
        "after 5.5.0 (August 2026), `pkg/compose/reconcile.go` (`mustRecreate`), `pkg/compose/images.go` "
        "(`localContentDigest`, `matchLocalManifest`), `pkg/compose/build.go`; its documentation, page docker compose "
        "up",
        "The declared image is on the host, pulled for the container's platform; the label is what Compose would have "
        "written when the container was made (the lab did not make it with Compose).",
    ),
    Tool(
        "RepoDigests only",
        rules.repo_digests,
        "Is the pinned digest one of RepoDigests?",
        "`docker image inspect` of the container's image ID; without the pin it is drift. No record, no answer.",
        "the rule of a script of few lines; no product is meant",
    ),
    Tool(
        "Ansible, by default",
        rules.ansible_by_default,
        "Was the container made from the image that the task names, and by this name?",
        "As Ansible, and the declared name must be, letter by letter, the name that the container was made from "
        "(`image_name_mismatch: recreate`, the default since 4.0.0).",
        "as Ansible",
        "As Ansible.",
        in_table=False,
    ),
    Tool(
        "Compose, whole rule",
        rules.compose_whole,
        "Must the container be made again for the service in the file?",
        "As Compose, and the hash of the service's definition must be the same, which the image's name as written is "
        "part of. That a file was changed is no claim about the image; it is counted apart for this reason.",
        "`pkg/compose/hash.go` (`ServiceHash`), else as Compose",
        "As Compose; nothing but the image's name was changed in the file.",
        in_table=False,
    ),
    Tool(
        "Diun",
        rules.diun,
        "Is the registry's answer for a name another one than last time?",
        "The manifest of a name is compared with the one that was kept at the last look. Of a container only the name "
        "of its image is read (the first of RepoDigests, if it is an ID); what it runs is never compared. So nothing "
        "follows for our question, and a column would be empty.",
        "4.33.0, `internal/app/job.go` (`runJob`), `internal/provider/docker/container.go`; its documentation, page "
        "Home",
        in_table=False,
    ),
)
TOOLS: Final = (US, US_OFFLINE, *OTHERS)
COLUMNS: Final = tuple(tool for tool in TOOLS if tool.in_table)
