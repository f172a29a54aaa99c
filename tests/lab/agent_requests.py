"""Requests to the host agent: right ones, near misses of every question, and attacks. The same seed gives the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from .agent_oracle import FIXED
from .agent_payloads import OTHERS, PAYLOADS

LONGEST: Final = 128 * 1024 - len("SSH_ORIGINAL_COMMAND=") - 1
"""Linux takes no longer variable: sshd could not start the script."""

HEX: Final = "0123456789abcdef"
WORDS: Final = ("version", "info", "containers", "container:", "image:", "image:sha256:")
INSPECTS: Final = (
    "docker container inspect -- ",
    "docker image inspect -- ",
    "podman container inspect -- ",
    "podman image inspect -- ",
)
SPACES: Final = (b" ", b"\t", b"\n", b"\r", b"\x0b", b"\x0c", b"\xc2\xa0", b"\xe3\x80\x80")
BYTES: Final = tuple(bytes([one]) for one in range(1, 256))
USUAL_BYTES: Final = tuple(one.to_bytes() for one in b" \t\n'\"$`\\;&|<>(){}*?[]#~=%-:./ABCxyz019")

Kind = Callable[[Random], bytes]


def right(random: Random) -> bytes:
    """Return a request that must be answered."""
    choice = random.randrange(3)
    if choice == 0:
        return random.choice(sorted(FIXED))
    count = random.choice((1, 1, 1, 2, 3, 8, random.randrange(1, 40)))
    if choice == 1:
        prefix = random.choice(INSPECTS)
        return (prefix + " ".join(_id(random, images="image" in prefix) for _ in range(count))).encode()
    return f"platformctl-agent {' '.join(_word(random) for _ in range(count))}".encode()


def one_byte_off(random: Random) -> bytes:
    """Return a right request with one byte changed, added or removed, anywhere or near its ends."""
    request = right(random)
    at = random.choice((random.randrange(len(request)), random.randrange(min(40, len(request))), len(request) - 1))
    inserted = random.choice(random.choice((BYTES, USUAL_BYTES)))
    return request[:at] + random.choice((b"", inserted, inserted + request[at : at + 1])) + request[at + 1 :]


def other_spaces(random: Random) -> bytes:
    """Return a right request with whitespace doubled, exchanged, or put around it."""
    request, space = right(random), random.choice(SPACES)
    match random.randrange(5):
        case 0:
            return request + space
        case 1:
            return space + request
        case 2:
            return request.replace(b" ", space * 2)
        case 3:
            return request.replace(b" ", space)
        case _:
            places = [at for at, one in enumerate(request) if one == 0x20]
            at = random.choice(places)
            return request[:at] + space + request[at:]


def other_case(random: Random) -> bytes:
    """Return a right request with some letters in the other case."""
    request = right(random).decode()
    if random.random() < 0.3:
        return request.upper().encode()
    at = random.choice([place for place, one in enumerate(request) if one.isalpha()])
    return (request[:at] + request[at].swapcase() + request[at + 1 :]).encode()


def wrong_id(random: Random) -> bytes:
    """Return a question about IDs of which one is none: too short, too long, or with digits of another kind."""
    images = random.random() < 0.5
    prefix = random.choice(INSPECTS) if random.random() < 0.6 else "platformctl-agent "
    images = "image" in prefix if prefix in INSPECTS else images
    word = "" if prefix in INSPECTS else ("image:" if images else "container:")
    ids = [word + _id(random, images=images) for _ in range(random.randrange(4))]
    ids.insert(random.randrange(len(ids) + 1), word + _no_id(random, images=images))
    return (prefix + " ".join(ids)).encode()


def payload(random: Random) -> bytes:
    """Return a right request with an attack put before it, behind it, into it, or in the place of an ID or a word."""
    request, attack = right(random), random.choice(PAYLOADS).encode()
    match random.randrange(6):
        case 0:
            return request + attack
        case 1:
            return request + b" " + attack
        case 2:
            return attack + b" " + request
        case 3:
            at = random.randrange(len(request))
            return request[:at] + attack + request[at:]
        case 4:
            return request.rpartition(b" ")[0] + b" " + attack
        case _:
            end = random.choice(("", f" {_digits(random)}"))
            return random.choice(INSPECTS).encode() + attack + end.encode()


def two(random: Random) -> bytes:
    """Return two requests joined, or two halves of different ones."""
    first, second = right(random), right(random)
    if random.random() < 0.5:
        return first + random.choice((b";", b"\n", b" ", b"&&", b" | ", b" -- ", b"\r\n", b"")) + second
    return first[: random.randrange(len(first))] + second[random.randrange(len(second)) :]


def option(random: Random) -> bytes:
    """Return a right request with one of its words exchanged for an option, a template, or another word."""
    words = right(random).split(b" ")
    words[random.randrange(len(words))] = random.choice((*PAYLOADS, *OTHERS)).encode()
    return b" ".join(words)


def noise(random: Random) -> bytes:
    """Return bytes that mean nothing, of any length that is usual."""
    return random.randbytes(random.choice((1, 2, 8, 64, 300))).replace(b"\0", b"\x01")


def other(random: Random) -> bytes:
    """Return a command that people and programs send, alone or with an attack."""
    return (random.choice(OTHERS) + random.choice(("", "", " " + random.choice(PAYLOADS)))).encode()


def long(random: Random) -> bytes:
    """Return a request about as long as one may be, or much longer."""
    count = random.choice((999, 1000, 1001, 1002, 1003, 1004, 1500))
    match random.randrange(4):
        case 0:
            prefix = random.choice(INSPECTS)
            ids = [_id(random, images="image" in prefix) for _ in range(count)]
            request = (prefix + " ".join(ids)).encode()
        case 1:
            request = f"platformctl-agent {' '.join(_word(random) for _ in range(count))}".encode()
        case 2:
            request = f"platformctl-agent {' '.join(['image:sha256:' + _digits(random)] * count)}".encode()
        case _:
            more = random.choice((b" ", b"x", b"'", b"$(", b"a" * 64 + b" "))
            request = right(random) + more * random.randrange(1, LONGEST)
    return request[:LONGEST]


KINDS: Final[dict[str, tuple[Kind, int]]] = {
    "right": (right, 8),
    "one byte off": (one_byte_off, 30),
    "other spaces": (other_spaces, 8),
    "other case": (other_case, 6),
    "wrong ID": (wrong_id, 12),
    "payload": (payload, 20),
    "two requests": (two, 5),
    "option": (option, 5),
    "noise": (noise, 2),
    "other commands": (other, 4),
    "long": (long, 0),
}
"""Every kind with its share in percent; of the long ones, which cost most, there are a few for each thousand."""

LONG_ONES: Final = 4


def requests(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Give that many requests with their kinds."""
    random = Random(seed)  # noqa: S311  an attack that can be repeated
    names = [name for name, (_, share) in KINDS.items() for _ in range(share * 10)][: 1000 - LONG_ONES]
    names += ["long"] * LONG_ONES
    for _ in range(count):
        name = random.choice(names)
        yield name, KINDS[name][0](random).replace(b"\0", b"\x01")[:LONGEST]


