"""What is made of a Prefect server's answers, those of a broken one included. The real one is asked in tests/e2e."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from uuid import UUID

import pytest

from platformctl.adapters.prefect_api import PrefectServer, Queued, Wanted, ensure_run, open_queue, prefect_server
from platformctl.errors import InputInvalid, QueueUnavailable

from .registry_server import Asked, Reply, Server, serving

DEPLOYMENT = UUID("11111111-1111-4111-8111-111111111111")
RUN = UUID("22222222-2222-4222-8222-222222222222")
WANTED = Wanted("rerun-after-merge/merge", "merge:x", "catalog x", {"commit": "x"}, ("repository:catalog",))
LOOK = "GET /api/deployments/name/rerun-after-merge/merge"
CREATE = f"POST /api/deployments/{DEPLOYMENT}/create_flow_run"

Say = Callable[[Asked], Reply]


def said(status: int = 200, **content: object) -> Say:
    """Answer with a JSON object, whatever is asked."""
    return lambda _: Reply(status, json.dumps(content).encode())


def created(asked: Asked, status: int = 201, **other: object) -> Reply:
    """Answer as Prefect does to who is first: with what was asked for."""
    body = json.loads(asked.body)
    run = {"id": str(RUN), "idempotency_key": body["idempotency_key"], "context": body["context"], **other}
    return Reply(status, json.dumps(run).encode())


def there_already(asked: Asked) -> Reply:
    """Answer as Prefect does to who is second: with what the first asked for, and now and then with 201."""
    return created(asked, context={"asked": "by another"})


FOUND = said(id=str(DEPLOYMENT))


def ensured(answers: Iterable[Say], patience_s: float = 30.0, login: str = "") -> tuple[Queued | str, Server]:
    """Ask a server that gives these answers, one after the other; return the outcome, and what was asked."""
    (outcome,), server = together(answers, 1, patience_s, login)
    return outcome, server


def together(
    answers: Iterable[Say], count: int, patience_s: float = 30.0, login: str = ""
) -> tuple[list[Queued | str], Server]:
    """Ask for the same run several times at once; an error is returned as its message."""
    replies = iter(answers)
    name, colon, password = login.partition(":")

    def answer(asked: Asked) -> Reply:
        return next(replies)(asked)

    async def ask(place: PrefectServer) -> list[Queued | str]:
        async with open_queue(place, patience_s) as queue:
            ended = await asyncio.gather(*(queue.ensure(WANTED) for _ in range(count)), return_exceptions=True)
        return [each if isinstance(each, Queued) else _message(each) for each in ended]

    with serving(answer) as server:
        place = PrefectServer(f"http://{server.address}/api", (name, password) if colon else None)
        return asyncio.run(ask(place)), server


def _message(error: BaseException) -> str:
    if not isinstance(error, QueueUnavailable):
        raise error
    return str(error)


def test_run_is_created() -> None:
    """The deployment is looked up by name, and a run of it is asked for with key, parameters, name and tags."""
    outcome, server = ensured([FOUND, created])
    assert outcome == Queued(RUN, created=True)
    assert server.questions == [LOOK, CREATE]
    asked = json.loads(server.asked[1].body)
    assert len(asked.pop("context")["asked"]) == 32
    assert asked == {
        "name": "catalog x",
        "parameters": {"commit": "x"},
        "tags": ["repository:catalog"],
        "idempotency_key": "merge:x",
    }


def test_run_of_another_is_told_apart() -> None:
    """A run that shows another's mark was there already, whatever the status says."""
    assert ensured([FOUND, there_already])[0] == Queued(RUN, created=False)


@pytest.mark.parametrize("passing", [500, 502, 503, 504, 429, 408])
def test_what_can_pass_is_asked_again(passing: int) -> None:
    """Prefect says 503 while its database is busy: the same is asked again, with the same mark."""
    outcome, server = ensured([said(passing), FOUND, said(passing), said(passing), created])
    assert outcome == Queued(RUN, created=True)
    assert server.questions == [LOOK, LOOK, CREATE, CREATE, CREATE]
    assert len({asked.body for asked in server.asked[2:]}) == 1


def test_token_is_got_where_one_is_wanted() -> None:
    """With the guard against forged requests, a token is asked for once and then sent."""
    wanted = said(403, detail="Missing CSRF token.")
    outcome, server = ensured([FOUND, wanted, said(token="t1"), created])
    assert outcome == Queued(RUN, created=True)
    sent = [asked.headers.get("Prefect-Csrf-Token") for asked in server.asked]
    assert sent == [None, None, None, "t1"]
    client = server.asked[3].headers["Prefect-Csrf-Client"]
    assert server.questions == [LOOK, CREATE, f"GET /api/csrf-token?client={client}", CREATE]


def test_login_is_sent() -> None:
    """Name and password are sent as Prefect expects them."""
    outcome, server = ensured([FOUND, created], login="name:pass:word")
    assert outcome == Queued(RUN, created=True)
    assert {asked.authorization for asked in server.asked} == {"Basic bmFtZTpwYXNzOndvcmQ="}


