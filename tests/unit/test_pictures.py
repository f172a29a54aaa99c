"""The pictures that the README shows; `make pictures` takes them."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PICTURES: Final = sorted((ROOT / "docs/images").iterdir())
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
PALETTE: Final = 3
LARGEST: Final = 150_000


def test_pictures_are_small() -> None:
    """Each is a PNG with a palette, sharp on a dense screen, and quickly loaded."""
    assert [picture.name for picture in PICTURES] == ["interface.png", "report-dark.png", "report.png"]
    for picture in PICTURES:
        content = picture.read_bytes()
        width, height, _, colour = struct.unpack(">IIBB", content[16:26])
        assert content.startswith(SIGNATURE)
        assert (width, height, colour) == (1920, 1350, PALETTE)
        assert len(content) < LARGEST
        assert chunks(content) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def chunks(content: bytes) -> set[bytes]:
    """Return the kinds of a PNG's parts: texts and times would be others."""
    found, place = set(), len(SIGNATURE)
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        found.add(content[place + 4 : place + 8])
        place += length + 12
    return found


def test_every_picture_that_is_shown_is_there() -> None:
    """The README names files of this folder, and says in words what each shows."""
    readme = (ROOT / "README.md").read_text()
    shown = set(re.findall(r"docs/images/([^\s\")]+)", readme))
    assert shown == {picture.name for picture in PICTURES}
    assert "![](" not in readme
    assert all('alt="' in tag for tag in re.findall(r"<img[^>]*>", readme))
