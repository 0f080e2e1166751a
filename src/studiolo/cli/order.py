"""What was typed to ``generate`` about the pictures, and the requests that it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studiolo.studio import Studio


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was typed about the pictures."""

    prompts: list[str]
    fields: Mapping[str, Any]
    sources: Mapping[str, str]
    engine: str | None
    again: str | None
    palette_from: str | None = None
    translate: bool = True

    def requests(self, studio: Studio) -> tuple[list[dict[str, Any]], str | None]:
        """The fields of one request for each prompt, and the engine."""
        from studiolo.cli.again import stored_request
        from studiolo.cli.inputs import find_picture_file
        from studiolo.errors import InvalidRequestError

        stored: dict[str, Any] = {}
        engine = self.engine
        if self.again is not None:
            stored, stored_engine = stored_request(studio, self.again, engine=engine)
            engine = stored_engine if engine is None else engine
        pictures = {name: find_picture_file(studio.gallery, given) for name, given in self.sources.items()}
        fields = {**stored, **self._palette(studio), **self.fields, **pictures}
        prompts = self.prompts or ([fields["prompt"]] if fields.get("prompt") else [])
        if not prompts:
            raise InvalidRequestError(
                "There is no prompt.", hint='Say what to paint: studiolo generate "a red apple on a table"'
            )
        return [{**fields, "prompt": prompt} for prompt in prompts], engine

    def _palette(self, studio: Studio) -> dict[str, Any]:
        from studiolo.cli.inputs import find_picture_file
        from studiolo.cli.palettes import palette_of
        from studiolo.errors import InvalidRequestError

        if self.palette_from is None:
            return {}
        if "palette" in self.fields:
            raise InvalidRequestError("There are two palettes.", hint="Give --palette or --palette-from.")
        return {"palette": palette_of(find_picture_file(studio.gallery, self.palette_from))}
