"""A terminal in which verbs are typed, one after the other."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import tty
from collections.abc import Sequence
from typing import Final

from tests.unit.cli.run import environment

_TYPED: Final = """
import json, sys
from platformctl.cli import main
for verb in json.loads(sys.stdin.read()):
    main(verb)
"""


def typed(verbs: Sequence[Sequence[str]]) -> str:
    """Run verbs in one process whose standard output and error are a terminal, and return what that was sent.

    It is a terminal that draws nothing (TERM=dumb), so that of our own there is neither colour nor a moving bar.
    """
    ours, theirs = pty.openpty()
    tty.setraw(theirs)  # else the kernel would put carriage returns in
    with subprocess.Popen(
        [sys.executable, "-c", _TYPED],
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="dumb"),
    ) as process:
        os.close(theirs)
        assert process.stdin
        process.stdin.write(json.dumps(verbs).encode())
        process.stdin.close()
        sent = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return sent.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the last who could write has gone
        return b""
