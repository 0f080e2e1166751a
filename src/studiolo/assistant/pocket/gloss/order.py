"""Pieces in the order of their own language → in the order of English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from studiolo.assistant.pocket.gloss.grammar import Kind, plural
from studiolo.assistant.pocket.gloss.reading import Piece

# What describes a noun stands behind it: "manzana roja".
_NOUN_FIRST: Final = frozenset(["fr", "es", "pt", "it", "ro", "ar", "he", "vi", "id", "th"])
# Two nouns side by side are one thing, the second describing the first: "jalan kota", a city street.
_PAIRS: Final = frozenset(["ar", "he", "vi", "id", "th"])
# All that describes a noun stands before it, and places behind theirs: "눈 속의 자동차".
_NOUN_LAST: Final = frozenset(["ko", "ja", "zh", "hi", "tr"])
# And a verb behind its object: "책을 읽는 소녀".
_VERB_LAST: Final = frozenset(["ko", "ja", "hi", "tr"])
# Places stand behind their noun, all else as in English: "kissa pöydän alla".
_PLACE_LAST: Final = frozenset(["fi", "hu"])
_DESCRIBING: Final = frozenset({Kind.ADJECTIVE, Kind.NUMBER})
_NAMED: Final = frozenset({Kind.ADJECTIVE, Kind.NUMBER, Kind.NOUN, Kind.MEASURE})


def arranged(pieces: Sequence[Piece], code: str) -> list[Piece]:
    """The pieces in English order, nouns after a number in the plural."""
    clauses: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind is Kind.MARK:
            clauses += [[piece], []]
        else:
            clauses[-1].append(piece)
    return [piece for clause in clauses for piece in _plurals(_clause(clause, code))]


def _clause(pieces: list[Piece], code: str) -> list[Piece]:
    if code in _NOUN_FIRST:
        pieces = _without_links(_adjectives_first(pieces), pairs=code in _PAIRS)
    pieces = _numbers_first(pieces)
    if code in _NOUN_LAST or code in _PLACE_LAST:
        pieces = _settings_last(pieces)
        pieces = _places_first(_doing_last(pieces), code)
    return _one_place(pieces)


def _doing_last(pieces: list[Piece]) -> list[Piece]:
    """Turn "拿着气球的机器人" into "robot holding balloon", whose link is 的; other links go."""
    link = next((i for i, piece in enumerate(pieces) if piece.kind is Kind.LINK), None)
    if link is None:
        return pieces
    before, rest = pieces[:link], _doing_last(pieces[link + 1 :])
    doing = next((i for i in range(link - 1, -1, -1) if before[i].kind not in _NAMED), -1)
    begins = doing == 0 or (doing > 0 and before[doing - 1].kind is Kind.PLACE)
    if begins and before[doing].kind is Kind.DOING and rest:
        return [*before[:doing], *rest, *before[doing:]]
    return [*before, *rest]


def _one_place(pieces: list[Piece]) -> list[Piece]:
    """Keep "left of" of "left of", "to": what else stands between a place and its noun says nothing."""
    return [
        piece
        for at, piece in enumerate(pieces)
        if not (at and piece.text in {"to", "from", "for", "in"} and pieces[at - 1].kind is Kind.PLACE)
    ]


def _adjectives_first(pieces: Sequence[Piece]) -> list[Piece]:
    """Turn "gato negro grande" into "big black cat": what stands nearest to the noun stays so."""
    done: list[Piece] = []
    at = 0
    while at < len(pieces):
        end = at + 1
        while pieces[at].kind is Kind.NOUN and end < len(pieces) and pieces[end].kind is Kind.ADJECTIVE:
            end += 1
        done += [*reversed(pieces[at + 1 : end]), pieces[at]]
        at = end
    return done


def _without_links(pieces: list[Piece], *, pairs: bool) -> list[Piece]:
    """Turn "rue de ville" into "city street"; a link without nouns around it goes."""
    done: list[Piece] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        linked = piece.kind is Kind.LINK
        paired = pairs and piece.kind is Kind.NOUN and bool(done) and done[-1].kind is Kind.NOUN
        if not linked and not paired:
            done.append(piece)
            at += 1
            continue
        at += linked
        end = at
        while end < len(pieces) and pieces[end].kind is Kind.ADJECTIVE:
            end += 1
        if end < len(pieces) and pieces[end].kind is Kind.NOUN and done and done[-1].kind is Kind.NOUN:
            done = [*done[:-1], *pieces[at : end + 1], done[-1]]
            at = end + 1
    return done


def _numbers_first(pieces: Sequence[Piece]) -> list[Piece]:
    """Turn "사과 두 개" into "two apples": a number with no noun behind it belongs to the one before."""
    done = list(pieces)
    for at, piece in enumerate(pieces):
        following = pieces[at + 1].kind if at + 1 < len(pieces) else None
        if piece.kind is not Kind.NUMBER or following in _NAMED or not at:
            continue
        start = at
        while start and done[start - 1].kind in {Kind.ADJECTIVE, Kind.NOUN}:
            start -= 1
        done.insert(start, done.pop(at))
    return done


def _settings_last(pieces: list[Piece]) -> list[Piece]:
    if len(pieces) > 1 and pieces[0].kind is Kind.SETTING:
        return [*pieces[1:], pieces[0]]
    return pieces


def _places_first(pieces: list[Piece], code: str) -> list[Piece]:
    """Turn "A on B" into "B on A" where A describes B, else only "table on" into "on table"."""
    describes_next = code in _NOUN_LAST
    at = next((i for i in range(1, len(pieces)) if _turns(pieces, i, code)), None)
    if at is None:
        return pieces
    before, after = pieces[:at], pieces[at + 1 :]
    if pieces[at].kind is Kind.DOING:
        return [*_places_first(after, code), pieces[at], *before]
    cut = _last_phrase(before)
    rest = _places_first(after, code)
    if any(piece.kind is Kind.NOUN for piece in after) and (describes_next or cut == 0):
        doing = before[:1] if before[0].kind is Kind.DOING else []  # "坐在窗边的猫"
        return [*rest, *doing, pieces[at], *before[len(doing) :]]
    if describes_next and after and after[0].kind is Kind.DOING:
        return [*before[:cut], *rest, pieces[at], *before[cut:]]  # "고양이가 테이블 위에 앉아 있다"
    return [*before[:cut], pieces[at], *before[cut:], *rest]


def _turns(pieces: Sequence[Piece], at: int, code: str) -> bool:
    """Whether what stands before ``at`` is to move behind it."""
    kind = pieces[at].kind
    if kind is Kind.PLACE:
        return True
    has_object = pieces[at - 1].kind is Kind.NOUN
    has_noun = any(piece.kind is Kind.NOUN for piece in pieces[at + 1 :])
    return code in _VERB_LAST and kind is Kind.DOING and has_object and has_noun


def _last_phrase(pieces: Sequence[Piece]) -> int:
    """Where the last noun phrase begins."""
    at = len(pieces) - 1
    while at > 0 and pieces[at - 1].kind in {*_DESCRIBING, Kind.MEASURE}:
        at -= 1
    return max(at, 0)


def _plurals(pieces: Sequence[Piece]) -> list[Piece]:
    done = list(pieces)
    for at, piece in enumerate(done):
        if piece.kind is not Kind.NUMBER or piece.text in {"one", "1"}:
            continue
        end = at + 1
        while end < len(done) and done[end].kind is Kind.ADJECTIVE:
            end += 1
        while end + 1 < len(done) and done[end].kind is Kind.NOUN and done[end + 1].kind is Kind.NOUN:
            end += 1
        if end < len(done) and done[end].kind in {Kind.NOUN, Kind.MEASURE} and done[end].english is not None:
            done[end] = replace(done[end], english=plural(done[end].text))
    return done
