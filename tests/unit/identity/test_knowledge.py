"""What was learned only ever grows, and a tag means what it was resolved to."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Final

import pytest

from platformctl.identity.closure import Closure
from platformctl.identity.digest import Digest
from platformctl.identity.knowledge import NOTHING, Knowledge
from platformctl.identity.reference import parse_reference

ONE, TWO = (Digest(f"sha256:{digit * 64}") for digit in "12")
TAG: Final = parse_reference("nginx:1.27")
LEARNED: Final = Closure(ONE, (), (), "registry ghcr.io/x/y")


def lock(name: str, digest: Digest = ONE) -> Closure:
    """Return a closure that a module's lock gives."""
    return Closure(digest, (), (), f"modules/{name}/image.lock.json")


def test_nothing_is_known_before_anybody_is_asked() -> None:
    """An empty knowledge is the beginning of every other one."""
    assert Knowledge({}, {}, {}) == NOTHING
    assert NOTHING.pinned(TAG) == TAG


def test_each_answer_adds_to_the_others() -> None:
    """Closures, tags and failures stand beside each other, and what was known before stays as it was."""
    found = NOTHING.with_closure(LEARNED).with_tag(TAG, TWO).without("ghcr.io/x/z:1", "not found").without(TWO, "gone")
    assert found == Knowledge(
        closures={ONE: LEARNED},
        tags={"docker.io/library/nginx:1.27": TWO},
        unread={"ghcr.io/x/z:1": "not found", TWO: "gone"},
    )
    assert found.with_closure(lock("b", TWO)).closures == {ONE: LEARNED, TWO: lock("b", TWO)}
    assert found.with_tag(parse_reference("nginx"), ONE).tags == {**found.tags, "docker.io/library/nginx": ONE}
    assert Knowledge({}, {}, {}) == NOTHING


def test_a_tag_is_pinned_to_what_it_was_resolved_to() -> None:
    """The name and the tag stay; however the tag was written, it is one tag."""
    found = NOTHING.with_tag(TAG, TWO)
    pinned = parse_reference(f"docker.io/library/nginx:1.27@{TWO}")
    assert found.pinned(TAG) == found.pinned(parse_reference("index.docker.io/nginx:1.27")) == pinned


def test_only_that_tag_is_pinned() -> None:
    """Another tag, no tag and another repository were not asked for."""
    found = NOTHING.with_tag(TAG, TWO)
    for text in ("nginx", "nginx:1.28", "ghcr.io/library/nginx:1.27"):
        assert found.pinned(parse_reference(text)) == parse_reference(text)


def test_a_declared_digest_stays() -> None:
    """What is declared by digest is not what its tag means today."""
    declared = replace(TAG, digest=ONE)
    found = NOTHING.with_tag(TAG, TWO).with_tag(declared, TWO)
    assert found.pinned(declared) == declared


@pytest.mark.parametrize(
    ("declared", "moved"),
    [
        (f"nginx:1.27@{ONE}", True),
        (f"nginx:1.27@{TWO}", False),
        (f"nginx:1.28@{ONE}", False),
        (f"nginx@{ONE}", False),
        ("nginx:1.27", False),
    ],
)
def test_a_tag_has_moved_where_it_is_known_to(declared: str, moved: bool) -> None:  # noqa: FBT001  pytest passes it
    """It needs a tag and a digest side by side, and an answer that is another digest."""
    known = NOTHING.with_tag(parse_reference("nginx:1.27"), TWO).with_tag(parse_reference("nginx"), TWO)
    assert known.tag_moved(parse_reference(declared)) is moved
    assert not NOTHING.tag_moved(parse_reference(declared))


def test_a_closure_is_that_of_the_digest() -> None:
    """What has no digest, or one that nobody knows, means nothing yet."""
    found = NOTHING.with_closure(LEARNED)
    assert found.closure_of(replace(TAG, digest=ONE)) == LEARNED
    assert found.closure_of(replace(TAG, digest=TWO)) is None
    assert found.closure_of(TAG) is None


def test_a_lock_is_named_before_a_registry() -> None:
    """Both say the same of a digest; the lock is nearer to the reader."""
    assert NOTHING.with_closure(LEARNED).with_locks([lock("web")]).closures == {ONE: lock("web")}
    assert NOTHING.with_closure(LEARNED).with_locks([]).closures == {ONE: LEARNED}


def test_of_several_locks_the_first_is_named() -> None:
    """Modules that pin one image have the same lock; the order in which they are read does not matter."""
    for locks in permutations((lock("a"), lock("b"), lock("c", TWO))):
        assert NOTHING.with_locks(locks).closures == {ONE: lock("a"), TWO: lock("c", TWO)}


def test_locks_leave_tags_and_failures() -> None:
    """A lock says nothing about them."""
    found = NOTHING.with_tag(TAG, TWO).without(TWO, "gone")
    assert found.with_locks([lock("a")]) == replace(found, closures={ONE: lock("a")})
