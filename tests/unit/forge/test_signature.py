"""Only who knows the secret is believed, in the way of the configured forge and in no other."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import pytest

from platformctl.catalog.repository import Forge
from platformctl.forge.delivery import Delivery
from platformctl.forge.signature import SIGNING, TOLERANCE_S, Refusal, refusal

from .sending import NOW_S, SECRET, body, headers, signing_headers

FORGES: tuple[Forge, ...] = ("forgejo", "gitea", "github", "gitlab")
OWN: Mapping[Forge, str] = {
    "forgejo": "X-Forgejo-Signature",
    "gitea": "X-Gitea-Signature",
    "github": "X-Hub-Signature-256",
    "gitlab": "X-Gitlab-Token",
}
KEY = bytes(range(32))
TOKEN = SIGNING + base64.b64encode(KEY)

Headers = dict[str, str]


def judged(forge: Forge, sent: Mapping[str, str], content: bytes, secret: bytes = SECRET) -> Refusal | None:
    """Check what arrives, at the time that all deliveries here are sent."""
    raw = [(name.encode(), value.encode()) for name, value in sent.items()]
    return refusal(forge, secret, Delivery.of(raw, content), NOW_S)


@pytest.mark.parametrize("forge", FORGES)
def test_signed_delivery_is_believed(forge: Forge) -> None:
    """What a forge sends, with all the headers of others that it adds, is accepted."""
    content = body(f"{forge}-push")
    assert judged(forge, headers(forge, content), content) is None


@pytest.mark.parametrize("forge", ["forgejo", "gitea", "github"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: content.replace(b"modules/np-umami", b"modules/np-umaml"),
        lambda content: content[:-1],
        lambda content: content + b" ",
        lambda _: b"",
    ],
    ids=["altered", "truncated", "extended", "emptied"],
)
def test_other_bytes_are_refused(forge: Forge, spoil: Callable[[bytes], bytes]) -> None:
    """One byte more, less or other than what was signed, and the delivery is not believed."""
    content = body(f"{forge}-push")
    assert judged(forge, headers(forge, content), spoil(content)) is Refusal.WRONG


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("secret", [b"another secret", SECRET[:-1], SECRET + b"0", SECRET.upper()])
def test_other_secret_is_refused(forge: Forge, secret: bytes) -> None:
    """Who knows another secret, or nearly this one, is not believed."""
    content = body(f"{forge}-push")
    assert judged(forge, headers(forge, content, secret), content) is Refusal.WRONG


@pytest.mark.parametrize("forge", FORGES)
def test_nothing_is_believed_without_a_secret(forge: Forge) -> None:
    """A signature under the empty secret, which anybody can make, is refused."""
    content = body(f"{forge}-push")
    assert judged(forge, headers(forge, content, b""), content, b"") is Refusal.NO_SECRET


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("value", ["", " "])
def test_empty_signature_is_none(forge: Forge, value: str) -> None:
    """Gitea and Forgejo send an empty signature where they have no secret: that is none."""
    content = body(f"{forge}-push")
    assert judged(forge, {OWN[forge]: value}, content) is Refusal.ABSENT


def test_prefix_alone_is_wrong() -> None:
    """What stands before every signature is not one."""
    content = body("github-push")
    assert judged("github", {"X-Hub-Signature-256": "sha256="}, content) is Refusal.WRONG


@pytest.mark.parametrize("forge", FORGES)
@pytest.mark.parametrize("other", FORGES)
def test_headers_of_another_forge_do_not_count(forge: Forge, other: Forge) -> None:
    """Each forge is believed by its own header alone; Forgejo by the one that it shares with Gitea too."""
    content = body(f"{forge}-push")
    sent = {OWN[other]: headers(other, content)[OWN[other]]}
    believed = forge == other or (forge, other) == ("forgejo", "gitea")
    assert judged(forge, sent, content) is (None if believed else Refusal.ABSENT)


@pytest.mark.parametrize("forge", FORGES)
def test_sha1_is_not_enough(forge: Forge) -> None:
    """The old signature of GitHub, which all of them but GitLab still send, opens nothing."""
    content = body(f"{forge}-push")
    sent = {"X-Hub-Signature": headers("github", content)["X-Hub-Signature"]}
    assert judged(forge, sent, content) is Refusal.ABSENT


@pytest.mark.parametrize("forge", ["forgejo", "gitea", "github"])
def test_secret_in_clear_is_not_enough(forge: Forge) -> None:
    """A forge that signs is never believed by the token of GitLab, not even by the right one."""
    content = body(f"{forge}-push")
    assert judged(forge, {"X-Gitlab-Token": SECRET.decode()}, content) is Refusal.ABSENT


def test_wrong_own_header_is_not_made_good_by_another() -> None:
    """Where Forgejo's header is there, it counts, and Gitea's does not."""
    content = body("forgejo-push")
    sent = headers("forgejo", content) | {"X-Forgejo-Signature": "0" * 64}
    assert judged("forgejo", sent, content) is Refusal.WRONG


@pytest.mark.parametrize("forge", FORGES)
def test_repeated_header_is_refused(forge: Forge) -> None:
    """With two values, each reader could believe another one, so neither is believed."""
    content = body(f"{forge}-push")
    right = headers(forge, content)[OWN[forge]].encode()
    sent = [(OWN[forge].encode(), b"wrong"), (OWN[forge].upper().encode(), right)]
    assert refusal(forge, SECRET, Delivery.of(sent, content), NOW_S) is Refusal.REPEATED


@pytest.mark.parametrize("form", ["sha256={}", "{0},{0}", "{0} {0}", "0x{}"])
def test_form_of_a_signature_is_fixed(form: str) -> None:
    """A signature in another form than Forgejo's own is not one."""
    content = body("forgejo-push")
    right = headers("forgejo", content)["X-Forgejo-Signature"]
    assert judged("forgejo", {"X-Forgejo-Signature": form.format(right)}, content) is Refusal.WRONG


