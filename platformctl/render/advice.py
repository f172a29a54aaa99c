"""What to do next about each reason: the same words as in docs/messages.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from platformctl.reason import Reason

ADVICE: Final[Mapping[Reason, str]] = {
    Reason.EXACT: "Nothing.",
    Reason.SAME_MANIFEST: "Nothing. The image was pulled by another digest of the same pin.",
    Reason.SAME_CONFIG: "Nothing. The image was loaded, mirrored or pulled under another digest, and is the same.",
    Reason.EQUAL_CONTENT: "Nothing. The image was loaded from a file, or packed anew, and is the same.",
    Reason.ACKNOWLEDGED: (
        "Nothing until the day that the acknowledgement names. Then it alarms again: mend it, or acknowledge it anew."
    ),
    Reason.CONTAINER_MISSING: (
        "Deploy the service, or remove its module if it is retired. If most of a host is missing, look at the "
        "suspicions first."
    ),
    Reason.IMAGE_DIFFERS: "Deploy the pinned image, or pin what runs and commit that.",
    Reason.LAYERS_DIFFER: "Deploy the pinned image, or pin what runs and commit that.",
    Reason.SETTINGS_DIFFER: (
        "Deploy the pinned image, or pin what runs and commit that. It was built again, with the same files."
    ),
    Reason.STATE_DIFFERS: (
        "Look at the container's log on the host, and start or stop it as declared; or declare `expect.state`."
    ),
    Reason.HEALTH_DIFFERS: "Look at the container's health log on the host.",
    Reason.CLOSURE_UNKNOWN: "Run `platformctl lock` for the module and commit the lock.",
    Reason.CONTENT_UNKNOWN: "Deploy the pinned digest once; from then on the host names it.",
    Reason.TAG_ONLY: "Pin the digest: `repository:tag@sha256:…`.",
    Reason.CHANGING: "Plan again when the deployment is over. If it stays, the container restarts again and again.",
    Reason.CONTAINER_UNDESCRIBED: (
        "Plan again. If it stays, `docker inspect` of the named container fails on the host: see why."
    ),
    Reason.HEALTH_UNREPORTED: "Give the container a health check, or remove `expect.health` from the module.",
    Reason.HEALTH_UNDECIDED: "Plan again when the container's start period is over.",
    Reason.UNREACHABLE: "Check the host's address, its network and the way there.",
    Reason.NAME_UNRESOLVED: "Check `address` in hosts.yaml, and the name servers of the machine that plans.",
    Reason.CONNECTION_REFUSED: "Check `port` in hosts.yaml, and that the SSH server or engine listens.",
    Reason.CONNECTION_LOST: "Plan again. If it stays, look at the network and at the host's load.",
    Reason.TIMED_OUT: "Check that the host is up, and that no firewall drops the connection.",
    Reason.AUTHENTICATION_FAILED: "Put the public key of `identity_file` into the account's `authorized_keys`.",
    Reason.HOST_KEY_UNKNOWN: "Get the host's key over a way that you trust, and add it to the `known_hosts` file.",
    Reason.HOST_KEY_CHANGED: (
        "Find out why: a new installation, or somebody in between. Only then replace the known key."
    ),
    Reason.TLS_FAILED: (
        "Check the `tls` files in hosts.yaml: their dates, the authority, and the host name in the certificate."
    ),
    Reason.ENGINE_DOWN: "Start the container engine on the host.",
    Reason.ENGINE_ABSENT: "Install it on the host, or correct `ask` in hosts.yaml.",
    Reason.PERMISSION_DENIED: "Let the account ask the engine: the group `docker`, or the host agent.",
    Reason.COMMAND_REFUSED: (
        "Install the host agent of this version, or allow the commands that the plan lists for the host."
    ),
    Reason.COMMAND_FAILED: "Run the last listed command on the host by hand, and see what it says.",
    Reason.RUBBISH_OUTPUT: (
        "Run the last listed command by hand: a login script that prints something is the usual cause."
    ),
    Reason.OUTPUT_TOO_LARGE: "Look at what the host answers; remove old containers and images.",
    Reason.CONFIGURATION_UNUSABLE: (
        "Check the files that the host's entry in hosts.yaml names, on the machine that plans."
    ),
    Reason.SNAPSHOT_ABSENT: "Make it with `platformctl observe --host NAME --out DIR`, or correct the path.",
    Reason.SNAPSHOT_UNREADABLE: "Make the snapshot again; the message says what is wrong with the file.",
    Reason.OBSERVER_FAILED: "Report it with the message. The other hosts' verdicts stand.",
}
