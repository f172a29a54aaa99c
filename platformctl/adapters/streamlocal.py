"""A channel to a unix socket on the host, as `ssh -L` opens one (direct-streamlocal@openssh.com)."""

from __future__ import annotations

import paramiko
from paramiko.common import MSG_CHANNEL_OPEN

_KIND = "direct-streamlocal@openssh.com"


def open_socket(ssh: paramiko.Transport, path: str, window_size: int) -> paramiko.Channel:
    """Open a channel to a unix socket.

    Paramiko opens channels of any kind and completes the request of the kinds that it knows; so what this kind wants,
    the path and two empty fields, is added where the request goes out.

    Raises:
        SSHException: the server opens none; OpenSSH does not say whether it may not or nothing listens there.
    """
    send = ssh._send_user_message  # type: ignore[attr-defined]  # noqa: SLF001

    def completed(message: paramiko.Message) -> None:
        if message.asbytes()[0] == MSG_CHANNEL_OPEN:
            message.add_string(path)
            message.add_string("")
            message.add_int(0)
        send(message)

    ssh._send_user_message = completed  # type: ignore[attr-defined]  # noqa: SLF001
    try:
        return ssh.open_channel(_KIND, window_size=window_size)
    finally:
        del ssh._send_user_message  # type: ignore[attr-defined]  # noqa: SLF001
