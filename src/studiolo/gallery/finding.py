"""From what a person types to a picture: its id, the beginning or end of it, or ``latest``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from studiolo.errors import PictureNotFoundError
from studiolo.gallery.catalog import SqliteCatalog
from studiolo.gallery.ids import is_id, may_abbreviate, normalise
from studiolo.gallery.picture import Picture, PictureFilter

LATEST: Final = "latest"


def find_picture(catalog: SqliteCatalog, name: str) -> Picture:
    """The picture that ``name`` stands for; also from the trash.

    Raises:
        PictureNotFoundError: none, or several.
    """
    if name.strip().lower() == LATEST:
        newest = catalog.page(PictureFilter(), 1)
        if not newest:
            raise PictureNotFoundError(
                "The gallery is empty.", hint='Paint something: studiolo generate "a red apple"'
            )
        return newest[0]
    text = normalise(name)
    found = [text] if is_id(text) else catalog.lookup(text) if may_abbreviate(text) else []
    picture = catalog.get(found[0]) if len(found) == 1 else None
    if picture is not None:
        return picture
    if found[1:]:
        raise PictureNotFoundError(
            f"'{name}' could be {', '.join(found[:3])}{' …' if found[3:] else ''}.",
            hint="Give more of the id.",
        )
    raise PictureNotFoundError(
        f"There is no picture '{name[:80]}' in the gallery.", hint="See: studiolo gallery list"
    )


def find_ids(catalog: SqliteCatalog, names: Iterable[str]) -> list[str]:
    """The whole ids that ``names`` stand for, each once; those given whole are looked up together.

    Raises:
        PictureNotFoundError: one of them is not there, or not clear.
    """
    given = list(dict.fromkeys(names))
    known = catalog.known([name for name in given if is_id(name)])
    return list(dict.fromkeys(name if name in known else find_picture(catalog, name).id for name in given))
