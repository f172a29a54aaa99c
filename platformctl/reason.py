"""Verdicts and the closed list of reasons: every colour in a plan is explained by one of these."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from platformctl.coded import Coded


class Verdict(StrEnum):
    """What is known about a module, from best to worst proven."""

    IN_SYNC = "in-sync"
    INCONCLUSIVE = "inconclusive"
    DRIFT = "drift"


SEVERITY: Final = (Verdict.IN_SYNC, Verdict.INCONCLUSIVE, Verdict.DRIFT)
"""Drift is proven, so it outranks what is unknown; unknown is never green."""


def worst(verdicts: frozenset[Verdict]) -> Verdict:
    """Sum up a fleet. An empty one is inconclusive: nothing was proven."""
    return max(verdicts, key=SEVERITY.index, default=Verdict.INCONCLUSIVE)


class Reason(Coded):
    """Why a verdict is what it is. The codes are stable: a published one keeps its meaning for ever."""

    verdict: Verdict
    sentence: str
    retryable: bool

    def __init__(self, _code: str, verdict: Verdict, sentence: str, retryable: bool = False) -> None:  # noqa: FBT001, FBT002  the members below read as a table
        self.verdict = verdict
        self.sentence = sentence
        self.retryable = retryable

    # in-sync
    EXACT = "exact", Verdict.IN_SYNC, "The pinned digest is one of the digests of the running image."
    SAME_MANIFEST = (
        "same-manifest",
        Verdict.IN_SYNC,
        "The running manifest is one that the pinned digest means.",
    )
    SAME_CONFIG = (
        "same-config",
        Verdict.IN_SYNC,
        "The running image's config is one that the pinned digest means.",
    )
    EQUAL_CONTENT = (
        "equal-content",
        Verdict.IN_SYNC,
        "Platform, layers, settings and date of the running image are those of the pinned one.",
    )
    ACKNOWLEDGED = (
        "acknowledged",
        Verdict.IN_SYNC,
        "It is not as declared; every difference is acknowledged, and nothing else differs.",
    )
    # drift
    CONTAINER_MISSING = (
        "container-missing",
        Verdict.DRIFT,
        "The host lists its containers, and this one is not there.",
    )
    IMAGE_DIFFERS = (
        "image-differs",
        Verdict.DRIFT,
        "Another image runs: its config is none that the pinned digest means.",
    )
    LAYERS_DIFFER = (
        "layers-differ",
        Verdict.DRIFT,
        "Another image runs: its layers are none that the pinned digest means.",
    )
    SETTINGS_DIFFER = (
        "settings-differ",
        Verdict.DRIFT,
        "Another image runs: it has the layers that the pinned digest means, and other settings.",
    )
    STATE_DIFFERS = "state-differs", Verdict.DRIFT, "The container is in another state than declared."
    HEALTH_DIFFERS = "health-differs", Verdict.DRIFT, "The engine reports another health than declared."
    # inconclusive: about one module
    CLOSURE_UNKNOWN = (
        "closure-unknown",
        Verdict.INCONCLUSIVE,
        "The pinned digest is none of the running image's, and two digests can name one image: a lock would tell.",
    )
    CONTENT_UNKNOWN = (
        "content-unknown",
        Verdict.INCONCLUSIVE,
        "The pinned digest is none of the running image's, and the engine's answer proves no difference either.",
    )
    TAG_ONLY = (
        "tag-only",
        Verdict.INCONCLUSIVE,
        "The module declares a tag, and a tag does not say which image it means.",
    )
    CHANGING = "changing", Verdict.INCONCLUSIVE, "The two looks do not agree: the container is changing."
    CONTAINER_UNDESCRIBED = (
        "container-undescribed",
        Verdict.INCONCLUSIVE,
        "The host lists the container, but gave no description of it.",
    )
    HEALTH_UNREPORTED = (
        "health-unreported",
        Verdict.INCONCLUSIVE,
        "A health is declared, but the container has no health check that the engine could report.",
    )
    HEALTH_UNDECIDED = (
        "health-undecided",
        Verdict.INCONCLUSIVE,
        "A health is declared, and the container's health check has come to no result yet.",
    )
    # inconclusive: about a whole host
    UNREACHABLE = "unreachable", Verdict.INCONCLUSIVE, "The host cannot be reached.", True
    NAME_UNRESOLVED = "name-unresolved", Verdict.INCONCLUSIVE, "The host's name does not resolve.", True
    CONNECTION_REFUSED = "connection-refused", Verdict.INCONCLUSIVE, "The host refuses the connection.", True
    CONNECTION_LOST = (
        "connection-lost",
        Verdict.INCONCLUSIVE,
        "The connection broke before the answer was whole.",
        True,
    )
    TIMED_OUT = "timed-out", Verdict.INCONCLUSIVE, "The host did not answer in time.", True
    AUTHENTICATION_FAILED = (
        "authentication-failed",
        Verdict.INCONCLUSIVE,
        "The host accepts none of the keys offered.",
    )
    HOST_KEY_UNKNOWN = (
        "host-key-unknown",
        Verdict.INCONCLUSIVE,
        "The host's key is not among the known host keys.",
    )
    HOST_KEY_CHANGED = (
        "host-key-changed",
        Verdict.INCONCLUSIVE,
        "The host shows another key than the known one.",
    )
    TLS_FAILED = "tls-failed", Verdict.INCONCLUSIVE, "The engine's certificate or ours is not accepted."
    ENGINE_DOWN = (
        "engine-down",
        Verdict.INCONCLUSIVE,
        "The host answers, but its container engine does not.",
        True,
    )
    ENGINE_ABSENT = "engine-absent", Verdict.INCONCLUSIVE, "The host lacks the command that it is to be asked by."
    PERMISSION_DENIED = (
        "permission-denied",
        Verdict.INCONCLUSIVE,
        "The account may not ask the container engine.",
    )
    COMMAND_REFUSED = "command-refused", Verdict.INCONCLUSIVE, "The host refuses the command."
    COMMAND_FAILED = "command-failed", Verdict.INCONCLUSIVE, "The command ended with an error.", True
    RUBBISH_OUTPUT = "rubbish-output", Verdict.INCONCLUSIVE, "The host's answer cannot be read.", True
    OUTPUT_TOO_LARGE = (
        "output-too-large",
        Verdict.INCONCLUSIVE,
        "The host's answer is larger than any real one.",
    )
    CONFIGURATION_UNUSABLE = (
        "configuration-unusable",
        Verdict.INCONCLUSIVE,
        "A file that the host's entry names cannot be used on this machine.",
    )
    SNAPSHOT_ABSENT = "snapshot-absent", Verdict.INCONCLUSIVE, "There is no snapshot of the host."
    SNAPSHOT_UNREADABLE = (
        "snapshot-unreadable",
        Verdict.INCONCLUSIVE,
        "The snapshot of the host cannot be read.",
    )
    OBSERVER_FAILED = (
        "observer-failed",
        Verdict.INCONCLUSIVE,
        "The observer itself failed: this is a bug in platformctl.",
    )
