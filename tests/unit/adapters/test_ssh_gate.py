"""How many pass at once to one jump host, and who is next."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Thread

import pytest

from platformctl.adapters.ssh_gate import PLACES, Gate, Gates


def test_who_waits_longest_is_next() -> None:
    """Ten who come one after the other enter one at a time, in the order in which they came."""
    gate, entered = Gate(1), list[int]()

    def visit(number: int) -> None:
        with gate.passed():
            entered.append(number)

    threads = [Thread(target=visit, args=(number,)) for number in range(10)]
    with gate.passed():
        for number, thread in enumerate(threads):
            thread.start()
            while gate.waiting <= number:
                thread.join(0.001)
        assert entered == []
    for thread in threads:
        thread.join()
    assert entered == list(range(10))


def test_a_place_is_given_back_after_an_error() -> None:
    """Who fails inside keeps nobody else out."""
    gate = Gate(1)
    for _ in range(3):
        with pytest.raises(ValueError, match="inside"), gate.passed():
            raise ValueError("inside")
    with gate.passed():
        assert gate.waiting == 0


def test_each_jump_host_has_a_gate_of_its_own() -> None:
    """All places of one host are taken, and the other is open."""
    gates = Gates()
    with ExitStack() as stack:
        for _ in range(PLACES):
            stack.enter_context(gates.to("a:22").passed())
        with gates.to("b:22").passed():
            assert gates.to("a:22") is not gates.to("b:22")
