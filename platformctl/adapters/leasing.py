"""Holding a lease while work is done, and giving it up when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Final

from platformctl.adapters.ledger import Ledger
from platformctl.errors import PlatformctlError
from platformctl.rerun.lease import Lease
from platformctl.rerun.merge import Merge

LASTING: Final = timedelta(minutes=5)
_RENEWED_S: Final = 30.0


@contextmanager
def leased(ledger: Ledger, merge: Merge, run: str) -> Iterator[Lease | None]:
    """Take the lease of a merge and renew it as long as this process lives; yields that of another run, if one lives.

    Raises:
        StoreBusy: the lock of the leases is not free.
        StoreUnwritable: the ledger cannot be written.
    """
    other = ledger.take(merge, run, datetime.now(UTC), LASTING)
    if other:
        yield other
        return
    over = Event()
    thread = Thread(target=_renew, args=(ledger, merge, run, over), daemon=True)
    thread.start()
    try:
        yield None
    finally:
        over.set()
        thread.join()
        ledger.release(merge, run)


def _renew(ledger: Ledger, merge: Merge, run: str, over: Event) -> None:
    """What fails once is tried again long before the lease runs out."""
    while not over.wait(_RENEWED_S):
        with suppress(PlatformctlError):
            ledger.take(merge, run, datetime.now(UTC), LASTING)
