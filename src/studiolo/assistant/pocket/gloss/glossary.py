"""`Glossary`: a prompt in any of its languages → a gloss in English, word by word."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from studiolo.assistant.pocket.gloss.grammar import Kind
from studiolo.assistant.pocket.gloss.lexicon import LANGUAGES
from studiolo.assistant.pocket.gloss.order import arranged
from studiolo.assistant.pocket.gloss.reading import Piece, read
from studiolo.errors import InvalidRequestError
from studiolo.languages import Language, detect, name_of, normalise

MAX_CHARACTERS: Final = 2000
"""As many as a prompt may have."""


@dataclass(frozen=True, kw_only=True)
class Gloss:
    """Words of one language put into English one by one.

    ``covered`` is the share of content words that have an English one, 0 to 1; ``untranslated``
    are the others, which stand in ``text`` as they were.
    """

    text: str
    language: Language
    covered: float
    untranslated: tuple[str, ...] = ()


class Glossary:
    """Glosses prompts, offline. Word lists load when first used; safe to share between threads."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of the languages it has words of."""
        return LANGUAGES

    def gloss(self, text: str, language: str | None = None) -> Gloss:
        """Put ``text`` into English; what is English already comes back as it is.

        Args:
            text: A prompt, at most `MAX_CHARACTERS` long.
            language: Its language, by code or English name; detected if not given.

        Raises:
            InvalidRequestError: the text is empty, too long, has control characters, or its language is
                unknown or none that the glossary has words of.
        """
        _check(text)
        found = detect(text) if language is None else _named(language)
        if found is None or found.code == "en":
            return Gloss(text=text, language=found or _named("en"), covered=1.0)
        if found.code not in LANGUAGES:
            raise InvalidRequestError(
                f"The pocket glossary has no words of {found.name}.",
                hint=f"It knows {', '.join(name_of(code) for code in LANGUAGES)}. "
                "A chat engine translates other languages; or write the prompt in English.",
            )
        pieces = read(unicodedata.normalize("NFC", text), found.code)
        content = [piece for piece in pieces if piece.kind not in {Kind.MARK, Kind.LINK}]
        unknown = tuple(dict.fromkeys(piece.source for piece in content if piece.english is None))
        missing = sum(piece.english is None for piece in content)
        return Gloss(
            text=_joined(arranged(pieces, found.code)) or text,
            language=found,
            covered=1.0 - missing / len(content) if content else 1.0,
            untranslated=unknown,
        )


def _named(language: str) -> Language:
    code = normalise(language)
    return Language(code=code, name=name_of(code), confidence=1.0)


def _check(text: str) -> None:
    if not text.strip():
        raise InvalidRequestError(
            "There is no text to translate.", hint='Give some, for example: "빨간 사과"'
        )
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(
            f"The text has {len(text):,} characters; at most {MAX_CHARACTERS:,} are translated.",
            hint="Shorten it: the first sentence counts most.",
        )
    unprintable = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\r\t"), "")
    if unprintable:
        raise InvalidRequestError(
            f"The text has the control character U+{ord(unprintable):04X}.", hint="Take it out."
        )


def _joined(pieces: Sequence[Piece]) -> str:
    text = ""
    for piece in pieces:
        tight = piece.kind is Kind.MARK and piece.text not in "(-&+"
        text += piece.text if tight or not text or text.endswith("(") else f" {piece.text}"
    return text
