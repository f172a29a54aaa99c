"""Reading JSON of any shape."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from platformctl.observation.document import MAX_TEXT, items, mapping, shallow, text

values = st.none() | st.integers() | st.text() | st.lists(st.integers()) | st.dictionaries(st.text(), st.integers())


@given(values)
def test_each_reader_gives_its_own_type(value: Any) -> None:  # noqa: ANN401
    """A value of another type reads as empty."""
    assert mapping(value) == (value if isinstance(value, dict) else {})
    assert list(items(value)) == (value if isinstance(value, list) else [])
    assert text(value) == (value[:MAX_TEXT] if isinstance(value, str) else "")


def test_a_long_text_is_cut() -> None:
    """No label makes a plan endless."""
    assert text("x" * 2_000_000) == "x" * 512


def test_half_a_surrogate_pair_is_a_question_mark() -> None:
    """What no file can hold does not come in."""
    assert text("a\ud800b") == "a?b"


def test_a_document_is_cut_below_a_depth() -> None:
    """What is nested deeper is gone, what is not stays."""
    assert shallow({"a": [1, {"b": [2]}], "c": "x"}, 3) == {"a": [1, {"b": None}], "c": "x"}
    assert shallow("x", 0) == "x"