@pytest.mark.parametrize(("secret", "key"), [(TOKEN, KEY), (SECRET, SECRET)], ids=["standard form", "any text"])
def test_signature_of_gitlab_is_believed(secret: bytes, key: bytes) -> None:
    """GitLab's signing token counts: the bytes that it encodes, or it itself where it encodes none."""
    content = body("gitlab-push")
    assert judged("gitlab", signing_headers(content, key), content, secret) is None


def _without_signature(sent: Headers) -> Headers:
    return {name: value for name, value in sent.items() if name != "webhook-signature"}


SPOILT: Mapping[str, tuple[Callable[[Headers], Headers], Refusal]] = {
    "no signature": (_without_signature, Refusal.ABSENT),
    "the token instead": (
        lambda sent: {**_without_signature(sent), "X-Gitlab-Token": TOKEN.decode()},
        Refusal.ABSENT,
    ),
    "no id": (lambda sent: {**sent, "webhook-id": ""}, Refusal.ABSENT),
    "another id": (lambda sent: {**sent, "webhook-id": "another"}, Refusal.WRONG),
    "another time": (lambda sent: {**sent, "webhook-timestamp": str(NOW_S + 1)}, Refusal.WRONG),
    "no number": (lambda sent: {**sent, "webhook-timestamp": "now"}, Refusal.WRONG),
    "Arabic digits": (lambda sent: {**sent, "webhook-timestamp": "١٢٣"}, Refusal.WRONG),
    "asymmetric kind": (
        lambda sent: {**sent, "webhook-signature": sent["webhook-signature"].replace("v1,", "v1a,")},
        Refusal.WRONG,
    ),
    "wrong, and the token": (
        lambda sent: {**sent, "webhook-signature": "v1,AAAA", "X-Gitlab-Token": TOKEN.decode()},
        Refusal.WRONG,
    ),
}


@pytest.mark.parametrize("name", SPOILT)
def test_spoilt_signature_of_gitlab_is_refused(name: str) -> None:
    """Body, ID and time are signed together, and a token that signs never counts by being told."""
    spoil, expected = SPOILT[name]
    content = body("gitlab-push")
    assert judged("gitlab", spoil(signing_headers(content, KEY)), content, TOKEN) is expected


@pytest.mark.parametrize("late_s", [TOLERANCE_S, -TOLERANCE_S, TOLERANCE_S + 1, -TOLERANCE_S - 1])
def test_replay_is_refused(late_s: int) -> None:
    """A signed time counts for five minutes, before and after."""
    content = body("gitlab-push")
    sent = signing_headers(content, KEY, NOW_S - late_s)
    expected = None if abs(late_s) <= TOLERANCE_S else Refusal.STALE
    assert judged("gitlab", sent, content, TOKEN) is expected


def test_one_right_signature_of_several_is_enough() -> None:
    """While a token is being changed, deliveries are signed with the old one and the new one."""
    content = body("gitlab-push")
    sent = signing_headers(content, KEY)
    sent["webhook-signature"] = f"v1,AAAA {sent['webhook-signature']} v1a,BBBB"
    assert judged("gitlab", sent, content, TOKEN) is None


@pytest.mark.parametrize("secret", [SIGNING, SIGNING + b"no base64!"])
def test_broken_signing_token_believes_nothing(secret: bytes) -> None:
    """A token that encodes no key lets nobody in, not even who signs with the empty key."""
    content = body("gitlab-push")
    for key in (b"", secret):
        assert judged("gitlab", signing_headers(content, key), content, secret) is Refusal.WRONG


def test_example_of_github() -> None:
    """The example in GitHub's documentation gives the signature that stands there."""
    expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    secret, content = b"It's a Secret to Everybody", b"Hello, World!"
    assert judged("github", {"X-Hub-Signature-256": expected}, content, secret) is None


def test_example_of_standard_webhooks() -> None:
    """The example in the specification of Standard Webhooks gives the signature that stands there."""
    secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    sent = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    raw = [(name.encode(), value.encode()) for name, value in sent.items()]
    assert refusal("gitlab", secret, Delivery.of(raw, b'{"test": 2432232314}'), 1614265330) is None
