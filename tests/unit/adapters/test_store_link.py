"""Links to what the store keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from platformctl.adapters.store_link import store_link
from platformctl.errors import InputInvalid


@pytest.mark.parametrize(
    ("served", "link"),
    [
        ("https://plans.example", "https://plans.example/plans/2026-01-02/0e68"),
        ("http://127.0.0.1:8000/a%20store/", "http://127.0.0.1:8000/a%20store/plans/2026-01-02/0e68"),
        ("http://[::1]:8000", "http://[::1]:8000/plans/2026-01-02/0e68"),
        ("", ""),
    ],
)
def test_a_kept_folder_has_an_address(served: str, link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the folder's place in the store below the address that the store is served at, if it is."""
    monkeypatch.setenv("PLATFORMCTL_STORE", str(tmp_path))
    monkeypatch.setenv("PLATFORMCTL_STORE_URL", served)
    assert store_link(tmp_path / "plans/2026-01-02/0e68") == link


def test_what_is_not_served_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that keeps its plan elsewhere, or seemingly inside of the store, is not linked to what is not there."""
    monkeypatch.setenv("PLATFORMCTL_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("PLATFORMCTL_STORE_URL", "https://plans.example")
    assert store_link(tmp_path / "other/plans/0e68") == ""
    assert store_link(tmp_path / "store/../other") == ""
    assert store_link(tmp_path / "store/smokes/a b(c)") == "https://plans.example/smokes/a%20b%28c%29"


@pytest.mark.parametrize(
    "served",
    [
        "plans.example",
        "javascript:alert(1)",
        "https://",
        "https://name:hunter2@plans.example",
        "https://plans.example/?token=hunter2",
        "https://plans.example/#x",
        "https://plans.example/a)b",
        "https://plans.example/>",
        "https://plans.example/\n",
    ],
)
def test_what_is_no_address_is_refused(served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only http and https without a login, a query or signs of Markdown; the message repeats nothing of it."""
    monkeypatch.setenv("PLATFORMCTL_STORE_URL", served)
    with pytest.raises(InputInvalid) as refused:
        store_link(tmp_path)
    said = "PLATFORMCTL_STORE_URL: should be an address without login, such as https://plans.example"
    assert str(refused.value) == said
