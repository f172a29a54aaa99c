"""Outcomes and the closed list of reasons: why a probe ended as it did."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from platformctl.coded import Coded


class Outcome(StrEnum):
    """How a probe, or a smoke as a whole, ended. Four things that are never taken for each other."""

    PASS = "pass"  # noqa: S105  no password
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    FAIL = "fail"


SEVERITY: Final = (Outcome.PASS, Outcome.INCONCLUSIVE, Outcome.ERROR, Outcome.FAIL)
"""A fail is proven, so it outranks what could not be asked; and that is never green."""


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Sum up. Of nothing the sum is inconclusive: nothing was proven."""
    return max(outcomes, key=SEVERITY.index, default=Outcome.INCONCLUSIVE)


class ProbeReason(Coded):
    """Why a probe ended as it did. The codes are stable: a published one keeps its meaning for ever."""

    outcome: Outcome
    sentence: str

    def __init__(self, _code: str, outcome: Outcome, sentence: str) -> None:
        self.outcome = outcome
        self.sentence = sentence

    # pass
    ANSWERED = "answered", Outcome.PASS, "The answer is as declared."
    STEADY = "steady", Outcome.PASS, "The container is as declared, and neither restarted nor was replaced."
    # fail: the probe ran, and its condition is false
    PORT_CLOSED = "port-closed", Outcome.FAIL, "The target itself refuses the connection: nothing listens there."
    NO_ANSWER = "no-answer", Outcome.FAIL, "The connection stood, and no whole answer came within the time."
    BROKEN_OFF = "broken-off", Outcome.FAIL, "The target closed the connection before the answer was whole."
    NOT_HTTP = "not-http", Outcome.FAIL, "What answers there does not speak HTTP."
    NOT_TLS = "not-tls", Outcome.FAIL, "What answers there does not speak TLS."
    STATUS_WRONG = "status-wrong", Outcome.FAIL, "Another status answers than declared."
    HEADER_WRONG = "header-wrong", Outcome.FAIL, "A header of the answer is not as declared."
    BODY_WRONG = "body-wrong", Outcome.FAIL, "The body does not contain the declared text."
    JSON_WRONG = "json-wrong", Outcome.FAIL, "The body is no JSON, or holds another value than declared."
    GREETING_WRONG = "greeting-wrong", Outcome.FAIL, "The service greets with another text than declared."
    CERTIFICATE_REFUSED = "certificate-refused", Outcome.FAIL, "The certificate does not prove the declared name."
    CERTIFICATE_EXPIRES = (
        "certificate-expires",
        Outcome.FAIL,
        "The certificate is valid for fewer days than declared.",
    )
    CONTAINER_GONE = "container-gone", Outcome.FAIL, "The container was there, and the host does not list it any more."
    CONTAINER_RESTARTED = "container-restarted", Outcome.FAIL, "The container restarted while it was watched."
    STATE_WRONG = "state-wrong", Outcome.FAIL, "The container is in another state than declared."
    HEALTH_WRONG = "health-wrong", Outcome.FAIL, "The engine reports another health than declared."
    # error: the probe could not be run
    NAME_UNKNOWN = "name-unknown", Outcome.ERROR, "The target's name does not resolve."
    NO_ROUTE = "no-route", Outcome.ERROR, "The target cannot be reached."
    CONNECT_TIMED_OUT = "connect-timed-out", Outcome.ERROR, "No connection came about within the time."
    FORWARD_REFUSED = "forward-refused", Outcome.ERROR, "The host's SSH server forwards no connection to the target."
    FORWARD_FAILED = (
        "forward-failed",
        Outcome.ERROR,
        "The host's SSH server cannot connect to the target, and the target did not refuse.",
    )
    WAY_LOST = "way-lost", Outcome.ERROR, "The SSH connection that carries the probe broke."
    HOST_UNREACHED = "host-unreached", Outcome.ERROR, "The host cannot be connected to, or looked at again."
    NO_WAY = "no-way", Outcome.ERROR, "Nothing can be asked from the host: it is not reached over SSH."
    RECORDED_HOST = "recorded-host", Outcome.ERROR, "The host is a recording: what runs there now cannot be seen."
    TLS_UNUSABLE = "tls-unusable", Outcome.ERROR, "No certificate could be judged, for a reason that may be ours."
    PROBER_FAILED = "prober-failed", Outcome.ERROR, "The prober itself failed: this is a bug in platformctl."
    # inconclusive: the probe ran, and the answer proves neither
    BODY_TOO_LARGE = "body-too-large", Outcome.INCONCLUSIVE, "What is declared is not in the part that was read."
    CONTAINER_REPLACED = (
        "container-replaced",
        Outcome.INCONCLUSIVE,
        "Another container took the container's place while it was watched.",
    )
    CONTAINER_UNKNOWN = "container-unknown", Outcome.INCONCLUSIVE, "The host does not describe the container."
    HEALTH_STARTING = "health-starting", Outcome.INCONCLUSIVE, "The health check has come to no result yet."
    HEALTH_ABSENT = "health-absent", Outcome.INCONCLUSIVE, "A health is declared, and there is no health check."
    # inconclusive: the probe was not run
    PLAN_DRIFT = "plan-drift", Outcome.INCONCLUSIVE, "Not run: the plan proves that the module is not as declared."
    PLAN_INCONCLUSIVE = (
        "plan-inconclusive",
        Outcome.INCONCLUSIVE,
        "Not run: the plan does not prove that the module is as declared.",
    )

    @property
    def ran(self) -> bool:
        """Whether the probe was tried at all."""
        return self not in {ProbeReason.PLAN_DRIFT, ProbeReason.PLAN_INCONCLUSIVE}


MOVEMENTS: Final = frozenset(
    {ProbeReason.CONTAINER_GONE, ProbeReason.CONTAINER_RESTARTED, ProbeReason.CONTAINER_REPLACED}
)
"""What may keep a service from answering for a moment, as every deployment does."""

LASTING: Final = frozenset({ProbeReason.NO_WAY, ProbeReason.RECORDED_HOST})
"""What no further try can change: the inventory says so."""
