"""repositories.yaml: a good one is read whole, a bad one says what is wrong and where."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
import yaml

from platformctl.adapters.repositories_file import chosen_repository, load_repositories
from platformctl.catalog.repository import Repository
from platformctl.errors import InputInvalid

GOOD: Final = """\
schema: platformctl/repositories/v1
repositories:
  catalog:
    forge: gitea
    name: platform/catalog
    clone: https://git.example/platform/catalog.git
"""
EXAMPLE: Final = Path(__file__).parents[3] / "deployments/repositories.example.yaml"


def refused(folder: Path, text: str) -> str:
    """Return what is said about a file that cannot be used."""
    place = folder / "repositories.yaml"
    place.write_text(text)
    with pytest.raises(InputInvalid) as caught:
        load_repositories(place)
    return str(caught.value).replace(f"{folder}/", "")


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    """Forge, name and address are enough: the branch is main, and a deploy may take a quarter of an hour."""
    (tmp_path / "r.yaml").write_text(GOOD)
    found = load_repositories(tmp_path / "r.yaml")
    assert found.repositories == {
        "catalog": Repository(
            forge="gitea",
            name="platform/catalog",
            base="main",
            clone="https://git.example/platform/catalog.git",
            catalog=".",
            inventory=None,
            secret_file=None,
            api=None,
            token_file=None,
            required_checks=False,
            wait_for_green=900,
        )
    }
    assert list(found.at("gitea", "platform/catalog")) == [found.repositories["catalog"]]
    assert list(found.at("forgejo", "platform/catalog")) == []


def test_the_example_is_valid() -> None:
    """The file that people copy can be used, and so can it with all that is commented out in it."""
    assert list(load_repositories(EXAMPLE).repositories) == ["catalog"]
    text = EXAMPLE.read_text().replace("    # ", "    ")
    everything = Repository.model_validate(yaml.safe_load(text)["repositories"]["catalog"])
    assert set(everything.model_fields_set) == set(Repository.model_fields)


NAME: Final = "    name: platform/catalog\n"
BAD: Final[Mapping[str, tuple[str, str, str]]] = {
    "format": ("repositories/v1", "repositories/v2", "1: schema: should be 'platformctl/repositories/v1', "),
    "forge": ("gitea", "cvs", "4: forge: should be 'forgejo', 'gitea', 'github' or "),
    "no forge": ("    forge: gitea\n", "", "4: the key 'forge' is missing in repositories.catalog"),
    "name": (NAME, "    name: catalog\n", "5: name: should be owner and name as the "),
    "base": (NAME, f"{NAME}    base: refs heads\n", "6: base: should be the name of a branch, such as main, without "),
    "option": (NAME, f"{NAME}    base: --upload-pack=x\n", "6: base: should be the name of a branch, such as main, "),
    "folder": (NAME, f"{NAME}    catalog: /etc\n", "6: catalog: should be a path from the repository's folder, not "),
    "time": (NAME, f"{NAME}    wait_for_green: 90000\n", "6: wait_for_green: should be at most 86400, not 90000"),
    "misspelt": (NAME, f"{NAME}    basis: main\n", "6: unknown key 'basis'; did you mean 'base'?"),
    "token": (NAME, f"{NAME}    token_file: token\n", "6: token_file: is of use with api only; name the address of "),
    "writing": (
        "gitea\n", "gitlab\n    api: https://git.example\n    token_file: token\n",
        "6: token_file: is of use with forgejo, gitea, github only; remove it",
    ),
    "checks": (NAME, f"{NAME}    required_checks: true\n", "6: required_checks: needs api and token_file, since the "),
    "login": (
        NAME, f"{NAME}    api: https://me:s3cr3t@git.example/api\n",
        "6: api: should be an address without login, such as https://git.example/api/v1, not 'https://…@git.example/api'",
    ),
    "called": ("  catalog:\n", "  ../catalog:\n", "3: repositories.../catalog: should be 1 to 63 letters"),
    "none": (GOOD, "schema: platformctl/repositories/v1\nrepositories: {}\n", "2: repositories: should "),
    "empty": (GOOD, "", " the file is empty"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), BAD.values(), ids=BAD.keys())
def test_a_bad_file(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Each problem is one line with file, line and way out."""
    assert old in GOOD
    found = refused(tmp_path, GOOD.replace(old, new, 1))
    assert found.removeprefix("repositories.yaml:").replace("repositories.catalog.", "").startswith(said)
    assert "\n" not in found


def test_every_problem_is_told(tmp_path: Path) -> None:
    """What is wrong in several entries is reported at once, by line."""
    more = GOOD.partition("repositories:\n")[2].replace("catalog:", "other:", 1).replace("forge: gitea", "forge: cvs")
    lines = refused(tmp_path, GOOD.replace("name: platform/", "name: ") + more).splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["repositories.yaml:5", "repositories.yaml:8"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The file is named, and so is a repository that it lacks."""
    with pytest.raises(InputInvalid, match=r"gone\.yaml: cannot be read: No such file or directory"):
        load_repositories(tmp_path / "gone.yaml")
    (tmp_path / "r.yaml").write_text(GOOD)
    with pytest.raises(InputInvalid, match="there is no repository 'catalgo'; did you mean 'catalog'"):
        chosen_repository(load_repositories(tmp_path / "r.yaml"), "catalgo")
