"""What one try of a probe found, and what several together mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from platformctl.errors import PlatformctlError
from platformctl.smoke.outcome import LASTING, Outcome, ProbeReason

ERROR_TRIES: Final = 3
"""How often a probe may be kept from running before that counts, whatever the module says about failing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one try found. `message` is one printable line: what was asked for, and what came."""

    reason: ProbeReason
    message: str


class ProbeEnded(PlatformctlError):
    """A try ended before there was an answer to judge; what that means is its finding."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(f"{finding.reason}: {finding.message}")

    def __reduce__(self) -> tuple[type[ProbeEnded], tuple[Finding]]:
        """Pickle by the finding: the default would hand the message to a constructor that wants a Finding."""
        return (ProbeEnded, (self.finding,))


@dataclass(frozen=True, slots=True)
class Tally:
    """The tries of one probe so far.

    One that passes decides. A fail counts when `tries` tries showed it and none passed; what kept the probe from
    running has a count of its own, so that neither is ever taken for the other.
    """

    tries: int
    findings: tuple[Finding, ...] = ()
    duration_ms: int = 0

    def plus(self, finding: Finding, duration_ms: int) -> Tally:
        """Count one more try."""
        return Tally(self.tries, (*self.findings, finding), self.duration_ms + duration_ms)

    @property
    def decided(self) -> bool:
        """Whether no further try is needed."""
        if self.findings and self.findings[-1].reason in LASTING:
            return True
        patience = {Outcome.PASS: 1, Outcome.ERROR: ERROR_TRIES}
        return any(self._count(outcome) >= patience.get(outcome, self.tries) for outcome in Outcome)

    @property
    def finding(self) -> Finding:
        """What decided: the last try, with a word about those that ended otherwise."""
        last = self.findings[-1]
        others = [one for one in self.findings if one.reason is not last.reason]
        if not others:
            return last
        seen = ", ".join(dict.fromkeys(str(one.reason) for one in others))
        return Finding(last.reason, f"{last.message} ({len(others)} of {len(self.findings)} tries: {seen})")

    def _count(self, outcome: Outcome) -> int:
        return sum(finding.reason.outcome is outcome for finding in self.findings)
