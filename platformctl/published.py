"""What a value needs so that its JSON form can be published."""

from __future__ import annotations

from typing import Any, ClassVar


def camel_case(name: str) -> str:
    """Return `imageStore` for `image_store`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Published:
    """A value whose JSON form is published: keys are in camelCase, and unknown keys are refused when it is read."""

    __slots__ = ()
    __pydantic_config__: ClassVar[Any] = {"alias_generator": camel_case, "extra": "forbid"}
