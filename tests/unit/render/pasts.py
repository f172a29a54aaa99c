"""The history of the example fleet in every form, as the golden files show it.

`python -m tests.unit.render.pasts` writes the golden files anew; the diff is to be read before it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping

from platformctl.render.history.document import to_json
from platformctl.render.history.metrics import to_metrics
from platformctl.render.history.text import to_text
from platformctl.render.report.history_page import to_html

from .example import GOLDEN, example_history, example_plan


def forms() -> Mapping[str, str]:
    """Return the history in every form, by the name of its golden file."""
    history = example_history(example_plan())
    return {
        "history.txt": to_text(history),
        "history.json": to_json(history),
        "history.prom": to_metrics(history),
        "history.html": to_html(history),
    }


if __name__ == "__main__":
    for name, content in forms().items():
        (GOLDEN / name).write_text(content)
