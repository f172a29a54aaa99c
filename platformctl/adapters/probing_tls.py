"""TLS over the connection of a probe, wherever that leads."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from urllib3.util.ssltransport import SSLTransport

from platformctl.adapters.probing_stream import Stream
from platformctl.catalog.probe import TlsCheck
from platformctl.render.printable import one_line
from platformctl.smoke.finding import Finding, ProbeEnded
from platformctl.smoke.outcome import ProbeReason

_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"})
"""What OpenSSL says of bytes that are no record of TLS."""


class TlsStream:
    """A stream inside a stream. The certificate's end is known when this is made.

    Raises:
        ProbeEnded: the certificate is refused, or what answers speaks no TLS.
        OSError: the connection broke, or the time is over (TimeoutError).
    """

    def __init__(self, stream: Stream, name: str, check: TlsCheck | None, base: Path) -> None:
        try:
            # It wants a socket, of which it uses what a stream has.
            self._tls = SSLTransport(stream, _context(check, base), name)  # type: ignore[arg-type]
        except ssl.SSLCertVerificationError as error:
            raise ProbeEnded(_refused(error, check)) from None
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            raise ConnectionResetError from None
        except ssl.SSLError as error:
            raise ProbeEnded(_unusable(error)) from None

    @property
    def valid_until(self) -> datetime | None:
        """The end of the certificate."""
        end = (self._tls.getpeercert() or {}).get("notAfter")
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if isinstance(end, str) else None

    def recv(self, size: int) -> bytes:
        """Return what comes next, nothing at the end."""
        received = self._tls.recv(size)
        return cast("bytes", received or b"")

    def sendall(self, data: bytes) -> None:
        """Send everything."""
        self._tls.sendall(data)


def _context(check: TlsCheck | None, base: Path) -> ssl.SSLContext:
    file = base / check.ca if check and check.ca else None
    try:
        context = ssl.create_default_context(cafile=str(file) if file else None)
    except (OSError, ValueError) as error:
        message = f"{check.ca if check else 'authorities'}: cannot be used: {one_line(error)}"
        raise ProbeEnded(Finding(ProbeReason.TLS_UNUSABLE, message)) from None
    # Python 3.13 refuses certificates without identifiers of their keys, which browsers and curl accept.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _refused(error: ssl.SSLCertVerificationError, check: TlsCheck | None) -> Finding:
    if not (check and check.ca) and not _has_authorities():
        return Finding(ProbeReason.TLS_UNUSABLE, "this machine has no authorities to trust: install ca-certificates")
    return Finding(ProbeReason.CERTIFICATE_REFUSED, one_line(error.verify_message))


def _has_authorities() -> bool:
    places = ssl.get_default_verify_paths()
    return bool(places.cafile or (places.capath and any(Path(places.capath).iterdir())))


def _unusable(error: ssl.SSLError) -> Finding:
    reason = str(error.reason)
    if reason in _NO_TLS:
        return Finding(ProbeReason.NOT_TLS, f"no TLS: {reason}")
    return Finding(ProbeReason.TLS_UNUSABLE, f"no TLS was agreed on: {one_line(reason)}")
