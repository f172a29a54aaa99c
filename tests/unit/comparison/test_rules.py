"""Each tool's rule says what its source says, also where this is surprising."""

from __future__ import annotations

from dataclasses import replace

from tests.comparison import rules
from tests.comparison.answer import of_lock
from tests.comparison.says import Says

from .one import AMD64, CONFIG, INDEX, LOCK, NAME, OLD, OTHER_CONFIG, TAG, case, record


def test_watchtower_pulls_nothing_where_the_digest_is_listed() -> None:
    """Any entry of RepoDigests that is the registry's digest spares the pull, and the name is the same image."""
    assert rules.watchtower(case(record(OLD, INDEX))) == Says.IN_SYNC


def test_watchtower_compares_the_id_after_a_pull() -> None:
    """Without the digest among RepoDigests the name is pulled, and its ID decides."""
    assert rules.watchtower(case(record())) == Says.IN_SYNC
    assert rules.watchtower(case(record(OLD), runs=OLD)) == Says.DRIFT
    assert rules.watchtower(case(record(), runs=OTHER_CONFIG)) == Says.DRIFT
    assert rules.watchtower(case(record(OLD), runs=OLD, store="containerd", manifest=AMD64)) == Says.DRIFT


def test_watchtower_skips() -> None:
    """A container made from an ID is skipped, and one to update whose image's record is gone."""
    assert rules.watchtower(case(record(INDEX), made_from=CONFIG)) == Says.NOTHING
    assert rules.watchtower(case(record(INDEX), made_from=CONFIG.removeprefix("sha256:")[:12])) == Says.NOTHING
    assert rules.watchtower(case(None, runs=OLD)) == Says.NOTHING
    assert rules.watchtower(case(None)) == Says.IN_SYNC


def test_watchtower_needs_the_image_of_the_name() -> None:
    """Nothing is pulled and the name is not this image's any more: which image it names is not recorded."""
    assert rules.watchtower(case(record(INDEX, tags=()))) == Says.NOT_RECORDED


def test_wud_takes_the_first_of_repo_digests() -> None:
    """The first entry is compared, whatever the others are."""
    answer = replace(of_lock(LOCK, "classic"), children={(INDEX, "linux/amd64"): AMD64, (OLD, "linux/amd64"): OLD})
    assert rules.wud(case(record(INDEX, OLD), answer=answer)) == Says.IN_SYNC
    assert rules.wud(case(record(OLD, INDEX), answer=answer)) == Says.DRIFT


def test_wud_compares_manifests_of_the_platform() -> None:
    """Two indexes with the same manifest for the platform are no update."""
    same = {(INDEX, "linux/amd64"): AMD64, (OLD, "linux/amd64"): AMD64}
    answer = replace(of_lock(LOCK, "classic"), children=same)
    assert rules.wud(case(record(OLD), answer=answer)) == Says.IN_SYNC
    assert rules.wud(case(record(AMD64), answer=answer)) == Says.IN_SYNC


def test_wud_compares_tags_without_repo_digests() -> None:
    """Without RepoDigests there is nothing but the tag, which is equal: no update, whatever runs."""
    assert rules.wud(case(record(), runs=OLD)) == Says.IN_SYNC


def test_wud_goes_by_the_first_tag_of_what_is_listed_by_id() -> None:
    """A name that is another image's by now is listed as an ID: the first tag stands in, or it is skipped."""
    assert rules.wud(case(record(INDEX, tags=()))) == Says.NOTHING
    assert rules.wud(case(record(INDEX, tags=(f"{NAME}:2",)))) == Says.IN_SYNC
    assert rules.wud(case(record(INDEX, tags=("ghcr.io/other/wiki:1",)))) == Says.NOT_ASKED
    assert rules.wud(case(record(INDEX), made_from=f"{NAME}@{INDEX}")) == Says.IN_SYNC
    assert rules.wud(case(record(INDEX, tags=(f"{NAME}@{INDEX}",)), made_from=f"{NAME}@{INDEX}")) == Says.NOT_RECORDED


def test_wud_fails_without_an_answer() -> None:
    """A digest that no registry has, a platform that no index has, and a record that is gone are no update."""
    refused = replace(of_lock(LOCK, "classic"), refused=frozenset({OLD}))
    assert rules.wud(case(record(OLD), answer=refused)) == Says.NOTHING
    assert rules.wud(case(record(INDEX, architecture=""))) == Says.NOTHING
    assert rules.wud(case(None)) == Says.NOTHING
    assert rules.wud(case(record(OLD))) == Says.NOT_RECORDED


def test_cup_looks_at_all_of_repo_digests() -> None:
    """The digest may be anywhere among them."""
    assert rules.cup(case(record(OLD, INDEX))) == Says.IN_SYNC
    assert rules.cup(case(record(OLD, AMD64))) == Says.DRIFT


