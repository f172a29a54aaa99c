"""A stand-in for the host agent: the same words, framing and exit statuses, with curl on the engine's socket."""

from __future__ import annotations

from .sshd import SshHost

PATH = "/usr/local/bin/platformctl-agent"
SCRIPT = r"""#!/bin/sh
set -f
set -- $SSH_ORIGINAL_COMMAND
[ "$1" = platformctl-agent ] || { echo "this key may ask the host agent only" >&2; exit 126; }
command -v curl >/dev/null || exit 127
for word; do
  shift
  case $word in
  platformctl-agent) continue ;;
  version | info) path=$word ;;
  containers) path='containers/json?all=1' ;;
  container:*) path=containers/${word#container:}/json ;;
  image:*) path=images/${word#image:}/json ;;
  *) exit 126 ;;
  esac
  set -- "$@" "http://docker/$path"
done
curl --silent --max-time 60 --unix-socket /run/docker.sock --write-out '\n%{http_code}\n' "$@"
exit 0
"""
FILES = {PATH: SCRIPT}


def authorize(host: SshHost) -> None:
    """Let the lab's key ask the agent, and do nothing else."""
    host.authorize(f'command="{PATH}",restrict')
