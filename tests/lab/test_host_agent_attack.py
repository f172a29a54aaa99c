"""The host agent under attack in every shell: nothing but the table's programs ever runs, whatever is asked."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Final

import pytest

from platformctl.observe.question import AGENT_WORDS, COMMANDS, ID_GRAMMARS

from .agent_attack import SEED, agent, as_expected, attack
from .agent_oracle import expected
from .agent_requests import INSPECTS, requests
from .cage import SHELLS, Cage
from .workspace import subfolder

pytestmark = [pytest.mark.lab, pytest.mark.slow]

COUNT: Final = 1500
DIGITS: Final = "0123456789abcdef" * 4


def words(text: str) -> str:
    """Put an ID into a word, or nothing where there is no place for one."""
    return text.replace("{id}", DIGITS)


QUESTIONS: Final = [
    shlex.join((*argv, *[DIGITS] * (purpose in ID_GRAMMARS)))
    for purposes in COMMANDS.values()
    for purpose, argv in purposes.items()
] + [f"platformctl-agent {words(word)}" for word in AGENT_WORDS.values()]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_question_of_the_table_is_answered(lab: Path, shell: str) -> None:
    """What is in the table is known to the agent, and to the oracle, which was written without the table."""
    cage = Cage(subfolder(lab, shell), agent())
    answers = list(cage.ask(shell, [question.encode() for question in QUESTIONS]))
    assert [answer.runs for answer in answers] == [(expected(question.encode()),) for question in QUESTIONS]
    assert {(answer.status, answer.output, answer.complaint) for answer in answers} == {(0, b"", b"")}
    assert cage.strays() == []


LIMITS: Final = {
    **{prefix + " ".join([DIGITS] * count): count <= 1000 for prefix in INSPECTS for count in (1000, 1001)},
    **{f"platformctl-agent{f' image:sha256:{DIGITS}' * count}": count <= 1003 for count in (1003, 1004)},
    **{f"platformctl-agent{' info' * count}": count <= 1003 for count in (1003, 1004)},
}


@pytest.mark.parametrize("shell", SHELLS)
def test_as_many_ids_as_may_be_and_one_more(lab: Path, shell: str) -> None:
    """Every question that takes IDs takes as many as the table says, and is refused with one more."""
    cage = Cage(subfolder(lab, shell), agent())
    answers = cage.ask(shell, [request.encode() for request in LIMITS])
    found = dict(zip(LIMITS, answers, strict=True))
    assert [request for request, answer in found.items() if not as_expected(request.encode(), answer)] == []
    assert {request: bool(answer.runs) for request, answer in found.items()} == LIMITS


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_else_is_ever_run(lab: Path, shell: str) -> None:
    """Near misses, injections and noise start no program, write no file, and get one harmless line with 126."""
    result = attack(lab, shell, list(requests(COUNT, SEED)))
    assert (result.breaches, result.strays) == ([], [])
    assert result.asked.total() == COUNT
    assert result.answered["right"] == result.asked["right"] > 0


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "line",
    [
        'eval "$SSH_ORIGINAL_COMMAND"',
        "exec $SSH_ORIGINAL_COMMAND",
        'case $SSH_ORIGINAL_COMMAND in docker\\ *) exec sh -c "$SSH_ORIGINAL_COMMAND" ;; esac; exit 126',
    ],
)
def test_a_usual_mistake_would_be_seen(lab: Path, shell: str, line: str) -> None:
    """What the attack relies on: the scripts that people write by hand do not stand it."""
    cage = Cage(subfolder(lab, shell), f"PATH=/usr/bin\n{line}\n")
    made = [request for _, request in requests(300, SEED)]
    assert not all(map(as_expected, made, cage.ask(shell, made)))


def test_an_agent_that_writes_would_be_seen(lab: Path) -> None:
    """A file that somebody writes anywhere in the cage is found."""
    cage = Cage(subfolder(lab, "dash"), 'eval "$SSH_ORIGINAL_COMMAND"\n')
    list(cage.ask("dash", [b": >/tmp/pwned"]))
    assert cage.strays() == [str(cage.folder / "tmp/pwned")]


def test_a_host_without_the_program_is_told(lab: Path) -> None:
    """Where docker, podman or curl is absent, one line says so, with the exit status of shells."""
    cage = Cage(subfolder(lab, "bare"), agent().replace("\nPATH=", "\nPATH=/nonexistent #"))
    asked = [b"docker info --format '{{json .}}'", b"podman info --format '{{json .}}'", b"platformctl-agent info"]
    assert [(one.status, one.output, one.complaint) for one in cage.ask("dash", asked)] == [
        (127, b"", f"platformctl-agent: {program} is not installed on this host\n".encode())
        for program in ("docker", "podman", "curl")
    ]


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    """The script is clean by shellcheck's rules for POSIX shells, the optional ones that are about quoting too."""
    done = shellcheck(tmp_path, agent())
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_shellcheck_would_find_something(tmp_path: Path) -> None:
    """What the test before relies on: a variable without quotes is found."""
    assert "SC2086" in shellcheck(tmp_path, agent() + "ls $request\n").stdout


def shellcheck(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Check a script."""
    (folder / "agent").write_text(script)
    command = ["/usr/bin/shellcheck", "--shell=sh", "--enable=quote-safe-variables", str(folder / "agent")]
    return subprocess.run(command, capture_output=True, text=True, check=False)