def test_cup_drops_images() -> None:
    """Images without tags, without digests, or whose first tag holds an @ are not listed."""
    assert rules.cup(case(record(INDEX, tags=()))) == Says.NOTHING
    assert rules.cup(case(record())) == Says.NOTHING
    assert rules.cup(case(record(INDEX, tags=(f"{NAME}@{INDEX}", TAG)))) == Says.NOTHING
    assert rules.cup(case(None)) == Says.NOTHING


def test_cup_reads_podman_through_its_socket() -> None:
    """Its documentation names Podman's socket; Podman's own command line is nothing that it reads."""
    assert rules.cup(case(record(INDEX), store="podman", podman=True)) == Says.IN_SYNC
    assert rules.cup(case(record(INDEX), store="podman", podman=True, api="podman")) == Says.NOT_ASKED


def test_a_name_of_another_repository_is_another_question() -> None:
    """What is new under the container's name says nothing about a declaration in another repository."""
    elsewhere = case(record(INDEX), declared=f"ghcr.io/mirror/wiki@{INDEX}")
    part = case(record(INDEX), part_pinned=True)
    watchers = (rules.watchtower, rules.wud, rules.cup)
    assert [rule(asked) for rule in watchers for asked in (elsewhere, part)] == [Says.NOT_ASKED] * 6
    assert rules.watchtower(case(record(INDEX), made_from=f"{NAME}@{INDEX}")) == Says.NOT_ASKED


def test_diun_never_looks_at_what_runs() -> None:
    """It compares the registry with itself."""
    assert [rules.diun(case(record(digest))) for digest in (INDEX, OLD)] == [Says.NOT_ASKED, Says.NOT_ASKED]


def test_ansible_compares_image_ids() -> None:
    """The config's digest on a classic store, the pulled digest on a containerd store, where an equal image differs."""
    assert rules.ansible(case(record())) == Says.IN_SYNC
    assert rules.ansible(case(record(INDEX), runs=OLD)) == Says.DRIFT
    assert rules.ansible(case(record(), runs=INDEX, store="containerd")) == Says.IN_SYNC
    assert rules.ansible(case(record(), runs=AMD64, store="containerd")) == Says.DRIFT


def test_ansible_compares_names_by_default() -> None:
    """An equal image under another name is made again."""
    assert rules.ansible_by_default(case(record(INDEX))) == Says.DRIFT
    assert rules.ansible_by_default(case(record(INDEX), made_from=f"{NAME}@{INDEX}")) == Says.IN_SYNC
    assert rules.ansible_by_default(case(record(), made_from=f"{NAME}@{INDEX}", runs=OLD)) == Says.DRIFT


def test_ansible_has_no_rule_for_a_tag_beside_a_digest() -> None:
    """Such a name is looked for as no engine lists it."""
    assert rules.ansible(case(record(INDEX), declared=f"{TAG}@{INDEX}")) == Says.NOT_ASKED
    assert rules.ansible(case(record(INDEX), declared=f"localhost:5000/wiki@{INDEX}")) == Says.IN_SYNC


def test_compose_compares_manifests_where_they_are_shown() -> None:
    """With manifests two indexes of one manifest are equal; without, image IDs decide."""
    shown = case(record(), runs=OLD, store="containerd", manifest=AMD64, manifests_shown=True)
    assert rules.compose(shown) == Says.IN_SYNC
    assert rules.compose(replace(shown, manifests_shown=False)) == Says.DRIFT
    other = case(record(), runs=INDEX, store="containerd", manifest=OLD, manifests_shown=True)
    assert rules.compose(other) == Says.DRIFT
    assert rules.compose(case(record())) == Says.IN_SYNC


def test_compose_hashes_the_name_as_it_is_written() -> None:
    """The same image by another name in the file is another service."""
    assert rules.compose_whole(case(record())) == Says.DRIFT
    assert rules.compose_whole(case(record(), made_from=f"{NAME}@{INDEX}")) == Says.IN_SYNC


def test_only_a_documented_podman_counts() -> None:
    """Tools whose documentation does not name Podman are not asked about it."""
    on_podman = case(record(INDEX), store="podman", podman=True)
    silent = (rules.watchtower, rules.wud, rules.ansible, rules.compose, rules.ansible_by_default, rules.compose_whole)
    assert [rule(on_podman) for rule in silent] == [Says.NOT_ASKED] * 6


def test_repo_digests_only() -> None:
    """What is not listed is drift, also where nothing is; a tag has nothing to be looked for."""
    assert rules.repo_digests(case(record(OLD, INDEX))) == Says.IN_SYNC
    assert rules.repo_digests(case(record())) == Says.DRIFT
    assert rules.repo_digests(case(None)) == Says.NOTHING
    assert rules.repo_digests(case(record(INDEX), declared=TAG)) == Says.NOT_ASKED
