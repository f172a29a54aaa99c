"""What every HTTP client of ours holds requests to: no redirects and no logins but those that we mean."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests

from platformctl.adapters.network import connection_failure


class Session(requests.Session):
    """Leaves redirects to us: requests would read their bodies without a limit, and send logins out of ~/.netrc."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Find none."""


def as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send the header that was set: without this, requests would look for a login of its own in ~/.netrc."""
    return request


def failure_words(error: Exception) -> str:
    """Say what happened in words of our own: those of libraries hold URLs with signatures, headers, and addresses."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS: {cause.reason or type(cause).__name__}"
    plain = [one for one in causes if isinstance(one, OSError) and not isinstance(one, requests.RequestException)]
    if plain:
        return connection_failure("", plain[-1]).message.removeprefix(": ")
    return f"no answer that can be read ({type(error).__name__})"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
