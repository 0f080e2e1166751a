"""An English question → what is asked, about which things. What fits no pattern is ``unknown``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from studiolo.assistant.pocket.patterns import read, read_thing
from studiolo.assistant.pocket.question import Question
from studiolo.engines.pocket.phrases import Lexicon

_MARKS = r"[?!.,;:\"\u201c\u201d()]+(?=\s|$)|[\"\u201c\u201d(]"


def understand(text: str, lexicon: Lexicon, before: Sequence[Question] = ()) -> Question:
    """Read a question; ``before`` are the earlier ones, so that "and the car?" and "it" are understood."""
    said = normalise(text)
    follows = bool(re.match(r"(?:and|what about|how about)\b", said))
    plain = re.sub(r"^(?:and|but|so|ok|okay|then|also)\s+", "", said)
    found = read(plain, lexicon)
    if found.kind == "unknown" and before and (follows or _is_bare(plain)):
        found = _same_again(re.sub(r"^(?:what|how) about ", "", plain), lexicon, before[-1])
    return _with_antecedents(found, before)


def normalise(text: str) -> str:
    """Lower case, one spelling, no contractions, no courtesies, no "in the picture"."""
    said = text.lower().replace("\u2019", "'").replace("color", "colour").replace("gray", "grey")
    said = re.sub(r"\b(what|where|who|it|that|there|how)'s\b", r"\1 is", said)
    said = re.sub(r"\b(is|are|does|do|can|has|have)n't\b", r"\1 not", said)
    said = re.sub(_MARKS, " ", re.sub(r"\b(?:center|middle)\b", "centre", said))
    said = re.sub(r"\b(?:please|exactly|really|actually|maybe|perhaps)\b", " ", said)
    said = re.sub(r"\s+", " ", said).strip()
    said = re.sub(
        r"^(?:(?:can|could|would|will) you (?:tell|show) me|do you know|tell me|i(?: want|'d like) to know)"
        r"(?: (?:if|whether|about))?\s+",
        "",
        said,
    )
    said = re.sub(
        r"\s*\b(?:in|on|of|from) (?:the|this|that) "
        r"(?:picture|image|photo|photograph|drawing|scene|painting|illustration)\b",
        "",
        said,
    )
    return re.sub(r"\s+(?:here|(?:in|on) it|in here|at all)$", "", said).strip()


def _is_bare(said: str) -> bool:
    """Whether it is a thing alone ("the green one?"), not a question of its own."""
    return len(said.split()) <= 3 and not re.match(
        r"(?:wh\w+|how|is|are|was|do|does|did|can|could|will)\b", said
    )


def _same_again(words: str, lexicon: Lexicon, last: Question) -> Question:
    """Read "and the car?": the last question about another thing."""
    thing = read_thing(words, lexicon)
    if re.search(r"^(?:on|at|in|to) the ", words):
        return read(f"what is {words}", lexicon)
    if thing is None or thing.again:
        return Question(kind="unknown")
    if words in {"the background", "background"}:
        return Question(kind="background")
    if last.kind in {"colour_of", "colours", "background"}:
        return Question(kind="colour_of", things=(thing,))
    if last.kind in {"present", "count", "where", "extent", "is_colour"}:
        return replace(last, things=(thing,))
    if last.kind == "beside" and len(last.things) == 2:
        return replace(last, things=(thing, last.things[1]))
    return (
        Question(kind="present", things=(thing,))
        if last.kind in {"what", "what_at"}
        else Question(kind="unknown")
    )


def _with_antecedents(question: Question, before: Sequence[Question]) -> Question:
    if not any(thing.again for thing in question.things):
        return question
    spoken_of = next((q.things[0] for q in reversed(before) if q.things and not q.things[0].again), None)
    if spoken_of is None:
        return question
    things = tuple(replace(spoken_of, count=None) if t.again else t for t in question.things)
    return replace(question, things=things)
