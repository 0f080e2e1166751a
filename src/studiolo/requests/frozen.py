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
    context = finding.get("ctx", {})
    if finding["type"] == "too_long":
        given_count, most = context["actual_length"], context["max_length"]
        return InvalidRequestError(
            f"{name}: at most {most} are taken; {given_count} were given.",
            hint="Leave out those that matter least.",
        )
    said = finding["msg"].removeprefix("Input should be ")
    must = ", but must be " if said != finding["msg"] else ": "
    return InvalidRequestError(
        f"{name} is {reprlib.repr(given)}{must}{said}.", hint=_way_out(name, context, model)
    )


def _way_out(name: str, context: Mapping[str, Any], model: type[BaseModel]) -> str:
    """The values that ``name`` takes, where pydantic knows them."""
    bounds: dict[str, Any] = {}
    if name in model.model_fields:
        for rule in model.model_fields[name].metadata:
            bounds |= {kind: getattr(rule, kind) for kind in _BOUNDS if hasattr(rule, kind)}
    bounds = bounds or {kind: context[kind] for kind in _BOUNDS if kind in context}
    bounds = {kind: int(end) if end == int(end) else end for kind, end in bounds.items()}
    if {"ge", "le"} <= bounds.keys():
        return f"Use {bounds['ge']} to {bounds['le']}."
    told = [words.format(bounds[kind]) for kind, words in _BOUNDS.items() if kind in bounds]
    if "expected" in context:
        told = [str(context["expected"])]
    return f"Use {' and '.join(told)}." if told else f"Change {name}."


_BOUNDS: Final = {"ge": "{} or more", "gt": "more than {}", "le": "{} or less", "lt": "less than {}"}
"""Pydantic's names of the ends of a range, in words."""
