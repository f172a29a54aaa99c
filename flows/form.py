"""The fields of the forms in Prefect's interface: the same word and the same sentence wherever a flow asks the same.

Prefect names a field after its parameter and says nothing of it unless the schema of its type says otherwise.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints
from pydantic.fields import FieldInfo

from platformctl.catalog.definition import Name
from platformctl.rerun.receipt import Source


def _shown(title: str, description: str) -> FieldInfo:
    found: FieldInfo = Field(json_schema_extra={"title": title, "description": description})
    return found


# A field for text has several lines, and what is pasted there ends with a line break more often than not.
_TRIMMED: Final = StringConstraints(strip_whitespace=True)
_ONE_LINE: Final = StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$", max_length=1000)
_OR_EMPTY: Final = StringConstraints(strip_whitespace=True, pattern=r"^([a-zA-Z0-9][a-zA-Z0-9._-]{0,62})?$")
_COMMIT: Final = r"[0-9a-f]{40}|[0-9a-f]{64}"
_COMMIT_SAYS: Final = "Full hash of the merge on the base branch: 40 or 64 characters of 0-9 and a-f."
_COMMIT_TITLE: Final = "Commit"

Modules = Annotated[
    tuple[Annotated[Name, _TRIMMED], ...],
    _shown("Modules", "Modules to plan, such as np-meerkat-frontend; all of them when none is chosen."),
]
Module = Annotated[Name, _TRIMMED, _shown("Module", "The module to try, such as np-meerkat-frontend.")]
Hosts = Annotated[
    tuple[Annotated[Name, _TRIMMED], ...],
    _shown("Hosts", "Hosts whose modules are planned, such as rs2000; all of them when none is chosen."),
]
ConfirmAfter = Annotated[
    float,
    Field(ge=0, le=3600),
    _shown(
        "Second look after",
        "Seconds, 0 to 3600, until a host that shows drift is looked at again, such as 10: only what both looks show "
        "is drift.",
    ),
]
CatalogFolder = Annotated[
    str,
    _ONE_LINE,
    _shown(
        "Catalog",
        "Folder on the worker that holds modules/, such as /srv/catalog; a dot is the folder that was deployed from.",
    ),
]
InventoryFile = Annotated[
    str,
    _ONE_LINE,
    _shown("Inventory", "File of the hosts, such as /srv/hosts.yaml; hosts.yaml in the catalog when empty."),
]
StoreFolder = Annotated[
    str,
    _ONE_LINE,
    _shown("Store", "Folder on the worker where results are kept, such as /srv/store; the worker's own when empty."),
]
RepositoriesFile = Annotated[
    str,
    _ONE_LINE,
    _shown("Repositories", "File of the repositories whose merges are followed, such as repositories.yaml."),
]
Repository = Annotated[Name, _TRIMMED, _shown("Repository", "Its name in the file of repositories, such as catalog.")]
Commit = Annotated[str, _TRIMMED, Field(pattern=f"^({_COMMIT})$"), _shown(_COMMIT_TITLE, _COMMIT_SAYS)]
ToldBy = Annotated[Source, _shown("Told by", "Who told of the merge; command when you do.")]
FollowedRepository = Annotated[
    str,
    _OR_EMPTY,
    _shown(
        "Repository",
        "Only for the smoke of a merge: the name in the file of repositories, such as catalog. With it, what is "
        "smoked is declared there at the commit, and not in the catalog above.",
    ),
]
FollowedCommit = Annotated[
    str,
    _TRIMMED,
    Field(pattern=f"^({_COMMIT})?$"),
    _shown(_COMMIT_TITLE, f"Only for the smoke of a merge. {_COMMIT_SAYS}"),
]
