"""The receiver against its own description (OpenAPI): what schemathesis thinks of, signed and unsigned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import requests
import schemathesis
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from platformctl.adapters.prefect_api import PrefectServer
from platformctl.adapters.webhook import Settings, receiver_app
from platformctl.catalog.repository import Forge
from tests.unit.adapters.receiving import FORGES, Running
from tests.unit.forge.sending import headers

from .receiver import deployed_receiver
from .server import Server

pytestmark = [
    pytest.mark.e2e,
    # Threads that Prefect has left in this process draw random numbers, which Hypothesis takes for the strategy's.
    pytest.mark.filterwarnings("ignore:Do not use the .random. module:hypothesis.errors.HypothesisDeprecationWarning"),
]

Case: TypeAlias = "schemathesis.Case[Any]"
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


SCHEMA: Final = schemathesis.openapi.from_dict(receiver_app(Settings({}, PrefectServer(""), Path(), 1)).openapi())
"""The receiver's description of itself, which it shows to nobody."""

ANY: Final = SCHEMA["/merges/{repository}"]["POST"].as_strategy() | SCHEMA["/healthz"]["GET"].as_strategy()


@pytest.fixture(scope="module")
def receiver(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A receiver for all requests of this module."""
    with deployed_receiver(server, tmp_path_factory.mktemp("described")) as running:
        yield running


@given(ANY)
@settings(max_examples=100, deadline=None)
def test_any_request_is_answered_as_described(receiver: Running, case: Case) -> None:
    """Whatever a stranger asks is answered by a status and a form that the description names, and never by 5xx."""
    _check(case, _request(case, receiver))


@given(SCHEMA["/merges/{repository}"]["POST"].as_strategy(), st.sampled_from(FORGES))
@settings(max_examples=100, deadline=None)
def test_any_signed_request_is_answered_as_described(receiver: Running, case: Case, forge: Forge) -> None:
    """So is whatever comes from who knows the secret."""
    case.path_parameters = {"repository": forge}
    request = _request(case, receiver)
    content = request.body or b""
    request.headers.update(headers(forge, content.encode() if isinstance(content, str) else content))
    _check(case, request)


def _request(case: Case, receiver: Running) -> requests.PreparedRequest:
    return requests.Request(**case.as_transport_kwargs(base_url=receiver.url)).prepare()


def _check(case: Case, request: requests.PreparedRequest) -> None:
    with requests.Session() as session:
        case.validate_response(session.send(request), checks=CHECKS)
