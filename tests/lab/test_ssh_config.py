"""Our reader of OpenSSH configurations beside `ssh -G`: a file that is read differently could mean another host."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from platformctl.adapters.ssh_config import NONE, Settings, settings
from platformctl.errors import Failure, LookFailed
from platformctl.reason import Reason

from .ssh_configs import FILES, READ, REFUSED_BY_BOTH, REFUSED_BY_US

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not shutil.which("ssh"), reason="needs the OpenSSH client"),
]

WAY: Final = "say what it says in hosts.yaml, and ssh_config: none or another file"
KEYWORDS: Final = (
    "hostname", "port", "user", "proxyjump", "proxycommand", "identityfile", "identitiesonly", "certificatefile",
    "userknownhostsfile", "globalknownhostsfile", "hostkeyalias",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files lie that others include."""
    made = tmp_path_factory.mktemp("configs")
    for name, text in FILES.items():
        (made / name).write_text(text)
    return made


def written(folder: Path, text: str) -> Path:
    """Write a configuration."""
    (folder / "config").write_text(text.replace("{folder}", str(folder)), newline="")
    return folder / "config"


def openssh(file: Path) -> Mapping[str, Sequence[str]] | None:
    """Return what ssh makes of a file for the host `a`, None where it refuses it."""
    done = subprocess.run(["ssh", "-G", "-F", str(file), "a"], capture_output=True, check=False)
    if done.returncode:
        return None
    lines = [line.partition(" ") for line in done.stdout.decode().splitlines()]
    return {word: [value for keyword, _, value in lines if keyword == word] for word in KEYWORDS}


def ours(file: Path, usual: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return what we make of a file; what it says nothing about is what ssh says without a file."""
    found = settings(file, "a", ours=False)
    said = {
        "hostname": [found.host.lower()],
        "port": _one(found.port),
        "user": _one(found.user),
        "proxyjump": _one(None if found.jump == NONE else (found.jump or "").removeprefix("ssh://") or None),
        "proxycommand": _one(_command(found)),
        "identityfile": found.identity_files,
        "identitiesonly": _one({True: "yes", False: "no", None: None}[found.identities_only]),
        "certificatefile": found.certificate_files,
        "userknownhostsfile": _one(" ".join(found.known_hosts or ()) or None),
        "globalknownhostsfile": _one(" ".join(found.global_known_hosts or ()) or None),
        "hostkeyalias": _one(found.host_key_alias),
    }
    return {word: said[word] or usual[word] for word in KEYWORDS}


def _one(value: object) -> list[str]:
    return [] if value is None else [str(value)]


def _command(found: Settings) -> str | None:
    return None if found.proxy_command is None or found.proxy_command.rest == NONE else found.proxy_command.rest


@pytest.fixture(scope="module")
def usual(folder: Path) -> Mapping[str, Sequence[str]]:
    """What ssh does where a file says nothing."""
    said = openssh(written(folder, ""))
    assert said
    return said


@pytest.mark.parametrize("name", READ)
def test_a_configuration_is_read_as_openssh_reads_it(
    folder: Path, usual: Mapping[str, Sequence[str]], name: str
) -> None:
    """Host, port, account, way, keys and known hosts are those of `ssh -G`."""
    file = written(folder, READ[name])
    assert ours(file, usual) == openssh(file)


def refusal(file: Path) -> Failure:
    """Return why we refuse a file."""
    with pytest.raises(LookFailed) as caught:
        settings(file, "a", ours=False)
    return caught.value.failure


def expected(folder: Path, message: str) -> Failure:
    """Return a failure that names the file."""
    return Failure(Reason.CONFIGURATION_UNUSABLE, f"{folder}/{message.replace('WAY', WAY)}")


@pytest.mark.parametrize("name", REFUSED_BY_US)
def test_what_could_mean_another_host_is_refused(folder: Path, name: str) -> None:
    """OpenSSH reads the file, we say at which line we do not; nothing that it names is run by us."""
    text, message = REFUSED_BY_US[name]
    file = written(folder, text)
    assert refusal(file) == expected(folder, message)
    assert not (folder / "ran").exists()
    assert openssh(file)
    (folder / "ran").unlink(missing_ok=True)


@pytest.mark.parametrize("name", REFUSED_BY_BOTH)
def test_what_openssh_refuses_is_refused_with_file_and_line(folder: Path, name: str) -> None:
    """A line that OpenSSH cannot use is told, and what would be right."""
    text, message = REFUSED_BY_BOTH[name]
    file = written(folder, text)
    assert refusal(file) == expected(folder, message)
    assert openssh(file) is None


PATTERN = st.sampled_from(["a", "b", "*", "?", "!a", "!b", "a*", "[a]", "A", "h", "u", "root", "a,b", "!b,*", "*,!a"])
CRITERION = st.one_of(
    st.sampled_from(["all", "canonical", "!canonical", "!all"]),
    st.builds(
        "{}{} {}".format, st.sampled_from(["", "!"]), st.sampled_from(["host", "originalhost", "user", "localuser"]),
        PATTERN,
    ),
)  # fmt: skip
VALUE = st.sampled_from(
    ["a", "h", "u", "'u'", '"h"', "h # u", "%h", "x%%y", "h u", '"a', "none", "b\\ c", "=h", "", "#h"]
)
LINE = st.one_of(
    st.builds("Host {}".format, st.lists(PATTERN, max_size=3).map(" ".join)),
    st.builds("Match {}".format, st.lists(CRITERION, min_size=1, max_size=3).map(" ".join)),
    st.builds(
        " {}{}{}".format,
        st.sampled_from(["HostName", "User", "IdentityFile", "UserKnownHostsFile", "ProxyJump", "ProxyCommand"]),
        st.sampled_from([" ", "=", " = ", "\t"]),
        VALUE,
    ),
    st.builds(" Port {}".format, st.sampled_from(["1", "22", "65535", "0", "-1", "007", "1x"])),
    st.builds("Include {{folder}}/{}".format, st.sampled_from([*FILES, "absent"])),
)


@drawn(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LINE, max_size=8).map("\n".join))
def test_no_file_is_read_otherwise_than_openssh_reads_it(
    folder: Path, usual: Mapping[str, Sequence[str]], text: str
) -> None:
    """Whatever lines stand in a file: where both read it, they agree."""
    file = written(folder, text)
    try:
        found = ours(file, usual)
    except LookFailed:
        return
    theirs = openssh(file)
    assert theirs in (None, found)
