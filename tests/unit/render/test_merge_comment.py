"""The comment on a merge, as a whole."""

from __future__ import annotations

from platformctl.render.merge_comment import MAX_ROWS, marker, to_comment
from platformctl.rerun.commit_status import CommitStatus
from platformctl.rerun.merge import Merge

MERGE = Merge("forgejo", "platform/catalog", "release--2", "0123456789abcdef0123456789abcdef01234567")


def test_comment_tells_each_smoke() -> None:
    """Modules are sorted, what is known is literal text, and only a page is linked."""
    statuses = [
        CommitStatus("web", "success", "2 of 2 probes answered", "https://prefect.example/runs/flow-run/1"),
        CommitStatus("db", "failure", "said <b>@all</b> | [x](http://evil)", "javascript:alert(1)"),
        CommitStatus("api", "pending", "created", "http://prefect/x) <img src=y>"),
        CommitStatus("mail", "error", "the probe\ncould not run"),
    ]
    assert to_comment(MERGE, statuses) == (
        "<!-- platformctl merge:forgejo:platform/catalog:release%2D%2D2:0123456789abcdef0123456789abcdef01234567 -->\n"
        "**Smokes after this merge** (release--2 at 0123456789ab)\n"
        "\n"
        "| module | smoke | what is known |\n"
        "| --- | --- | --- |\n"
        "| api | ⚪ pending | created ([run](http://prefect/x%29%20%3Cimg%20src=y%3E)) |\n"
        "| db | 🔴 failure | said \\<b\\>@<!-- -->all\\</b\\> \\| \\[x\\](http:<!-- -->//evil) |\n"
        "| mail | 🟠 error | the probe\\\\ncould not run |\n"
        "| web | 🟢 success | 2 of 2 probes answered ([run](https://prefect.example/runs/flow-run/1)) |\n"
    )


def test_merge_without_smokes_says_so() -> None:
    """That nothing follows is said, and not left open."""
    assert to_comment(MERGE, []) == f"{marker(MERGE)}\nNo smoke follows this merge (release--2 at 0123456789ab).\n"


def test_markers_tell_merges_apart() -> None:
    """No two merges share a marker, also where only a dash or its spelling differs."""
    bases = ("a-b", "a--b", "a.b", "ab")
    assert len({marker(Merge("github", "o/r", base, "0" * 40)) for base in bases}) == len(bases)


def test_long_comments_are_cut() -> None:
    """A comment stays within what a forge takes."""
    statuses = [CommitStatus(f"m{number:04}", "pending", "x" * 300) for number in range(MAX_ROWS + 5)]
    text = to_comment(MERGE, statuses)
    assert text.endswith("5 more are not shown.\n")
    assert len(text) < 65_536
