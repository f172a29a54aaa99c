"""SSH servers that misbehave: each fault has its own reason, ends in time and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

import paramiko
import pytest

from platformctl.adapters.fleet import Retry, observe_host
from platformctl.errors import Failure
from platformctl.observation.container import Undescribed
from platformctl.observation.snapshot import observation
from platformctl.reason import Reason

from .entry import held
from .hostile_server import ENGINE, RECORDING, Answer, cut_after, endless, in_pieces, says, ssh_server
from .observer import Observer, script
from .ssh_faults import (
    BANNERS,
    CONTAINER,
    FAULTY_ANSWERS,
    GONE,
    IMAGES,
    INFO,
    INSPECT,
    LIST,
    LISTING,
    ODD,
    PATIENT,
    SECOND_QUESTION,
    SHORT_LOGIN,
    STEPS,
    VERSION,
)
from .tcp_server import Server, tcp_server


@pytest.fixture
def observer(tmp_path: Path) -> Observer:
    """An observer of this test alone."""
    return Observer(tmp_path)


def test_a_sane_server_is_observed_with_the_commands_of_the_table(observer: Observer) -> None:
    """What the server is sent is what the look says it sent: five commands, one for each question."""
    played = script()
    with ssh_server(played) as server:
        snapshot = observer.look(server)
    assert snapshot.failure is None
    assert played.logins == [("platform-observer", "ecdsa-sha2-nistp256")] * len(played.logins)
    assert sorted(played.commands[:3]) == [
        "docker container ls --all --no-trunc --format '{{.ID}} {{.Names}}'",
        "docker info --format '{{json .}}'",
        "docker version --format '{{json .}}'",
    ]
    assert played.commands[3:] == [
        f"docker container inspect -- {CONTAINER['Id']}",
        f"docker image inspect -- {CONTAINER['Image']}",
    ]
    assert [list(argv) for argv in snapshot.attempt.commands] == [
        ["docker", "version", "--format", "{{json .}}"],
        ["docker", "info", "--format", "{{json .}}"],
        ["docker", "container", "ls", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}"],
        ["docker", "container", "inspect", "--", CONTAINER["Id"]],
        ["docker", "image", "inspect", "--", CONTAINER["Image"]],
    ]


@pytest.mark.parametrize("name", FAULTY_ANSWERS)
def test_a_faulty_answer_is_a_failure_with_its_own_reason(observer: Observer, name: str) -> None:
    """Nothing of what such a host says is believed: no engine, no container, and one reason."""
    answers, limits, message, reason = FAULTY_ANSWERS[name]
    with ssh_server(script(answers)) as server:
        snapshot = observer.look(server, limits)
    assert (snapshot.failure, snapshot.engine, snapshot.containers) == (Failure(reason, message), None, ())


def test_a_list_that_is_cut_is_no_list(observer: Observer) -> None:
    """What a cut connection leaves of a list would look like containers that are missing, whatever its exit status."""
    with ssh_server(script({LIST: cut_after(LISTING, status=0)})) as server:
        snapshot = observer.look(server)
    assert snapshot.failure
    assert snapshot.failure.reason is Reason.CONNECTION_LOST
    assert (snapshot.engine, snapshot.containers) == (None, ())


@pytest.mark.parametrize("name", STEPS)
def test_a_server_that_stops_at_a_step_is_told_apart(observer: Observer, name: str) -> None:
    """Whatever call is stuck, it ends in time; a refusal is no cut connection."""
    steps, limits, message, reason = STEPS[name]
    with ssh_server(script(steps=steps)) as server:
        failure = observer.look(server, limits).failure
        assert failure == Failure(reason, message.replace("PORT", str(server.port)))


@pytest.mark.parametrize("name", BANNERS)
def test_a_server_that_does_not_speak_ssh_is_a_failure_in_time(observer: Observer, name: str) -> None:
    """Silence, endless words and other protocols end, with one printable line."""
    handle, message, reason = BANNERS[name]
    with tcp_server(handle) as server:
        failure = observer.look(server, SHORT_LOGIN).failure
        assert failure == Failure(reason, f"127.0.0.1:{server.port}: {message}")


def test_small_packets_make_the_same_answer(observer: Observer) -> None:
    """An answer that comes in pieces of seven bytes is the answer that comes at once."""
    pieces = {
        LIST: in_pieces(LISTING, 7),
        INSPECT: in_pieces((RECORDING / "containers.json").read_bytes(), 777),
    }
    with ssh_server(script()) as server:
        whole = observer.look(server)
    with ssh_server(script(pieces)) as server:
        split = observer.look(server)
    assert split.failure is None
    assert (split.containers, split.undescribed, split.images) == (
        whole.containers,
        whole.undescribed,
        whole.images,
    )


def test_a_flood_of_complaints_beside_a_good_answer_is_passed_over(observer: Observer) -> None:
    """What fits in the channel's window on stderr does not keep stdout from being read to its end."""
    flooded = says((RECORDING / "containers.json").read_bytes(), stderr=b"noise\n" * 100_000)
    with ssh_server(script({INSPECT: flooded})) as server:
        assert len(observer.look(server).containers) == 1


