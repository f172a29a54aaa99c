"""How often a sender may ask, and that remembering senders takes no more memory than it may."""

from __future__ import annotations

import pytest

from platformctl.adapters.receiving_rate import SENDERS, Rate


def test_allowance_is_used_up_and_comes_back() -> None:
    """A minute's allowance may be used at once; then it comes back evenly, and never grows beyond itself."""
    rate = Rate(per_minute=3)

    def waits(now_s: float, count: int) -> list[int]:
        return [rate.wait_s("catalog", "203.0.113.7", now_s) for _ in range(count)]

    assert waits(100.0, 5) == [0, 0, 0, 20, 20]
    assert waits(118.5, 1) == [2]
    assert waits(121.0, 2) == [0, 19]
    assert waits(10_000.0, 4) == [0, 0, 0, 20]


@pytest.mark.parametrize("other", [("catalog", "203.0.113.8"), ("another", "203.0.113.7")])
def test_each_sender_has_its_own(other: tuple[str, str]) -> None:
    """What one address asks about one repository takes nothing from others."""
    rate = Rate(per_minute=1)
    assert rate.wait_s("catalog", "203.0.113.7", 0.0) == 0
    assert rate.wait_s(*other, 0.0) == 0
    assert rate.wait_s("catalog", "203.0.113.7", 0.0) == 60


def test_memory_is_bounded() -> None:
    """However many senders come, so many are remembered, and those that ask stay."""
    rate = Rate(per_minute=2)
    assert rate.wait_s("catalog", "faithful", 0.0) == 0
    for number in range(3 * SENDERS):
        rate.wait_s("catalog", str(number), 0.0)
        rate.wait_s("catalog", "faithful", 0.0)
    assert len(rate._left) == SENDERS
    assert rate.wait_s("catalog", "faithful", 0.0) == 30
