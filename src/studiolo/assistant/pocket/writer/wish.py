"""What the writer is asked for: checked once, tidied, complete."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from studiolo.errors import InvalidRequestError

MAX_PROMPT_CHARACTERS: Final = 500
MAX_STYLE_CHARACTERS: Final = 200
MAX_KEYWORDS: Final = 20
MAX_KEYWORD_CHARACTERS: Final = 100
MAX_PROMPTS: Final = 10
_FORMS: Final = frozenset({"a", "an", "the"})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A style, keywords, or both. No keyword stands in it twice, or within another or the style."""

    style: str
    keywords: tuple[str, ...]
    n: int

    @classmethod
    def parse(cls, style: str, keywords: Sequence[str], n: int) -> Wish:
        """Check and tidy.

        Raises:
            InvalidRequestError: there is nothing to write about, or too much, or it has control characters.
        """
        if not 1 <= n <= MAX_PROMPTS:
            raise InvalidRequestError(
                f"{n} prompts cannot be written at once.", hint=f"Ask for 1 to {MAX_PROMPTS}."
            )
        if len(keywords) > MAX_KEYWORDS:
            raise InvalidRequestError(
                f"There are {len(keywords)} keywords; at most {MAX_KEYWORDS} are read.",
                hint="Keep those that matter most.",
            )
        tidy_style = _tidy(style, "style", MAX_STYLE_CHARACTERS)
        tidied = [_tidy(keyword, "keyword", MAX_KEYWORD_CHARACTERS) for keyword in keywords]
        wish = cls(style=tidy_style, keywords=_merge(tidied, tidy_style), n=n)
        if not wish.style and not wish.keywords:
            raise InvalidRequestError(
                "There is nothing to write about: style and keywords are empty.",
                hint='Give one, for example: studiolo suggest --style watercolour --keywords "owl, lantern"',
            )
        return wish


def _tidy(text: str, name: str, longest: int) -> str:
    """One line, single spaces, without the punctuation around it."""
    unprintable = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace()), "")
    if unprintable:
        raise InvalidRequestError(
            f"The {name} has the control character U+{ord(unprintable):04X}.", hint="Take it out."
        )
    tidy = " ".join(text.split()).strip(" ,.;")
    if len(tidy) > longest:
        raise InvalidRequestError(
            f"The {name} “{tidy[:30]}…” has {len(tidy)} characters; at most {longest} are read.",
            hint="Shorten it." if name == "style" else "Shorten it, or split it into several keywords.",
        )
    return tidy


def _merge(keywords: Sequence[str], style: str) -> tuple[str, ...]:
    """Leave out what is said already: "fox" beside "a red fox", or what the style says."""
    kept: list[str] = []
    for keyword in sorted(keywords, key=lambda text: -len(_bare(text))):
        if keyword and not any(_says(longer, keyword) for longer in [*kept, style]):
            kept.append(keyword)
    in_order = dict.fromkeys(keyword for keyword in keywords if keyword in kept)
    return tuple(in_order)


def _says(longer: str, keyword: str) -> bool:
    """Whether ``longer`` holds ``keyword`` as it is, in whole words."""
    found = f" {longer.casefold()} ".find(f" {keyword.casefold()} ")
    return found >= 0 or _bare(longer) == _bare(keyword)


def _bare(keyword: str) -> str:
    first, _, rest = keyword.casefold().partition(" ")
    return rest if rest and first in _FORMS else keyword.casefold()
