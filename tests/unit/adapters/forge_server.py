"""A forge in a few lines that keeps what it is given: it speaks the dialect of Forgejo, of Gitea or of GitHub.

Paths, fields and sizes of pages are those of Gitea's and Forgejo's routers/api/v1/repo and of GitHub's REST reference.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from platformctl.catalog.repository import Forge

from .registry_server import Asked, Reply, Server, serving

COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
TOKEN: Final = "t0ken-of-the-observer"
ME: Final = 7
STRANGER: Final = 8
_REPOSITORY: Final = "/api/repos/platform/catalog"


@dataclass(slots=True)
class ForgeServer:
    """The state of a forge: statuses by context, check runs, comments, and the pull request of the commit.

    `commit` is the one that it knows, `largest_page` is the most that it gives at once, whatever is asked for.
    """

    forge: Forge
    statuses: dict[str, dict[str, Any]] = field(default_factory=dict)
    runs: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    pull: int | None = 12
    largest_page: int = 50
    commit: str = COMMIT

    @property
    def is_github(self) -> bool:
        """Whether it is GitHub; the two others speak alike."""
        return self.forge == "github"

    def status(self, context: str, state: str) -> None:
        """Show a status on the commit."""
        key = "state" if self.is_github else "status"
        self.statuses[context] = {"context": context, key: state, "description": "", "target_url": None}

    def run(self, name: str, status: str, conclusion: str | None = None) -> None:
        """Show a check run on the commit."""
        self.runs.append({"id": len(self.runs) + 1, "name": name, "status": status, "conclusion": conclusion})

    def comment(self, body: str, user: int = STRANGER) -> None:
        """Let somebody write a comment."""
        self.comments.append({"id": len(self.comments) + 100, "body": body, "user": {"id": user, "login": "x"}})

    def answers(self, asked: Asked) -> Reply:
        """Answer a request."""
        scheme = "Bearer" if self.is_github else "token"
        if asked.authorization != f"{scheme} {TOKEN}":
            return _json(401, {"message": "token is required"})
        place = urlsplit(asked.path)
        for pattern, name in _ROUTES.items():
            if found := re.fullmatch(pattern.replace(COMMIT, self.commit), f"{asked.method} {place.path}"):
                page = {key: int(values[0]) for key, values in parse_qs(place.query).items()}
                reply: Reply = getattr(self, name)(found, page, json.loads(asked.body or "null"))
                return reply
        return _json(404, {"message": "Not Found"})

    def _user(self, *_: object) -> Reply:
        return _json(200, {"id": ME, "login": "platformctl"})

    def _combined(self, _: object, page: Mapping[str, int], __: object) -> Reply:
        shown = self._page(list(self.statuses.values()), page)
        if not shown and self.forge == "gitea":
            return Reply(200)
        if not shown and self.forge == "forgejo":
            return _json(200, {"state": "", "sha": "", "total_count": 0, "statuses": None})
        return _json(200, {"state": "pending", "sha": self.commit, "total_count": len(shown), "statuses": shown})

    def _runs(self, _: object, page: Mapping[str, int], __: object) -> Reply:
        if not self.is_github:
            return _json(404, {"message": "Not Found"})
        return _json(200, {"total_count": len(self.runs), "check_runs": self._page(self.runs, page)})

    def _new_status(self, _: object, __: object, document: Mapping[str, str]) -> Reply:
        self.status(document["context"], document["state"])
        kept = {key: value for key, value in document.items() if key in {"description", "target_url"}}
        self.statuses[document["context"]].update(kept)
        return _json(201, self.statuses[document["context"]])

    def _pull(self, *_: object) -> Reply:
        if self.is_github:
            return Reply(404)
        if self.pull is None:
            return _json(404, {"message": "pull request does not exist"})
        return _json(200, self._pull_request(self.pull))

    def _pulls(self, *_: object) -> Reply:
        if not self.is_github:
            return Reply(404)
        other = {**self._pull_request(3), "base": {"ref": "next"}}
        still_open = {**self._pull_request(4), "merged_at": None}
        return _json(200, [other, still_open, *([self._pull_request(self.pull)] if self.pull else [])])

    def _pull_request(self, number: int) -> dict[str, Any]:
        return {"number": number, "merged_at": "2026-01-01T00:00:00Z", "base": {"ref": "main"}, "title": "x"}

    def _comments(self, found: re.Match[str], page: Mapping[str, int], _: object) -> Reply:
        if int(found[1]) != self.pull:
            return _json(404, {"message": "Not Found"})
        return _json(200, self._page(self.comments, page) if self.is_github else self.comments)

    def _new_comment(self, found: re.Match[str], _: object, document: Mapping[str, str]) -> Reply:
        if int(found[1]) != self.pull:
            return _json(404, {"message": "Not Found"})
        self.comment(document["body"], ME)
        return _json(201, self.comments[-1])

    def _edit(self, found: re.Match[str], _: object, document: Mapping[str, str]) -> Reply:
        (comment,) = (each for each in self.comments if each["id"] == int(found[1]))
        comment["body"] = document["body"]
        return _json(200, comment)

    def _page(self, items: list[dict[str, Any]], page: Mapping[str, int]) -> list[dict[str, Any]]:
        size = min(page.get("per_page" if self.is_github else "limit", 30), self.largest_page)
        begin = (page.get("page", 1) - 1) * size
        return items[begin : begin + size]


_ROUTES: Final = {
    r"GET /api/user": "_user",
    rf"GET {_REPOSITORY}/commits/{COMMIT}/status": "_combined",
    rf"GET {_REPOSITORY}/commits/{COMMIT}/check-runs": "_runs",
    rf"GET {_REPOSITORY}/commits/{COMMIT}/pull": "_pull",
    rf"GET {_REPOSITORY}/commits/{COMMIT}/pulls": "_pulls",
    rf"POST {_REPOSITORY}/statuses/{COMMIT}": "_new_status",
    rf"GET {_REPOSITORY}/issues/(\d+)/comments": "_comments",
    rf"POST {_REPOSITORY}/issues/(\d+)/comments": "_new_comment",
    rf"PATCH {_REPOSITORY}/issues/comments/(\d+)": "_edit",
}


@contextmanager
def forge_server(forge: Forge) -> Iterator[tuple[ForgeServer, Server]]:
    """Serve a forge on a free port."""
    state = ForgeServer(forge)
    with serving(state.answers) as server:
        yield state, server


def _json(status: int, document: object) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json"})
