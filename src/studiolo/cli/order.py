"""What was typed to ``generate`` about the pictures, and the requests that it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    references: Sequence[str] = ()
    palette_from: str | None = None
    translate: bool = True
    max_cost: float | None = None

    def requests(self, studio: Studio) -> tuple[list[dict[str, Any]], str | None]:
        """The fields of one request for each prompt, and the engine."""
        from studiolo.cli.again import stored_request
        from studiolo.studio.preparing import changed

        stored: dict[str, Any] = {}
        engine = self.engine
        if self.again is not None:
            stored, stored_engine = stored_request(studio, self.again, engine=engine)
            engine = stored_engine if engine is None else engine
        fields = changed(stored, {**self._palette(studio), **self.fields, **self._pictures(studio)})
        # Pictures may say enough without words; whether they do, the request knows.
        prompts = self.prompts or [fields.get("prompt", "")]
        return [{**fields, "prompt": prompt} for prompt in prompts], engine

    def _pictures(self, studio: Studio) -> dict[str, Any]:
        from studiolo.cli.inputs import find_picture_file

        found: dict[str, Any] = {
            name: find_picture_file(studio.gallery, given) for name, given in self.sources.items()
        }
        if self.references:
            found["references"] = [find_picture_file(studio.gallery, given) for given in self.references]
        return found

    def _palette(self, studio: Studio) -> dict[str, Any]:
        from studiolo.cli.inputs import find_picture_file
        from studiolo.cli.palettes import palette_of
        from studiolo.errors import InvalidRequestError

        if self.palette_from is None:
            return {}
        if "palette" in self.fields:
            raise InvalidRequestError("There are two palettes.", hint="Give --palette or --palette-from.")
        return {"palette": palette_of(find_picture_file(studio.gallery, self.palette_from))}


@dataclass(frozen=True, kw_only=True)
class Edits:
    """Pictures that are only enlarged or cut out; ``wish`` says which."""

    pictures: Sequence[str]
    wish: Mapping[str, Any]
    engine: str | None
    translate: bool = False
    max_cost: float | None = None

    def requests(self, studio: Studio) -> tuple[list[dict[str, Any]], str | None]:
        """The fields of a request for each picture, with its original prompt, and the engine."""
        from studiolo.studio.subjects import find_subject, provenance

        asked: list[dict[str, Any]] = []
        for name in self.pictures:
            subject = find_subject(studio.gallery, name)
            known = provenance(subject.picture or subject.content)
            asked.append({**known, "init_image": subject.image, **self.wish})
        return asked, self.engine
