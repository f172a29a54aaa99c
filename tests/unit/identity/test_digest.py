"""A digest is exactly what go-digest accepts, an image ID a little more."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from platformctl.identity.digest import parse_digest, parse_image_id

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize("text", [f"sha256:{HEX}", f"sha384:{HEX}{HEX[:32]}", f"sha512:{HEX}{HEX}"])
def test_registered_algorithms_at_their_length(text: str) -> None:
    """The three algorithms that engines know are digests, and are image IDs too."""
    assert parse_digest(text) == parse_image_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sha256:",
        "<none>",
        HEX[:12],
        f"sha256:{HEX[:-1]}",
        f"sha256:{HEX}0",
        f"sha384:{HEX}",
        f"sha512:{HEX}",
        f"sha256:{HEX.upper()}",
        f"SHA256:{HEX}",
        f"sha1:{HEX[:40]}",
        f"md5:{HEX[:32]}",
        f"blake3:{HEX}",
        f"sha256+b64:{HEX}",
        f"sha256:{HEX}\n",
        f" sha256:{HEX}",
        f"sha256:{HEX[:-1]}²",
        f"sha256:{HEX[:-1]}\N{ARABIC-INDIC DIGIT ONE}",
        f"nginx@sha256:{HEX}",
    ],
)
def test_nothing_else_is_a_digest(text: str) -> None:
    """What engines refuse as a digest is neither a digest nor an image ID."""
    assert parse_digest(text) is None
    assert parse_image_id(text) is None


def test_bare_id_of_podman() -> None:
    """64 bare hex digits are an image ID, but no digest; other lengths and cases are neither."""
    assert parse_digest(HEX) is None
    assert parse_image_id(HEX) == f"sha256:{HEX}"
    assert [parse_image_id(text) for text in (HEX[:-1], HEX + "0", HEX.upper(), HEX + "\n")] == [None] * 4


@given(
    st.none() | st.integers() | st.text() | st.binary() | st.lists(st.text()) | st.dictionaries(st.text(), st.text())
)
@example(b"a" * 64)
def test_any_value_is_read(value: object) -> None:
    """Whatever an engine sends in place of a digest is read as none, or as a text that it ends with."""
    found = parse_image_id(value)
    assert found is None or (isinstance(value, str) and found.endswith(value))
    assert parse_digest(value) in {None, found}
