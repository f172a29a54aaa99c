"""What an SSH host can do wrong, and what a look must say of it."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from platformctl.adapters.limits import Limits
from platformctl.errors import Failure
from platformctl.reason import Reason

from .hostile_server import RECORDING, Answer, cut_after, endless, endless_complaint, never_closed, says, silent
from .tcp_server import Server, hangs_up, sends, sends_for_ever

Handle: TypeAlias = Callable[[socket.socket, Server], None]

PATIENT = Limits(connect_s=5, login_s=10, answer_s=10, answer_bytes=1 << 20)
SHORT_LOGIN = dataclasses.replace(PATIENT, login_s=1)
SHORT_ANSWER = dataclasses.replace(PATIENT, answer_s=1.5)

CONTAINER = json.loads((RECORDING / "containers.json").read_text())[0]
LISTING = f"{CONTAINER['Id']} {CONTAINER['Name'][1:]}\n".encode()
HALF = (RECORDING / "containers.json").read_bytes()[:2000]

VERSION, INFO, LIST = "docker version", "docker info", "docker container ls"
INSPECT, IMAGES = "docker container inspect", "docker image inspect"

FAULTY_ANSWERS: Mapping[str, tuple[Mapping[str, Answer], Limits, str, Reason]] = {
    "rubbish": (
        {VERSION: says(b"Welcome!\n{}")},
        PATIENT,
        "version: the answer is not JSON, or only half of it",
        Reason.RUBBISH_OUTPUT,
    ),
    "empty": (
        {VERSION: says(b"")},
        PATIENT,
        "version: the answer is not JSON, or only half of it",
        Reason.RUBBISH_OUTPUT,
    ),
    "empty-inspect": (
        {INSPECT: says(b"")},
        PATIENT,
        "container inspect: the answer is not JSON, or only half of it",
        Reason.RUBBISH_OUTPUT,
    ),
    "empty-list-of-a-host-that-counts-containers": (
        {LIST: says(b"")},
        PATIENT,
        "the engine counts 1 containers and lists none",
        Reason.RUBBISH_OUTPUT,
    ),
    "half-a-json": (
        {INSPECT: says(HALF)},
        PATIENT,
        "container inspect: the answer is not JSON, or only half of it",
        Reason.RUBBISH_OUTPUT,
    ),
    "half-a-json-and-killed": (
        {INSPECT: says(HALF, status=None)},
        PATIENT,
        "container inspect: the command was ended before its end",
        Reason.CONNECTION_LOST,
    ),
    "cut-in-the-answer": (
        {INSPECT: cut_after(HALF)},
        PATIENT,
        "container inspect: the connection was closed",
        Reason.CONNECTION_LOST,
    ),
    "cut-after-a-good-exit-status": (
        {INSPECT: cut_after((RECORDING / "containers.json").read_bytes(), status=0)},
        PATIENT,
        "container inspect: the connection was closed",
        Reason.CONNECTION_LOST,
    ),
    "list-line-rubbish": (
        {LIST: says(LISTING + b"Last login: yesterday\n")},
        PATIENT,
        "container list: a line is not an ID and a name",
        Reason.RUBBISH_OUTPUT,
    ),
    "list-with-a-name-in-no-encoding": (
        {LIST: says(LISTING + b"\xff\xfe\n")},
        PATIENT,
        "container list: a line is not an ID and a name",
        Reason.RUBBISH_OUTPUT,
    ),
    "json-in-no-encoding": (
        {INSPECT: says(b'[{"Id": "\xff"}]')},
        PATIENT,
        "container inspect: the answer is not JSON, or only half of it",
        Reason.RUBBISH_OUTPUT,
    ),
    "object-for-array": (
        {INSPECT: says(b"{}")},
        PATIENT,
        "container inspect: the answer is no JSON array",
        Reason.RUBBISH_OUTPUT,
    ),
    "array-for-object": ({INFO: says(b"[]")}, PATIENT, "info: the answer is no JSON object", Reason.RUBBISH_OUTPUT),
    "array-of-numbers": (
        {INSPECT: says(b"[1, 2]")},
        PATIENT,
        "what is described is not what was asked for",
        Reason.RUBBISH_OUTPUT,
    ),
    "no-id": (
        {INSPECT: says(json.dumps([{**CONTAINER, "Id": None}]).encode())},
        PATIENT,
        "what is described is not what was asked for",
        Reason.RUBBISH_OUTPUT,
    ),
    "nested-for-ever": (
        {INSPECT: says(b"[" * 100_000)},
        PATIENT,
        "container inspect: the answer is not JSON, or only half of it",
        Reason.RUBBISH_OUTPUT,
    ),
    "no-version": ({VERSION: says(b"{}")}, PATIENT, "the engine does not tell its version", Reason.RUBBISH_OUTPUT),
    "endless-output": (
        {INSPECT: endless},
        PATIENT,
        "container inspect: the answer is larger than 1048576 bytes",
        Reason.OUTPUT_TOO_LARGE,
    ),
    "endless-complaint": (
        {INSPECT: endless_complaint},
        SHORT_ANSWER,
        "container inspect: no whole answer within 1.5 s",
        Reason.TIMED_OUT,
    ),
    "hangs": ({INFO: silent}, SHORT_ANSWER, "info: no whole answer within 1.5 s", Reason.TIMED_OUT),
    "channel-never-closed": (
        {INSPECT: never_closed((RECORDING / "containers.json").read_bytes())},
        SHORT_ANSWER,
        "container inspect: no whole answer within 1.5 s",
        Reason.TIMED_OUT,
    ),
    "complaint-that-writes-on-the-terminal": (
        {VERSION: says(stderr=b"\x1b]0;title\x07\x1b[2Jboom \xe2\x80\xae\nsecond line", status=1)},
        PATIENT,
        "version: \\x1b]0;title\\x07\\x1b[2Jboom \\u202e",
        Reason.COMMAND_FAILED,
    ),
    "flood-of-complaints": (
        {VERSION: says(stderr=b"E" * 500_000, status=1)},
        PATIENT,
        f"version: {'E' * 299}…",
        Reason.COMMAND_FAILED,
    ),
    "status-without-a-word": ({VERSION: says(status=3)}, PATIENT, "version: exit status 3", Reason.COMMAND_FAILED),
    "no-docker": (
        {VERSION: says(stderr=b"/bin/sh: 1: docker: not found\n", status=127)},
        PATIENT,
        "version: /bin/sh: 1: docker: not found",
        Reason.ENGINE_ABSENT,
    ),
    "may-not-be-run": (
        {VERSION: says(stderr=b"this key may not run that\n", status=126)},
        PATIENT,
        "version: this key may not run that",
        Reason.COMMAND_REFUSED,
    ),
}

STEPS: Mapping[str, tuple[Mapping[str, str], Limits, str, Reason]] = {
    "login-never-answered": (
        {"stuck_at": "login"},
        SHORT_LOGIN,
        "127.0.0.1:PORT: no login within 1 s",
        Reason.TIMED_OUT,
    ),
    "login-refused": (
        {"refuses": "login"},
        PATIENT,
        "platform-observer@127.0.0.1: the host takes none of the keys offered",
        Reason.AUTHENTICATION_FAILED,
    ),
    "login-cut": (
        {"drops_at": "login"},
        PATIENT,
        "127.0.0.1:PORT: Authentication failed: transport shut down or saw EOF",
        Reason.CONNECTION_LOST,
    ),
    "channel-never-opened": (
        {"stuck_at": "channel"},
        SHORT_ANSWER,
        "version: no whole answer within 1.5 s",
        Reason.TIMED_OUT,
    ),
    "channel-refused": (
        {"refuses": "channel"},
        PATIENT,
        "version: the server opens no session",
        Reason.COMMAND_REFUSED,
    ),
    "command-never-accepted": (
        {"stuck_at": "command"},
        SHORT_ANSWER,
        "version: no whole answer within 1.5 s",
        Reason.TIMED_OUT,
    ),
    "command-refused": (
        {"refuses": "command"},
        PATIENT,
        "version: the server runs no commands for this account",
        Reason.COMMAND_REFUSED,
    ),
}

BANNERS: Mapping[str, tuple[Handle, str, Reason]] = {
    "never": (sends(), "no login within 1 s", Reason.TIMED_OUT),
    "endless-line": (sends_for_ever(b"x" * 4096), "no login within 1 s", Reason.TIMED_OUT),
    "half": (sends(b"SSH-2.0-half\r\n"), "no login within 1 s", Reason.TIMED_OUT),
    "closed": (hangs_up, "Error reading SSH protocol banner", Reason.CONNECTION_LOST),
    "another-protocol": (
        sends(*[b"HTTP/1.1 400 \x1b[31mBad Request\r\n"] * 100),
        'Indecipherable protocol version "HTTP/1.1 400 \\x1b[31mBad Request"',
        Reason.CONNECTION_LOST,
    ),
    "another-version": (
        sends(b"SSH-1.5-old\x1b[2J\r\n"),
        "Incompatible version (1.5 instead of 2.0)",
        Reason.CONNECTION_LOST,
    ),
}

GONE = b"Error response from daemon: No such image: sha256:0\n"
SECOND_QUESTION: Mapping[str, tuple[Answer, Limits, Failure]] = {
    "fails": (
        says(stderr=b"Error response from daemon: boom\n", status=1),
        PATIENT,
        Failure(Reason.COMMAND_FAILED, "image inspect: Error response from daemon: boom"),
    ),
    "fails-among-what-is-gone": (
        says(b"[]", stderr=GONE + b"Error response from daemon: boom\n", status=1),
        PATIENT,
        Failure(Reason.COMMAND_FAILED, "image inspect: Error response from daemon: No such image: sha256:0"),
    ),
    "hangs": (silent, SHORT_ANSWER, Failure(Reason.TIMED_OUT, "image inspect: no whole answer within 1.5 s")),
    "cut": (cut_after(b"[{"), PATIENT, Failure(Reason.CONNECTION_LOST, "image inspect: the connection was closed")),
    "rubbish": (says(b"null"), PATIENT, Failure(Reason.RUBBISH_OUTPUT, "image inspect: the answer is no JSON array")),
}

ODD: Mapping[str, tuple[Mapping[str, Any], int]] = {
    "name-not-a-text": ({**CONTAINER, "Name": 7}, 0),
    "state-missing": ({key: value for key, value in CONTAINER.items() if key != "State"}, 0),
    "labels-null": ({**CONTAINER, "Config": {**CONTAINER["Config"], "Labels": None}}, 1),
    "label-of-800-kB": ({**CONTAINER, "Config": {**CONTAINER["Config"], "Labels": {"x": "y" * 800_000}}}, 1),
    "half-a-surrogate": ({**CONTAINER, "Config": {**CONTAINER["Config"], "Image": "\ud800"}}, 1),
    "id-is-a-deep-nest": ({**CONTAINER, "Created": json.loads("[" * 500 + "]" * 500)}, 1),
}
