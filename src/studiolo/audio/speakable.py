"""What a language model writes, as a person would read it aloud: no stars, hashes, pipes or pictographs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it.token import Token

_ADDRESS = re.compile(r"\b(?:https?://|www\.)(?:www\.)?([^\s/?#<>\"')\]]+)[^\s<>\"')\]]*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# Pictographs, their joiners, skin tones and presentation marks, flags.
_PICTOGRAPH = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\ufe0e\ufe0f\u20e3\U000e0020-\U000e007f]+"
    "(?:\u200d[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]+)*"
)
_SENTENCE_ENDS: Final = frozenset(".!?…:;,。！？：；，、؟۔।॥։።။")  # noqa: RUF001


def speakable(text: str) -> str:
    """``text`` without Markdown, addresses and pictographs; each heading, item and cell ends as a sentence.

    Of a web address its host is said. Text of nothing but pictographs stays as it is: they have names.
    """
    said = "\n".join(line for line in _lines(text) if line)
    return said if any(c.isalnum() for c in said) else text.strip()


def _lines(text: str) -> Iterator[str]:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    numbers: list[int | None] = []
    row: list[str] | None = None
    lead = ""
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                numbers.append(None)
            case "ordered_list_open":
                numbers.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
            case "list_item_open":
                lead = _count(numbers)
            case "tr_open":
                row = []
            case "tr_close":
                yield _ended(", ".join(cell for cell in row or [] if cell))
                row = None
            case "inline":
                said = _clean(_inline(token.children or []))
                if row is None:
                    yield _ended(lead + said)
                    lead = ""
                else:
                    row.append(said)
            case "fence" | "code_block":
                yield _ended(_clean(" ".join(token.content.split())))
            case "html_block":
                yield _ended(_clean(_TAG.sub(" ", token.content)))
            case _:
                pass


def _count(numbers: list[int | None]) -> str:
    """What stands before a list's item: its number, where it has one."""
    number = numbers[-1]
    if number is None:
        return ""
    numbers[-1] = number + 1
    return f"{number}: "


def _inline(tokens: Iterable[Token]) -> str:
    parts: list[str] = []
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "image":
                parts.append(token.content)
            case "softbreak" | "hardbreak":
                parts.append(" ")
            case _:
                pass  # what marks emphasis, links and tags is not said
    return "".join(parts)


def _clean(text: str) -> str:
    text = _ADDRESS.sub(lambda found: found[1], text)
    # Where nothing but a pictograph stands between two words, they stay two.
    return " ".join(_PICTOGRAPH.sub(" ", text).split())


def _ended(line: str) -> str:
    """With a full stop, if it has words and no end: a heading or an item would run into the next."""
    bare = line.rstrip("\"'»”’)]} ")  # noqa: RUF001
    if not any(c.isalnum() for c in line) or (bare and bare[-1] in _SENTENCE_ENDS):
        return line
    return line + _full_stop(bare)


def _full_stop(line: str) -> str:
    """The script's own."""
    name = unicodedata.name(line[-1], "") if line else ""
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA")):
        return "。"
    return "।" if name.startswith("DEVANAGARI") else "."