@pytest.mark.parametrize("name", SECOND_QUESTION)
def test_without_the_second_answer_the_first_stands(observer: Observer, name: str) -> None:
    """When the images cannot be asked about, the containers are kept and the failure is said."""
    answer, limits, failure = SECOND_QUESTION[name]
    with ssh_server(script({IMAGES: answer})) as server:
        snapshot = observer.look(server, limits)
    assert snapshot.failure is None
    assert [one["Id"] for one in snapshot.containers] == [CONTAINER["Id"]]
    assert (snapshot.images, snapshot.images_failure) == ((), failure)


@pytest.mark.parametrize("stderr", [GONE, b"WARNING: config: permission denied\nError: No such image: x\n"])
def test_an_image_that_is_gone_is_no_failure(observer: Observer, stderr: bytes) -> None:
    """Exit status 1 with nothing but the names of what is gone is an answer; warnings do not count."""
    with ssh_server(script({IMAGES: says(b"[]", stderr=stderr, status=1)})) as server:
        snapshot = observer.look(server)
    assert (snapshot.images, snapshot.images_failure) == ((), None)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_description_never_makes_a_container_vanish(observer: Observer, name: str) -> None:
    """A container whose description lacks what a verdict needs is undescribed, not absent."""
    document, described = ODD[name]
    with ssh_server(script({INSPECT: says(json.dumps([document]).encode())})) as server:
        seen = observation(observer.look(server))
    assert (len(seen.containers), len(seen.undescribed)) == (described, 1 - described)  # type: ignore[union-attr]


def test_a_container_without_a_name_is_listed(observer: Observer) -> None:
    """While the engine removes a container it has no name: the list counts it, and the others are described."""
    nameless = "0" * 64
    with ssh_server(script({LIST: says(LISTING + f"{nameless} \n".encode())})) as server:
        snapshot = observer.look(server)
    assert snapshot.failure is None
    assert snapshot.undescribed == (Undescribed(nameless, ""),)


def test_a_name_given_by_a_link_is_not_the_containers_own(observer: Observer) -> None:
    """Docker lists link aliases beside the own name, in no fixed order."""
    with ssh_server(script({LIST: says(f"{'1' * 64} web/db,own\n".encode() + LISTING)})) as server:
        assert observer.look(server).undescribed == (Undescribed("1" * 64, "own"),)


def test_nothing_is_left_of_many_faulty_hosts(observer: Observer) -> None:
    """After every kind of fault this process has the threads, files and sockets that it had before."""
    before = held()
    for answers, limits, _, _ in FAULTY_ANSWERS.values():
        if limits is PATIENT:
            with ssh_server(script(answers)) as server:
                observer.look(server, limits)
    for steps, _, _, _ in STEPS.values():
        with ssh_server(script(steps=steps)) as server:
            observer.look(server, dataclasses.replace(PATIENT, login_s=0.5, answer_s=0.5))
    for handle, _, _ in BANNERS.values():
        with tcp_server(handle) as server:
            observer.look(server, dataclasses.replace(PATIENT, login_s=0.5))
    for known in ("", "rubbish"):
        with ssh_server(script()) as server:
            observer.look(server, known=known)
    assert held() == before


@pytest.mark.parametrize(
    ("answers", "steps", "tries"),
    [
        ({VERSION: says(b"rubbish")}, {}, 3),
        ({INFO: cut_after(b"{")}, {}, 3),
        ({VERSION: says(stderr=b"no", status=127)}, {}, 1),
        ({INSPECT: endless}, {}, 1),
        ({}, {"refuses": "login"}, 1),
        ({}, {"drops_at": "login"}, 3),
    ],
)
def test_only_what_can_pass_is_tried_again(
    observer: Observer, answers: Mapping[str, Answer], steps: Mapping[str, str], tries: int
) -> None:
    """A refused key or a missing docker is asked for once, a broken connection three times."""
    with ssh_server(script(answers, steps)) as server:
        way = observer.transport(server)
        snapshot = observe_host("h1", way, Retry(tries=3, delay_s=0.01))
        assert (snapshot.attempt.tries, server.connections) == (tries, tries)
    assert snapshot.failure
    assert snapshot.failure.reason.retryable == (tries == 3)


def test_a_host_that_recovers_is_observed_and_the_tries_are_counted(observer: Observer) -> None:
    """Two failures and then an answer make an observation with three tries, and the commands of all of them."""
    left = iter([says(b"rubbish"), says(b"rubbish")])

    def recovering(channel: paramiko.Channel, server: Server) -> None:
        next(left, ENGINE[VERSION])(channel, server)

    answers = {VERSION: recovering}
    with ssh_server(script(answers)) as server:
        way = observer.transport(server)
        snapshot = observe_host("h1", way, Retry(tries=3, delay_s=0.01))
    assert (snapshot.failure, snapshot.attempt.tries) == (None, 3)
    assert [argv[1:3] for argv in snapshot.attempt.commands] == [
        *[("version", "--format"), ("info", "--format"), ("container", "ls")] * 3,
        ("container", "inspect"),
        ("image", "inspect"),
    ]
