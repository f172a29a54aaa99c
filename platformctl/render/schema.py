"""The JSON Schemas of every file that platformctl reads or writes, from the definitions that read and write them.

`python -m platformctl.render.schema schemas` writes them where editors and other programs find them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path  # noqa: TID251  to write the files when this is run; nothing imported from here touches one
from typing import Any, Final

from pydantic import TypeAdapter

from platformctl.catalog.inventory import Inventory
from platformctl.catalog.lock import Lock
from platformctl.catalog.module import Module
from platformctl.catalog.notify import Notify
from platformctl.catalog.repository import Repositories
from platformctl.history.history import FORMAT_VERSION as HISTORY_VERSION
from platformctl.observation.head import Head
from platformctl.plan.plan import FORMAT_VERSION
from platformctl.render.document import plan_schema
from platformctl.render.history.document import history_schema
from platformctl.render.smoke_document import smoke_schema
from platformctl.smoke import result

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> Mapping[str, dict[str, Any]]:
    """Return every published schema by its file's name."""
    return {
        "module-1.schema.json": _titled("platformctl module: modules/<name>/module.yaml", Module.model_json_schema()),
        "inventory-1.schema.json": _titled("platformctl inventory: hosts.yaml", Inventory.model_json_schema()),
        "notify-1.schema.json": _titled("platformctl notify: notify.yaml", Notify.model_json_schema()),
        "repositories-1.schema.json": _titled(
            "platformctl repositories: repositories.yaml", Repositories.model_json_schema()
        ),
        "image-lock-1.schema.json": _titled(
            "platformctl image lock: modules/<name>/image.lock.json", Lock.model_json_schema()
        ),
        "snapshot-1.schema.json": _titled("platformctl snapshot: host.json", TypeAdapter(Head).json_schema()),
        f"plan-{FORMAT_VERSION}.schema.json": _titled("platformctl plan: plan.json", plan_schema()),
        f"smoke-{result.FORMAT_VERSION}.schema.json": _titled("platformctl smoke: smoke.json", smoke_schema()),
        f"history-{HISTORY_VERSION}.schema.json": _titled(
            "platformctl history: platformctl history --format json", history_schema()
        ),
    }


def to_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _titled(title: str, schema: dict[str, Any]) -> dict[str, Any]:
    definitions = {name: _untitled(definition) for name, definition in schema.get("$defs", {}).items()}
    return {"$schema": _DIALECT, **_untitled(schema), "$defs": definitions, "title": title}


def _untitled(definition: dict[str, Any]) -> dict[str, Any]:
    """Leave out the titles that are made from names: an editor would show `Takenat` in place of the description."""
    keys = definition.get("properties", {})
    plain = {key: {name: value for name, value in schema.items() if name != "title"} for key, schema in keys.items()}
    return {**definition, "properties": plain} if keys else definition


if __name__ == "__main__":
    for name, schema in schemas().items():
        Path(sys.argv[1], name).write_text(to_text(schema), encoding="utf-8")
