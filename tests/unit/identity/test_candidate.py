"""A field names an image only where it holds a digest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platformctl.identity.candidate import (
    Candidate,
    ImageStore,
    digest_candidate,
    readable_reference,
    reference_candidate,
)
from platformctl.identity.digest import Digest

from .strategies import SHA256


def test_stores_have_published_names() -> None:
    """Plans and snapshots are kept with these words, so another version has to write the same."""
    assert [str(store) for store in ImageStore] == ["classic", "containerd", "unknown"]


def test_a_digest_is_a_candidate_without_a_name() -> None:
    """A field with a digest gives one candidate, an empty one gives none."""
    assert digest_candidate("image inspect", "Id", Digest(SHA256)) == (
        Candidate("image inspect", "Id", Digest(SHA256), None),
    )
    assert digest_candidate("image inspect", "Id", None) == ()


@pytest.mark.parametrize(
    ("text", "repository"),
    [
        (f"nginx@{SHA256}", "docker.io/library/nginx"),
        (f"index.docker.io/nginx:1.27@{SHA256}", "docker.io/library/nginx"),
        (f"localhost:5000/web@{SHA256}", "localhost:5000/web"),
        (f"foo_bar.com/web@{SHA256}", "foo_bar.com/web"),
    ],
)
def test_a_name_with_a_digest_is_a_candidate_under_its_full_name(text: str, repository: str) -> None:
    """The digest counts, the tag beside it does not, and the repository is kept normalised."""
    assert reference_candidate("image inspect", "RepoDigests[0]", text) == (
        Candidate("image inspect", "RepoDigests[0]", Digest(SHA256), repository),
    )


@pytest.mark.parametrize(
    "text",
    [
        "nginx",
        "nginx:1.27",
        "<none>@<none>",
        "<none>:<none>",
        f"<none>@{SHA256}",
        "",
        SHA256,
        SHA256[7:],
        SHA256[7:19],
        "nginx@sha256:abc",
        f"nginx@{SHA256}\n",
        None,
        7,
        ["nginx"],
    ],
)
def test_everything_else_that_engines_print_names_no_image(text: object) -> None:
    """Tags, `<none>`, IDs of every length, empty texts and other types give no candidate."""
    assert reference_candidate("container inspect", "Config.Image", text) == ()


@given(st.none() | st.integers() | st.text() | st.lists(st.text()))
def test_any_value_is_read(value: object) -> None:
    """Whatever stands in the field, it is read as a reference of that text or as none."""
    found = readable_reference(value)
    assert found is None or isinstance(value, str)
