"""Reading a model's answer strictly: JSON as asked, also in a fence or after a remark, or a plain list."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final, cast

from studiolo.assistant.base import distinct_texts

_ITEM: Final = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+(.+?)\s*$", re.MULTILINE)
_WRAPPED: Final = re.compile(r'^(?:\*\*|["“”«»\'])+|(?:\*\*|["“”«»\'])+$')


class UnreadableError(ValueError):
    """The answer is not what was asked for; the text says why, as one says it to the model."""


def listed(said: str, name: str, *, fewest: int, most: int, longest: int) -> tuple[str, ...]:
    """The texts of ``{"<name>": […]}``, of a bare JSON list, or of a numbered or bulleted one.

    More than ``most`` are cut to the first; doubles count once.

    Raises:
        UnreadableError: there are fewer than ``fewest``, or one is longer than ``longest``.
    """
    found = _list_in(said, name)
    if found is None:
        raise UnreadableError(f'it is not JSON of the form {{"{name}": ["…"]}}')
    if not all(isinstance(item, str) for item in found):
        raise UnreadableError(f'every entry of "{name}" must be a text')
    texts = [_clean(cast("str", item)) for item in found]
    distinct = distinct_texts(texts)[:most]
    if len(distinct) < fewest:
        raise UnreadableError(f'"{name}" has {len(distinct)} different texts instead of {fewest}')
    too_long = next((text for text in distinct if len(text) > longest), None)
    if too_long is not None:
        raise UnreadableError(f"one text has {len(too_long)} characters; at most {longest} are allowed")
    return distinct


def translated(said: str, *, longest: int) -> tuple[str, str]:
    """English text and name of the language out of ``{"language": …, "english": …}``.

    Raises:
        UnreadableError: one is missing, or the text is too long.
    """
    for value in _json_in(said):
        if isinstance(value, dict):
            fields = cast("dict[str, Any]", value)
            english, language = fields.get("english"), fields.get("language")
            if isinstance(english, str) and isinstance(language, str) and _clean(english):
                if len(english) > longest:
                    raise UnreadableError(f"the text has {len(english)} characters; at most {longest} fit")
                return _clean(english), _clean(language)
    raise UnreadableError('it is not JSON of the form {"language": "…", "english": "…"}')


def _list_in(said: str, name: str) -> list[Any] | None:
    for value in _json_in(said):
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(name)
        if isinstance(value, list):
            return cast("list[Any]", value)
    items = _ITEM.findall(said)
    return items or None


def _json_in(said: str) -> Iterator[object]:
    """Every whole JSON object or list in a text, outermost first."""
    decoder = json.JSONDecoder(strict=False)
    start = 0
    while (opening := re.compile(r"[\[{]").search(said, start)) is not None:
        try:
            value, start = decoder.raw_decode(said, opening.start())
        except (ValueError, RecursionError):  # thousands of brackets are no answer either
            start = opening.end()
        else:
            yield value


def _clean(text: str) -> str:
    """One line, without control characters, and without the quotes or bold that some models wrap texts in."""
    plain = "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)
    plain = " ".join(plain.split())
    return _WRAPPED.sub("", plain).strip() if _WRAPPED.match(plain) else plain
