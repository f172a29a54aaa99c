"""The questions that can reach a host."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from platformctl.observe.question import MAX_IDS, Purpose, argv, inspect_containers, inspect_images


@given(st.lists(st.text() | st.sampled_from(["--format={{.}}", "-f", "$(id)", "a" * 63, f"{'a' * 64}\n", "A" * 64])))
def test_only_ids_are_ever_asked_about(texts: list[str]) -> None:
    """A host that answers with an option or a command in place of an ID is not asked about it."""
    questions = (*inspect_containers(texts), *inspect_images(texts))
    assert [one for question in questions for one in question.ids if len(one) < 64 or not one.isalnum()] == []


def test_ids_are_asked_about_in_commands_that_a_shell_takes() -> None:
    """Many IDs make several commands, each once, sorted, and none longer than one argument of a process may be."""
    ids = [f"{number:064x}" for number in range(2 * MAX_IDS + 1)]
    questions = inspect_images(f"sha256:{one}" for one in (*reversed(ids), *ids))
    assert [len(question.ids) for question in questions] == [MAX_IDS, MAX_IDS, 1]
    assert [one for question in questions for one in question.ids] == [f"sha256:{one}" for one in ids]
    assert {question.purpose for question in questions} == {Purpose.INSPECT_IMAGES}
    assert max(len(shlex.join(argv(question))) for question in questions) < 128 * 1024
