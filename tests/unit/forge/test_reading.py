"""What each delivery of the four forges announces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from platformctl.catalog.repository import Forge
from platformctl.forge.announcement import Ignored
from platformctl.forge.reading import announcement, document

from .sending import DELIVERIES, body, payload, repository

NEW = "7d1f0c4b9a6e53728190abcdef0123456789abcd"
HEAD = "c0ffee00112233445566778899aabbccddeeff00"
SQUASHED = "5ca1ab1e00112233445566778899aabbccddeeff"

ANNOUNCED: Mapping[str, str] = {
    "forgejo-push": f"push: {NEW}",
    "forgejo-pull-request-merged": f"pull-request: {NEW}",
    "forgejo-pull-request-closed": "pull-request: not-merged",
    "forgejo-branch-deleted": "push: not-merged",
    "forgejo-tag-pushed": f"push: not-merged {NEW}",
    "forgejo-test": "push: not-merged",
    "gitea-push": f"push: {NEW}",
    "gitea-pull-request-merged": f"pull-request: {NEW}",
    "gitea-pull-request-closed": "pull-request: not-merged",
    "gitea-pull-request-without-commit": "pull-request: not-merged",
    "gitea-branch-deleted": "push: not-merged",
    "gitea-tag-pushed": f"push: not-merged {NEW}",
    "gitea-test": "push: not-merged",
    "gitea-issue-comment": "-: not-merged",
    "github-push": f"push: {NEW}",
    "github-branch-made": f"push: {NEW}",
    "github-pull-request-merged": f"pull-request: {NEW}",
    "github-pull-request-closed": "pull-request: not-merged",
    "github-pull-request-opened": "pull-request: not-merged",
    "github-pull-request-labelled-later": "pull-request: not-merged",
    "github-pull-request-other-base": f"pull-request: other-base {NEW}",
    "github-push-other-branch": f"push: other-base {NEW}",
    "github-push-of-fork": f"push: other-repository {NEW}",
    "github-branch-deleted": "push: not-merged",
    "github-tag-pushed": f"push: not-merged {NEW}",
    "github-ping": "-: not-merged",
    "gitlab-push": f"push: {NEW}",
    "gitlab-push-other-branch": f"push: other-base {NEW}",
    "gitlab-branch-deleted": "push: not-merged",
    "gitlab-tag-pushed": "-: not-merged",
    "gitlab-merge-request-merged": f"pull-request: {NEW}",
    "gitlab-merge-request-fast-forward": f"pull-request: {HEAD}",
    "gitlab-merge-request-squashed": f"pull-request: {SQUASHED}",
    "gitlab-merge-request-squashed-and-merged": f"pull-request: {NEW}",
    "gitlab-merge-request-opened": "pull-request: not-merged",
    "gitlab-merge-request-changed-later": "pull-request: not-merged",
    "gitlab-merge-request-other-base": f"pull-request: other-base {NEW}",
    "gitlab-merge-request-of-other-project": f"pull-request: other-repository {NEW}",
}


def announced(forge: Forge, content: dict[str, Any]) -> str:
    """Return the source, then the decision where nothing follows, then the commit."""
    told = announcement(repository(forge), content)
    words = [told.decision, told.merge.commit] if isinstance(told, Ignored) else [told.merge.commit]
    return f"{told.source or '-'}: {' '.join(word for word in words if word)}"


def forge_of(name: str) -> Forge:
    """Return the forge that a delivery's file is named after."""
    forges: Mapping[str, Forge] = {"forgejo": "forgejo", "gitea": "gitea", "github": "github", "gitlab": "gitlab"}
    return forges[name.partition("-")[0]]


def test_every_delivery_is_judged() -> None:
    """Each file has its line in the table, and each line its file."""
    assert {path.stem for path in DELIVERIES.iterdir()} == set(ANNOUNCED)


@pytest.mark.parametrize("name", ANNOUNCED)
def test_delivery_announces(name: str) -> None:
    """The table above says what each delivery tells."""
    assert announced(forge_of(name), payload(name)) == ANNOUNCED[name]


@pytest.mark.parametrize("forge", ["forgejo", "gitea", "github"])
def test_push_and_pull_request_tell_of_the_same_merge(forge: Forge) -> None:
    """Both deliveries of a merge have one key, which names forge, repository, branch and commit."""
    keys = {
        announcement(repository(forge), payload(f"{forge}-{kind}")).merge.key
        for kind in ("push", "pull-request-merged")
    }
    assert keys == {f"merge:{forge}:platform/catalog:main:{NEW}"}


def test_name_of_a_repository_is_taken_in_any_case() -> None:
    """Forges do not tell names by their case; the key is made of the name as configured."""
    content = payload("github-push")
    content["repository"]["full_name"] = "Platform/Catalog"
    told = announcement(repository("github"), content)
    assert told.merge.key == f"merge:github:platform/catalog:main:{NEW}"


def test_branch_is_taken_as_it_is() -> None:
    """A branch whose name ends like the followed one is another branch, and so is one in capitals."""
    for ref in ("refs/heads/x/main", "refs/heads/refs/heads/main", "refs/heads/Main"):
        assert announced("github", payload("github-push") | {"ref": ref}) == f"push: other-base {NEW}"
    assert announced("github", payload("github-push") | {"ref": "main"}) == f"push: not-merged {NEW}"


@pytest.mark.parametrize(
    "after",
    ["", "main", NEW[:12], NEW.upper(), f"{NEW} ", f"{NEW}\n", f"../{NEW[3:]}", NEW + "0", 7, None, [NEW], {"id": NEW}],
)
def test_what_is_no_commit_announces_nothing(after: object) -> None:
    """Whatever is not the full name of a commit goes no further."""
    assert announced("github", payload("github-push") | {"after": after}) == "-: not-merged"


def test_commit_of_sha256_is_one() -> None:
    """Repositories made for SHA-256 have longer names."""
    after = "ab" * 32
    assert announced("forgejo", payload("forgejo-push") | {"after": after, "before": "0" * 64}) == f"push: {after}"


def test_payloads_of_gitlab_and_others_are_not_mixed_up() -> None:
    """A body in the form of another family announces nothing."""
    assert announced("gitlab", payload("github-push")) == "-: not-merged"
    assert announced("github", payload("gitlab-push")) == "-: not-merged"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"push"',
        b"payload=%7B%7D",
        b'{"ref": NaN}',
        b"\xff\xfe{}",
        b'{"a":' * 100_000,
        b"[" * 100_000,
        b'{"a": "\xed\xa0\x80"}',
    ],
)
def test_what_is_no_object_is_none(content: bytes) -> None:
    """A body that is no JSON object is told apart, however it is made."""
    assert document(content) is None


def test_body_of_a_delivery_is_an_object() -> None:
    """What is read is what was sent."""
    assert document(body("gitlab-push")) == payload("gitlab-push")
