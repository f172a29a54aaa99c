"""Files that may be anything, and files that are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from platformctl.adapters.file import append_line, read_bounded, remove, write_atomically
from platformctl.errors import InputInvalid, StoreUnwritable


def test_a_file_is_written_whole_with_its_folders(tmp_path: Path) -> None:
    """Nothing but the file is left, readable by everybody, bytes as given."""
    path = tmp_path / "a" / "b" / "file"
    write_atomically(path, "one\r\n")
    write_atomically(path, "zwei ä 2\r\n")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == ("zwei ä 2\r\n".encode(), 0o644)
    assert names(path.parent) == ["file"]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    """The error names the file; no temporary one stays."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old")
    with pytest.raises(StoreUnwritable, match=r"folder cannot be written: Is a directory"):
        write_atomically(tmp_path / "folder", "new")
    with pytest.raises(StoreUnwritable, match=r"below cannot be written: File exists"):
        write_atomically(tmp_path / "file" / "below", "new")
    assert (names(tmp_path), (tmp_path / "file").read_text()) == (["file", "folder"], "old")


def test_reading_ends_one_byte_after_the_limit(tmp_path: Path) -> None:
    """A caller sees that a file is too long without reading it all."""
    (tmp_path / "file").write_bytes(b"12345")
    assert [read_bounded(tmp_path / "file", "file", limit) for limit in (3, 4, 5)] == [b"1234", b"12345", b"12345"]


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    """A pipe would keep a reader for ever, a device never ends."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(InputInvalid, match=r"^name: this is not a regular file$"):
            read_bounded(path, "name")
    with pytest.raises(InputInvalid, match=r"^name: cannot be read: No such file or directory$"):
        read_bounded(tmp_path / "absent", "name")


def test_lines_are_added_at_the_end(tmp_path: Path) -> None:
    """What is there stays."""
    append_line(tmp_path / "a" / "log", "one")
    append_line(tmp_path / "a" / "log", "two")
    assert (tmp_path / "a" / "log").read_text() == "one\ntwo\n"
    with pytest.raises(StoreUnwritable, match=r"a cannot be written: Is a directory"):
        append_line(tmp_path / "a", "three")


def test_a_file_is_removed_if_it_is_there(tmp_path: Path) -> None:
    """Removing what is not there is no error, removing a folder is."""
    (tmp_path / "file").write_text("x")
    remove(tmp_path / "file")
    remove(tmp_path / "file")
    assert names(tmp_path) == []
    with pytest.raises(StoreUnwritable, match="cannot be removed"):
        remove(tmp_path)


def names(folder: Path) -> list[str]:
    """Return what a folder holds."""
    return sorted(path.name for path in folder.iterdir())
