"""The catalog's schema, as numbered steps. Append; never change a step that was released."""

from __future__ import annotations

from typing import Final

from studiolo.gallery.schema.answers import ANSWERS
from studiolo.gallery.schema.pictures import PICTURES
from studiolo.gallery.schema.spending import SPENDING
from studiolo.gallery.schema.studio import STUDIO

Migration = tuple[str, ...]
"""Statements that bring a catalog from one schema to the next."""

MIGRATIONS: Final[tuple[Migration, ...]] = (PICTURES, ANSWERS, STUDIO, SPENDING)

__all__ = ["MIGRATIONS", "Migration"]
