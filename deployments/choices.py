"""Lets the forms of the Prefect UI offer the modules and hosts of the catalog in this folder. Run by bootstrap.sh."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> int:
    """Offer what is declared. A catalog with problems offers nothing: they are shown, and names are typed."""
    from platformctl.adapters.catalog_folder import load_catalog
    from platformctl.errors import InputInvalid
    from tasks.offer_choices import offer

    try:
        offer(load_catalog(Path(), with_locks=False))
    except InputInvalid as error:
        print(f"{error}\nThe forms offer no names until this is mended.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
