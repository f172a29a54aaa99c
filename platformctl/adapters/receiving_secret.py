"""The secret that a repository's deliveries are signed with: it may be changed while the receiver runs."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final, TypeAlias

from platformctl.adapters.repositories_file import read_secret
from platformctl.errors import InputInvalid

LOG: Final = logging.getLogger("platformctl.webhook")

_Mark: TypeAlias = tuple[int, int, int, int] | None


class SecretFile:
    """A file with a secret, which is read again when it is another one or was changed.

    Raises:
        InputInvalid: the file cannot be used at the start.
    """

    def __init__(self, named: str, base: Path) -> None:
        self._named = named
        self._base = base
        self._seen = self._mark()
        self._secret = read_secret(named, base)

    def value(self) -> bytes:
        """Return the secret of the file as it is now, or the last one where that cannot be used; the log says so."""
        mark = self._mark()
        if mark != self._seen:
            self._seen = mark
            self._renew()
        return self._secret

    def _renew(self) -> None:
        try:
            self._secret = read_secret(self._named, self._base)
        except InputInvalid as error:
            LOG.warning("the old secret stays: %s", error)
        else:
            LOG.info("%s was read again", self._named)

    def _mark(self) -> _Mark:
        """Return what is different whenever the file, its content or its mode is."""
        try:
            found = (self._base / Path(self._named).expanduser()).stat()
        except (OSError, RuntimeError, ValueError):
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
