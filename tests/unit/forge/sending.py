"""Deliveries as the forges send them: real shapes as files, and all headers that come with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from platformctl.catalog.repository import Forge, Repository

DELIVERIES: Final = Path(__file__).with_name("deliveries")
SECRET: Final = b"a secret of the forge"
NOW_S: Final = 1_795_430_000
IDENTIFIER: Final = "6d1c9e58-6a1c-4f0e-9d5b-0f8a3d1f7c22"


def repository(forge: Forge) -> Repository:
    """Return the repository that the deliveries are about."""
    return Repository.model_validate({"forge": forge, "name": "platform/catalog", "clone": "catalog.git"})


def body(name: str) -> bytes:
    """Return the body of a delivery, byte for byte."""
    return (DELIVERIES / f"{name}.json").read_bytes()


def payload(name: str) -> dict[str, Any]:
    """Return what a delivery holds."""
    found: dict[str, Any] = json.loads(body(name))
    return found


def headers(forge: Forge, content: bytes, secret: bytes = SECRET) -> dict[str, str]:
    """Return what a forge sends along, the families of others that it sends too included."""
    digest = hmac.new(secret, content, hashlib.sha256).hexdigest()
    old = hmac.new(secret, content, hashlib.sha1).hexdigest()
    hub = {"X-Hub-Signature-256": f"sha256={digest}", "X-Hub-Signature": f"sha1={old}"}
    github = {"X-GitHub-Event": "push", "X-GitHub-Delivery": IDENTIFIER, **hub}
    gitea = {"X-Gitea-Event": "push", "X-Gitea-Delivery": IDENTIFIER, "X-Gitea-Signature": digest, **github}
    gogs = {"X-Gogs-Event": "push", "X-Gogs-Signature": digest}
    sent: Mapping[Forge, dict[str, str]] = {
        "forgejo": {"X-Forgejo-Event": "push", "X-Forgejo-Signature": digest, **gitea, **gogs},
        "gitea": {**gitea, **gogs},
        "github": github,
        "gitlab": {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": secret.decode(), "Idempotency-Key": IDENTIFIER},
    }
    return {"Content-Type": "application/json", **sent[forge]}


def signing_headers(content: bytes, key: bytes, sent_s: int = NOW_S) -> dict[str, str]:
    """Return what GitLab sends along with a signing token, after Standard Webhooks."""
    signed = f"{IDENTIFIER}.{sent_s}.".encode() + content
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": IDENTIFIER, "webhook-timestamp": str(sent_s), "webhook-signature": f"v1,{signature}"}
