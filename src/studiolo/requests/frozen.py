"""Data that is validated once, and what is said where it is wrong."""

from __future__ import annotations

import reprlib
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from studiolo.errors import InvalidRequestError

MAX_PROMPT_CHARACTERS: Final = 2000


class Frozen(BaseModel):
    """What is asked of an engine: data that does not change, and knows every field by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def parse(cls, fields: Mapping[str, Any]) -> Self:
        """Validate ``fields``.

        Raises:
            InvalidRequestError: a field is unknown, missing or out of range.
            InvalidImageError: a picture cannot be opened.
        """
        try:
            return cls.model_validate(dict(fields))
        except ValidationError as error:
            raise explain(error, cls) from error


def check_words(text: str, name: str) -> str:
    """``text``, if it is what a prompt may be; ``name`` is what it is called in the message.

    Raises:
        InvalidRequestError: it is too long, or no file can keep it.
    """
    unprintable = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t"), "")
    if unprintable:
        raise InvalidRequestError(
            f"The {name} has the control character U+{ord(unprintable):04X}, which no file can keep.",
            hint="Take it out.",
        )
    if len(text) > MAX_PROMPT_CHARACTERS:
        raise InvalidRequestError(
            f"The {name} has {len(text):,} characters; at most {MAX_PROMPT_CHARACTERS:,} are read.",
            hint="Shorten it: the first sentence counts most.",
        )
    return text


def explain(error: ValidationError, model: type[BaseModel]) -> InvalidRequestError:
    """One line a person can act on, from pydantic's first finding."""
    finding = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in finding["loc"]) or "request"
    given = finding.get("input")
    if finding["type"] == "extra_forbidden":
        return InvalidRequestError(
            f"There is no setting named '{name}'.", hint="Known: " + ", ".join(sorted(model.model_fields))
        )
    if finding["type"] == "missing":
        return InvalidRequestError(f"'{name}' is missing.", hint=f"Give a {name}.")
    said = finding["msg"].removeprefix("Input should be ")
    must = ", but must be " if said != finding["msg"] else ": "
    return InvalidRequestError(f"{name} is {reprlib.repr(given)}{must}{said}.", hint=f"Change {name}.")
