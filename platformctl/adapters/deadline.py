"""Waiting for work no longer than it may take, whatever it is stuck in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Final, TypeVar

_Result = TypeVar("_Result")

WAKES_S: Final = 0.5
"""Seconds after which the main thread looks around while it waits, since it alone answers to Ctrl-C: a signal that
comes to another thread, or the moment before a wait, does not end the wait (CPython 3.11, 1 Ctrl-C in 60)."""


def within(seconds: float, work: Callable[[], _Result]) -> _Result:
    """Do work in a thread of its own and return its result, or raise its error.

    What takes longer is left behind: a server that sends single bytes, or a credential helper that waits for a
    password, exceeds no socket's time limit, and Python cannot stop a thread. It keeps nobody from ending the program.

    Raises:
        TimeoutError: it takes longer.
    """
    return begin(work).result(seconds)


def awaited(future: Future[_Result]) -> _Result:
    """Wait for work however long it takes, and answer to Ctrl-C meanwhile. Its error is raised."""
    while not wait([future], WAKES_S).done:
        pass
    return future.result()


def begin(work: Callable[[], _Result]) -> Future[_Result]:
    """Do work in a thread of its own, which keeps nobody from ending the program."""
    future: Future[_Result] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  it is raised where the result is waited for
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
