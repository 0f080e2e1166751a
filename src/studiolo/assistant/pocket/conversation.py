"""From a question and those before it to an answer; other languages go through the glossary."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from studiolo.assistant.pocket import answers, describing, measured
from studiolo.assistant.pocket.answers import ABSTAINED, Reply
from studiolo.assistant.pocket.question import Kind, Question
from studiolo.assistant.pocket.questions import understand
from studiolo.assistant.pocket.seeing import Scene

if TYPE_CHECKING:
    from studiolo.assistant.pocket.gloss import Glossary
    from studiolo.engines.pocket.drawings import DrawingLibrary

_UNKNOWN: Final = (
    "I can't judge that: I measure colours and light, read text and recognise drawings. "
    "A model with vision can: studiolo ask IMAGE QUESTION --engine ollama:llava "
    "(studiolo engines lists what there is)."
)
_OF_THINGS: Mapping[Kind, Callable[[Question, Scene], Reply]] = {
    "what": answers.what,
    "what_at": answers.what_at,
    "present": answers.present,
    "count": answers.count,
    "where": answers.where,
    "beside": answers.beside,
    "compare": answers.compare,
    "extent": answers.extent,
    "colour_of": answers.colour_of,
    "is_colour": answers.is_colour,
}
_OF_THE_WHOLE: Mapping[Kind, Callable[[Scene], Reply]] = {
    "describe": describing.describe,
    "colours": measured.colours,
    "background": measured.background,
    "text": measured.text,
    "brightness": measured.brightness,
    "contrast": measured.contrast,
    "saturation": measured.saturation,
    "temperature": measured.temperature,
    "sharpness": measured.sharpness,
    "hour": measured.hour,
    "size": measured.size,
    "orientation": measured.orientation,
    "medium": measured.medium,
    "composition": measured.composition,
}
_JOINTS: Final = re.compile(
    r"(?:\s*[,;?!.]\s*and\s+|\s*[;?!.]\s+|\s+and\s+)(?=(?:what|where|which|how|is there|are there)\b)",
    re.IGNORECASE,
)
_WHOLE = frozenset({"picture", "image", "photo", "photograph", "drawing", "scene", "painting", "whole"})


def answer(
    asked: str, before: Sequence[str], scene: Scene, lexicon: DrawingLibrary, glossary: Glossary
) -> Reply:
    """Answer ``asked``, which may go on from the questions ``before``.

    Raises:
        MissingExtraError: it is about text, and the extra ``ocr`` is not installed.
    """
    earlier: list[Question] = []
    for question in (part for each in before for part in _parts(each)):
        earlier.append(_understood(question, earlier, lexicon, glossary)[0])
    replies: list[Reply] = []
    for part in _parts(asked):
        question, note = _understood(part, earlier, lexicon, glossary)
        reply = _reply(_of_the_whole(question, scene), scene)
        replies.append(replace(reply, notes=(note, *reply.notes)) if note else reply)
        earlier.append(question)
    return replies[0] if len(replies) == 1 else _together(replies)


def _parts(asked: str) -> list[str]:
    """One question each; in "where is the car and what colour is it?" the second goes on from the first."""
    return [part for part in _JOINTS.split(asked) if any(letter.isalnum() for letter in part)]


def _together(replies: Sequence[Reply]) -> Reply:
    return Reply(
        text=" ".join(dict.fromkeys(reply.text for reply in replies)),
        evidence=tuple(dict.fromkeys(found for reply in replies for found in reply.evidence)),
        notes=tuple(dict.fromkeys(note for reply in replies for note in reply.notes)),
    )


def _reply(question: Question, scene: Scene) -> Reply:
    if question.kind in _OF_THINGS:
        return _OF_THINGS[question.kind](question, scene)
    if question.kind in _OF_THE_WHOLE:
        return _OF_THE_WHOLE[question.kind](scene)
    return Reply(text=_UNKNOWN, notes=(ABSTAINED,))


def _understood(
    asked: str, earlier: Sequence[Question], lexicon: DrawingLibrary, glossary: Glossary
) -> tuple[Question, str]:
    """The question, and a note if it was read through the glossary."""
    question = understand(asked, lexicon, earlier)
    if question.kind != "unknown":
        return question, ""
    from studiolo.assistant.pocket.foreign import in_english

    english = in_english(asked, glossary)
    if english is None:
        return question, ""
    return understand(english, lexicon, earlier), f"The question was read as: {english}"


def _of_the_whole(question: Question, scene: Scene) -> Question:
    """Read "What colour is it?" of a picture of several things, or of none, as a question for its colours."""
    thing = question.things[0] if question.things else None
    if question.kind == "colour_of" and thing is not None:
        whole = thing.noun in _WHOLE or (thing.again and len(scene.groups) != 1)
        if whole:
            return Question(kind="colours")
        if thing.noun == "background":
            return Question(kind="background")
    return question