def test_deployment_that_was_made_anew_is_found() -> None:
    """An ID that no longer holds is looked up once more."""
    outcome, server = ensured([FOUND, said(404), FOUND, created])
    assert outcome == Queued(RUN, created=True)
    assert server.questions == [LOOK, CREATE, LOOK, CREATE]


def test_who_comes_together_asks_once() -> None:
    """Of several that want the same run at the same time one asks, and the others wait for its answer."""
    outcomes, server = together([FOUND, created], 5)
    assert outcomes == [Queued(RUN, created=True), *[Queued(RUN, created=False)] * 4]
    assert server.questions == [LOOK, CREATE]


def test_who_comes_together_is_refused_together() -> None:
    """A failure is that of all who waited for the answer."""
    outcomes, server = together([FOUND, said(409)], 3)
    expected = "the Prefect server takes no run of rerun-after-merge/merge: it answers 409"
    assert outcomes == [expected] * 3
    assert server.questions == [LOOK, CREATE]


def test_without_an_event_loop_the_same_is_asked() -> None:
    """What no event loop runs for gets the same run."""
    replies = iter([FOUND, there_already])
    with serving(lambda asked: next(replies)(asked)) as server:  # noqa: PLW0108  each request takes the next
        queued = ensure_run(PrefectServer(f"http://{server.address}/api"), 30.0, WANTED)
    assert queued == Queued(RUN, created=False)
    assert server.questions == [LOOK, CREATE]


UNUSABLE = {
    "no deployment": (
        [said(404)],
        "the Prefect server has no deployment rerun-after-merge/merge; deployments/bootstrap.sh makes it",
    ),
    "always gone": (
        [FOUND, said(404), FOUND, said(404)],
        "the Prefect server takes no run of rerun-after-merge/merge: it answers 404",
    ),
    "refused parameters": (
        [FOUND, said(409, detail="a text of the server")],
        "the Prefect server takes no run of rerun-after-merge/merge: it answers 409",
    ),
    "no login": ([said(401)], "the Prefect server refuses us (401); check PREFECT_API_AUTH_STRING"),
    "token refused": (
        [FOUND, said(403, detail="Missing CSRF token."), said(token="t"), said(403, detail="Invalid CSRF token")],
        "the Prefect server refuses us (403); check PREFECT_API_AUTH_STRING",
    ),
    "no token": (
        [FOUND, said(403, detail="Missing CSRF token."), said(422, detail="off")],
        "the answer (422) is not that of a Prefect server; check PREFECT_API_URL",
    ),
    "redirect": (
        [lambda _: Reply(302, headers={"Location": "http://127.0.0.1:9/"})],
        "the answer (302) is not that of a Prefect server; check PREFECT_API_URL",
    ),
    "a page": (
        [lambda _: Reply(200, b"<html>")],
        "the answer (200) is not that of a Prefect server; check PREFECT_API_URL",
    ),
    "no ID": ([said(id="../../admin")], "the answer (200) is not that of a Prefect server; check PREFECT_API_URL"),
    "broken run": (
        [FOUND, said(201, id=str(RUN))],
        "the answer (201) is not that of a Prefect server; check PREFECT_API_URL",
    ),
    "another run": (
        [FOUND, lambda asked: created(asked, idempotency_key="merge:y")],
        "the Prefect server answers with another run than the one that was asked for",
    ),
    "endless": (
        [lambda _: Reply(200, b" " * (4 * 1024 * 1024 + 1))],
        "the Prefect server's answer is larger than 4194304 bytes",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_answer_that_cannot_be_used_says_so(name: str) -> None:
    """What waiting would not change ends at once, in a sentence without the server's own text."""
    answers, expected = UNUSABLE[name]
    assert ensured(answers)[0] == expected


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(503), "the Prefect server cannot be used now: it answers 503"),
        (Reply(raw=(b"",)), "the Prefect server cannot be used now: no answer (RemoteProtocolError)"),
        (Reply(raw=(b"HTTP/1.1 200 OK\r\n",), pause_s=60), "the Prefect server cannot be used now: it does not answer"),
    ],
    ids=["busy", "hangs up", "silent"],
)
def test_patience_ends(reply: Reply, expected: str) -> None:
    """A server that stays busy, hangs up or keeps silent is given up when patience ends."""
    outcome, _ = ensured(chain(repeat(lambda _: reply)), patience_s=0.5)
    assert outcome == expected


@pytest.mark.parametrize("url", ["", "127.0.0.1:4200", "ftp://x/api"])
def test_server_must_be_named(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address there is nothing to ask, and the message says what would be right."""
    monkeypatch.setenv("PREFECT_API_URL", url)
    with pytest.raises(InputInvalid, match=r"^PREFECT_API_URL: should be the address of the API, such as http://"):
        prefect_server()


def test_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The login is taken from the environment, and shown nowhere."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api/")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", "name:password")
    server = prefect_server()
    assert (server.url, server.login) == ("http://127.0.0.1:4200/api", ("name", "password"))
    assert "password" not in repr(server)