def _digits(random: Random) -> str:
    return f"{random.getrandbits(256):064x}"


def _id(random: Random, *, images: bool) -> str:
    return ("sha256:" if images and random.random() < 0.5 else "") + _digits(random)


def _word(random: Random) -> str:
    word = random.choice(WORDS)
    return word + _digits(random) if word.endswith(":") else word


def _no_id(random: Random, *, images: bool) -> str:
    digits = _digits(random)
    at = random.randrange(64)
    strange = random.choice("gG-:/.*?'\"$`\\AF\u0660\u06f1\uff11\uff41\u0430\u00e9\U0001d7d8\u2170")
    wrong = (
        digits[:63], digits + random.choice(HEX), digits.upper() if digits.upper() != digits else digits[:-1], "",
        digits[:12], digits[:32], digits * 2, digits[:at] + strange + digits[at + 1 :], f"-{digits[1:]}",
        f"sha256{digits}", f"sha256:sha256:{digits}", f"sha512:{digits}", f"SHA256:{digits}", f"sha256:{digits[:63]}",
        f":{digits}", f"{digits}:", "np-umami", "postgres:16", "{id}", f"{digits[:32]}/{digits[33:]}",
        f"{digits}/archive",
    )  # fmt: skip
    return random.choice(wrong if images else (*wrong, f"sha256:{digits}"))
