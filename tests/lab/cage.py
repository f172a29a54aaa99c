"""A root in which every program is a canary: shells run the host agent there, and whatever they start is written down.

Run as a program it goes into a cage, gives up root, and runs the agent once for each request that it reads.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .agent_oracle import Run
from .process import ENVIRONMENT

SHELLS: Final = {"dash": ("/shells/dash",), "bash": ("/shells/bash", "--posix"), "busybox": ("/shells/busybox", "ash")}
_PROGRAMS: Final = ("/usr/bin/dash", "/usr/bin/bash", "/usr/bin/busybox")
_FOLDERS: Final = ("/usr/local/bin", "/usr/bin", "/usr/sbin", "/evil")
_NOBODY: Final = 65534
# A script that does not stand the attack can be made to loop or to multiply; these end it.
_CPU_S: Final = 600
_PROCESSES: Final = 200
_ROOT: Final = Path(__file__).parents[2]

# Its name, its environment and its arguments, and a newline that no zero byte precedes at the end.
CANARY: Final = """\
#!/shells/dash
printf '%s\\0' "$0" "$(export -p)" "$@" >>/canary
printf '\\n' >>/canary
"""
RC: Final = "printf '/evil/rc\\0\\0\\n' >>/canary\n"

HOSTILE: Final = {
    "PATH": "/evil:/usr/bin", "HOME": "/evil", "ENV": "/evil/rc", "BASH_ENV": "/evil/rc", "IFS": "e-",
    "CDPATH": "/evil", "LC_ALL": "C.UTF-8", "LANG": "tr_TR.UTF-8", "DOCKER_HOST": "tcp://127.0.0.1:1",
    "DOCKER_CONTEXT": "evil", "DOCKER_CONFIG": "/evil", "DOCKER_CLI_PLUGIN_EXTRA_DIRS": "/evil",
    "CONTAINER_HOST": "tcp://127.0.0.1:1", "CONTAINERS_CONF": "/evil/rc", "CURL_HOME": "/evil",
    "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1", "PS4": "$(id)", "POSIXLY_CORRECT": "1",
    "request": "docker info", "words": "x", "urls": "x", "path": "/x", "socket": "/evil", "XDG_CONFIG_HOME": "/evil",
    "LD_LIBRARY_PATH": "/evil",
}  # fmt: skip
"""What a login could bring along; not what changes a shell before its first line, which only sshd can keep away."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request.

    Attributes:
        status: the exit status of the agent.
        runs: every program that was started, `PATH` already taken off the ends of their names.
    """

    status: int
    output: bytes
    complaint: bytes
    runs: tuple[Run, ...]


class Cage:
    """A root for one shell at a time."""

    def __init__(self, folder: Path, agent: str) -> None:
        self.folder = folder
        self._lay(agent)
        self._before = self._files()

    def ask(self, shell: str, requests: Iterable[bytes]) -> Iterator[Answer]:
        """Run the agent once for each request, in this order."""
        argv = [sys.executable, "-m", "tests.lab.cage", str(self.folder), *SHELLS[shell]]
        environment = ENVIRONMENT | {"PYTHONPATH": str(_ROOT)}
        asked = b"".join(request + b"\0" for request in requests)
        questions = self.folder.parent / f"{self.folder.name}.requests"
        questions.write_bytes(asked)
        with (
            questions.open("rb") as source,
            subprocess.Popen(argv, stdin=source, stdout=subprocess.PIPE, env=environment) as driver,
        ):
            assert driver.stdout
            for line in driver.stdout:
                yield _answer(json.loads(line))
        assert driver.returncode == 0

    def strays(self) -> list[str]:
        """Return every file that is not as it was laid, whoever wrote it."""
        after = self._files()
        return sorted(name for name in self._before.keys() | after.keys() if self._before.get(name) != after.get(name))

    def _lay(self, agent: str) -> None:
        for name in _FOLDERS:
            (self.folder / name[1:]).mkdir(parents=True)
        for link in ("bin", "sbin"):
            (self.folder / link).symlink_to(f"usr/{link}")
        # Not executable: a script that runs what it is asked would else start itself, without end.
        self._write("agent", agent).chmod(0o644)
        self._lay_shells()
        self._lay_canaries()
        self._write("dev/null", "")
        self._write("evil/rc", RC)
        self._write("evil/curlrc", 'url = "http://127.0.0.1:1/"\n')
        for place in ("", "tmp", "dev", "evil", "var/run", "home"):
            folder = self.folder / place
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o777)
        for name in ("canary", "output", "complaint"):
            self._write(name, "")
        with socket.socket(socket.AF_UNIX) as engine:
            engine.bind(str(self.folder / "var/run/docker.sock"))
        (self.folder / "var/run/docker.sock").chmod(0o777)

    def _lay_shells(self) -> None:
        for program in (*_PROGRAMS, "/usr/bin/env"):
            folder = "usr/bin" if program.endswith("/env") else "shells"
            self._copy(program, f"{folder}/{Path(program).name}")
            for library in _libraries(program):
                self._copy(library, library[1:])
        # Without it no shell could begin in the locale of its caller, in which a letter can be several bytes.
        shutil.copytree("/usr/lib/locale/C.utf8", self.folder / "usr/lib/locale/C.utf8")

    def _lay_canaries(self) -> None:
        """Put a canary in the place of every program that this machine has, and of those that it may lack."""
        first = self._write("usr/local/bin/docker", CANARY)
        names = {one.name for folder in ("/usr/bin", "/usr/sbin", "/usr/local/bin") for one in Path(folder).iterdir()}
        for folder in _FOLDERS:
            for name in names | {"docker", "podman", "curl", "sh", "id", "touch"}:
                target = self.folder / folder[1:] / name
                # Links rather than copies: there are thousands. `env` is real on the PATH of the agent.
                if not target.exists() and not (name == "env" and folder != "/evil"):
                    os.link(first, target)

    def _copy(self, program: str, name: str) -> None:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(Path(program).resolve(), target)
        target.chmod(0o755)

    def _write(self, name: str, text: str) -> Path:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        # The canary's own log, and the device that stands for nothing, are written by whoever runs.
        target.chmod(0o777)
        return target

    def _files(self) -> dict[str, tuple[int, int]]:
        logs = {self.folder / name for name in ("canary", "output", "complaint", "dev/null")}
        found = [path for path in self.folder.rglob("*") if path not in logs]
        return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in found if not path.is_dir()}


def _libraries(program: str) -> list[str]:
    listed = subprocess.run(["/usr/bin/ldd", program], capture_output=True, text=True, check=False).stdout
    return [word for word in listed.split() if word.startswith("/")]


def _answer(record: Sequence[object]) -> Answer:
    status, output, complaint, canary = record
    assert isinstance(status, int)
    texts = [str(text).encode("latin-1") for text in (output, complaint, canary)]
    return Answer(status, texts[0], texts[1], tuple(map(_run, texts[2].split(b"\0\n")[:-1])))


def _run(record: bytes) -> Run:
    name, environment, *arguments = record.decode("utf-8", "surrogateescape").split("\0")
    exported = (line.removeprefix("export ").replace("'", "") for line in environment.splitlines())
    # The canary's own shell adds where it is.
    variables = frozenset(line for line in exported if line.partition("=")[0] not in {"PWD", "OLDPWD"})
    return Run((name.removeprefix("/usr/local/bin/"), *arguments), variables)


def _drive(folder: str, argv: Sequence[str]) -> None:
    requests = sys.stdin.buffer.read().split(b"\0")[:-1]
    os.chroot(folder)
    os.chdir("/")
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_S, _CPU_S))
    resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)
    logs = [os.open(name, os.O_RDWR | os.O_APPEND) for name in ("/output", "/complaint", "/canary")]
    for request in requests:
        for log in logs:
            os.ftruncate(log, 0)
        status = _once(argv, request, logs)
        texts = [os.pread(log, 1 << 20, 0).decode("latin-1") for log in logs]
        print(json.dumps([status, *texts]))


def _once(argv: Sequence[str], request: bytes, logs: Sequence[int]) -> int:
    streams = [(os.POSIX_SPAWN_DUP2, log, number) for number, log in enumerate(logs[:2], start=1)]
    environment = {name.encode(): value.encode() for name, value in HOSTILE.items()}
    environment[b"SSH_ORIGINAL_COMMAND"] = request
    pid = os.posix_spawn(argv[0], [*argv, "/agent"], environment, file_actions=streams)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    _drive(sys.argv[1], sys.argv[2:])
