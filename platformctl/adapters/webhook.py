"""The webhook receiver: POST /merges/{repository}, answered as soon as a run that follows the merge is there for good.

Which secret and which forge count is known from the address alone, before a byte of the body is read.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from platformctl.adapters.prefect_api import PrefectServer, Queue, open_queue
from platformctl.adapters.receiving import Followed, Outcome, keep_receipt, queue_merge
from platformctl.adapters.receiving_answer import BODY, REFUSALS, Accepted, Health, NotTaken, Refused
from platformctl.adapters.receiving_body import BODY_BYTES, BodyTooLarge, BodyTooSlow, NoRoom, Room
from platformctl.adapters.receiving_rate import Rate
from platformctl.errors import QueueUnavailable, StoreUnwritable
from platformctl.forge.announcement import Announcement, Ignored
from platformctl.forge.delivery import Delivery
from platformctl.forge.reading import announcement, document
from platformctl.forge.signature import Refusal, refusal
from platformctl.rerun.merge import Merge
from platformctl.rerun.receipt import Source

LOG: Final = logging.getLogger("platformctl.webhook")
RETRY_AFTER_S: Final = 30
QUEUE_PATIENCE_S: Final = 3.5
"""Forgejo and Gitea wait five seconds for the answer to a delivery, GitHub and GitLab ten."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_UNLOGGED: Final = frozenset({404, 429})
"""What strangers can cause without end."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a receiver is started with.

    Attributes:
        followed: repositories by the names in their addresses.
        server: where runs are created.
        store: the folder that keeps receipts.
        per_minute: how often one sender may ask.
    """

    followed: Mapping[str, Followed]
    server: PrefectServer
    store: Path
    per_minute: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """What deliveries are checked by and handed to."""

    followed: Mapping[str, Followed]
    queue: Queue
    store: Path
    rate: Rate
    room: Room = field(default_factory=Room)

    async def receive(self, request: Request, name: str) -> Outcome:
        """Take one delivery.

        Raises:
            NotTaken: it is not one that may be taken.
        """
        followed = self._allowed(request, name)
        _check_form(request)
        delivery = Delivery.of(request.headers.raw, await self._body(request))
        told = _understood(followed, delivery)
        outcome = await self._followed_up(name, told)
        if told.source:
            await self._keep(told.merge, told.source, outcome)
        return outcome

    def _allowed(self, request: Request, name: str) -> Followed:
        followed = self.followed.get(name)
        if followed is None:
            raise NotTaken(404, "repository-unknown", "repositories.yaml has no repository of this name.")
        wait_s = self.rate.wait_s(name, source_address(request), time.monotonic())
        if wait_s:
            raise NotTaken(429, "too-many", "This sender asks too often.", wait_s)
        return followed

    async def _body(self, request: Request) -> bytes:
        try:
            return await self.room.read(request.stream())
        except BodyTooLarge:
            raise _too_large() from None
        except BodyTooSlow:
            raise NotTaken(408, "body-slow", "The body did not arrive in time.") from None
        except NoRoom:
            raise NotTaken(503, "no-room", "Too many deliveries arrive at this moment.", 1) from None
        except ClientDisconnect:
            raise NotTaken(400, "body-incomplete", "The connection ended before the body did.") from None

    async def _followed_up(self, name: str, told: Announcement) -> Outcome:
        if isinstance(told, Ignored):
            return Outcome(told.decision)
        try:
            return await queue_merge(self.queue, name, told.merge, told.source)
        except QueueUnavailable as error:
            LOG.warning("%s: %s is not queued: %s", name, told.merge.commit, error)
            said = "The Prefect server cannot be used now. Deliver again, or wait: the branch itself is looked at too."
            raise NotTaken(503, "queue-unavailable", said, RETRY_AFTER_S) from None

    async def _keep(self, merge: Merge, source: Source, outcome: Outcome) -> None:
        """Keep a receipt. Without one the run is there all the same, so the delivery is not refused for it."""
        try:
            await keep_receipt(self.store, merge, source, outcome)
        except StoreUnwritable as error:
            LOG.warning("%s has no receipt (%s): %s", merge.commit or "nothing merged", outcome.decision, error)


def source_address(request: Request) -> str:
    """Return who sends: behind a proxy on this machine, the address that it added last; others can write anything."""
    peer = request.client.host if request.client else ""
    forwarded = request.headers.getlist("x-forwarded-for")
    if forwarded and (not peer or peer in _LOOPBACK):
        return forwarded[-1].rpartition(",")[2].strip()[:64]
    return peer


def _check_form(request: Request) -> None:
    """Refuse what would not be accepted anyway before it is read. A form is signed in another way than it is sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise NotTaken(415, "content-type", "The content type should be application/json.")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_BYTES:
        raise _too_large()


def _too_large() -> NotTaken:
    return NotTaken(413, "body-large", f"The body is longer than {BODY_BYTES} bytes.")


def _understood(followed: Followed, delivery: Delivery) -> Announcement:
    secret = followed.secret.value() if followed.secret else b""
    refused = refusal(followed.repository.forge, secret, delivery, time.time())
    if refused:
        raise NotTaken(401 if refused is Refusal.ABSENT else 403, refused, refused.sentence)
    payload = document(delivery.body)
    if payload is None:
        raise NotTaken(400, "body-unreadable", "The body is signed, but it is no JSON object.")
    return announcement(followed.repository, payload)


def receiver_app(settings: Settings) -> FastAPI:
    """Return the application. It shows no pages; its description is what its openapi method returns."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_queue(settings.server, QUEUE_PATIENCE_S) as queue:
            app.state.receiver = Receiver(settings.followed, queue, settings.store, Rate(settings.per_minute))
            yield

    app = FastAPI(title="platformctl webhook", openapi_url=None, redirect_slashes=False, lifespan=lifespan)
    app.add_api_route("/healthz", _healthz)
    app.add_api_route(
        "/merges/{repository}",
        _merges,
        methods=["POST"],
        status_code=202,
        response_model=Accepted,
        responses={code: {"model": Refused, "description": said} for code, said in REFUSALS.items()},
        openapi_extra={"requestBody": BODY},
    )
    app.add_exception_handler(HTTPException, _not_served)
    return app


async def _healthz() -> Health:
    """Tell that the receiver answers."""
    return Health(status="ok")


async def _merges(repository: str, request: Request) -> JSONResponse:
    """Take a delivery of the forge about a repository, by its name in repositories.yaml."""
    receiver: Receiver = request.app.state.receiver
    began = time.monotonic()
    try:
        outcome = await receiver.receive(request, repository)
    except NotTaken as refused:
        if refused.status not in _UNLOGGED:
            _log(repository, request, refused.body.reason, began)
        return JSONResponse(refused.body.model_dump(), refused.status, refused.headers)
    run = str(outcome.run) if outcome.run else None
    _log(repository, request, f"{outcome.decision} {run or ''}".rstrip(), began)
    accepted = Accepted(decision=outcome.decision, message=outcome.decision.sentence, run=run)
    return JSONResponse(accepted.model_dump(mode="json"), 202)


def _not_served(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    refused = Refused(reason="not-served", message=str(error.detail))
    return JSONResponse(refused.model_dump(), error.status_code, error.headers)


def _log(name: str, request: Request, what: str, began: float) -> None:
    """Write a line about a delivery of a known repository. It holds nothing that the sender wrote but an address."""
    LOG.info("%s: %s, %.0f ms, from %s", name, what, (time.monotonic() - began) * 1000, source_address(request))
