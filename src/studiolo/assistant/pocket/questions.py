"""An English question → what is asked, about which things: patterns, the first that fits.

What fits none is ``unknown``; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from studiolo.assistant.pocket.colour_names import base_of
from studiolo.engines.pocket.phrases import Lexicon, describe

Kind = Literal[
    "what", "what_at", "describe", "colours", "colour_of", "is_colour", "background", "present", "count",
    "where", "beside", "compare", "extent", "text", "brightness", "contrast", "saturation", "temperature",
    "sharpness", "hour", "size", "orientation", "medium", "composition", "unknown",
]  # fmt: skip
Side = Literal["left of", "right of", "above", "below", "next to"]

_SELF = (
    r"(?:it|this|that|(?:the|this|that) (?:whole )?(?:picture|image|photo|photograph|drawing|scene|painting|"
    r"illustration|graphic))"
)
_SIDES: dict[str, Side] = {
    "left": "left of", "right": "right of", "above": "above", "over": "above", "on top": "above",
    "below": "below", "under": "below", "beneath": "below", "underneath": "below", "next": "next to",
    "beside": "next to", "near": "next to", "by": "next to",
}  # fmt: skip
_CORNERS = r"(?:top|bottom|upper|lower)?\s?(?:left|right|top|bottom|centre|middle|upper|lower)"
_PRONOUNS = frozenset({"it", "they", "them", "this", "that", "these", "those", "one", "ones", "there", "its"})
_ANYTHING = frozenset({"thing", "things", "object", "objects", "item", "items", "something", "anything"})


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What a noun phrase of a question names: ``noun`` in the singular or plural as it stood, without colours.

    ``again`` marks a pronoun: the thing that was spoken of before.
    """

    noun: str = ""
    colours: tuple[str, ...] = ()
    count: int | None = None
    again: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked. ``things`` in the order they were named; ``side``, ``colour``, ``word`` where the kind
    has them (``word``: "left", "bigger", "night")."""

    kind: Kind
    things: tuple[Thing, ...] = ()
    side: Side | None = None
    colour: str | None = None
    word: str = ""


def understand(text: str, lexicon: Lexicon, before: Sequence[Question] = ()) -> Question:
    """Read a question; ``before`` are the earlier ones, so that "and the car?" and "it" are understood."""
    said = normalise(text)
    follows = bool(re.match(r"(?:and|what about|how about)\b", said))
    plain = re.sub(r"^(?:and|but|so|ok|okay|then|also)\s+", "", said)
    found = _read(plain, lexicon)
    if found.kind == "unknown" and before and (follows or len(plain.split()) <= 3):
        found = _same_again(re.sub(r"^(?:what|how) about ", "", plain), lexicon, before[-1])
    return _with_antecedents(found, before)


def normalise(text: str) -> str:
    """Lower case, one spelling, no contractions, no courtesies, no "in the picture"."""
    said = text.lower().replace("’", "'").replace("color", "colour").replace("gray", "grey")
    said = re.sub(r"\b(what|where|who|it|that|there|how)'s\b", r"\1 is", said)
    said = re.sub(r"\b(is|are|does|do|can|has|have)n't\b", r"\1 not", said)
    said = re.sub(r"\bcenter\b|\bmiddle\b", "centre", re.sub(r"[?!.,;:\"“”()]+(?=\s|$)|[\"“”(]", " ", said))
    said = re.sub(r"\b(?:please|exactly|really|actually|maybe|perhaps)\b", " ", said)
    said = re.sub(r"\s+", " ", said).strip()
    said = re.sub(
        r"^(?:(?:can|could|would|will) you (?:tell|show|say to) me|do you know|tell me|i (?:want|would like) to know)"
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


def _read(said: str, lexicon: Lexicon) -> Question:
    for pattern, build in _RULES:
        if match := pattern.search(said):
            if question := build(match, lexicon):
                return question
    return Question(kind="unknown")


def _same_again(words: str, lexicon: Lexicon, last: Question) -> Question:
    """"and the car?": the last question about another thing."""
    thing = _thing(words, lexicon)
    if re.search(r"^(?:on|at|in|to) the ", words):
        return _read(f"what is {words}", lexicon)
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
    return Question(kind="present", things=(thing,)) if last.kind in {"what", "what_at"} else Question(kind="unknown")


def _with_antecedents(question: Question, before: Sequence[Question]) -> Question:
    if not any(thing.again for thing in question.things):
        return question
    spoken_of = next((q.things[0] for q in reversed(before) if q.things and not q.things[0].again), None)
    if spoken_of is None:
        return question
    things = tuple(replace(spoken_of, count=None) if t.again else t for t in question.things)
    return replace(question, things=things)


def _thing(phrase: str, lexicon: Lexicon) -> Thing | None:
    """A noun phrase: its noun, colours and number; None where there is none."""
    words = re.sub(r"^(?:the|a|an|any|some|this|that|these|those|another|all|all the)\s+", "", phrase.strip()).split()
    if not words:
        return None
    if len(words) == 1 and words[0] in _PRONOUNS:
        return Thing(again=True)
    described = describe([w for w in words if w not in {"any", "some", "other", "more"}], lexicon)
    if len(described.noun) > 3:
        return None
    if not described.noun:
        return Thing(colours=described.colours, count=described.count) if described.colours else None
    if described.noun[-1] in _PRONOUNS:
        return Thing(again=True, colours=described.colours, count=described.count)
    noun = "" if described.text in _ANYTHING else described.text
    return Thing(noun=noun, colours=described.colours, count=described.count)


_Build = Callable[["re.Match[str]", Lexicon], Question | None]


def _just(kind: Kind, word: str = "") -> _Build:
    return lambda match, lexicon: Question(kind=kind, word=word)


def _about(kind: Kind, *groups: str) -> _Build:
    """Read the named groups as things; without one of them the rule does not fit."""

    def build(match: re.Match[str], lexicon: Lexicon) -> Question | None:
        things = [_thing(match[group], lexicon) for group in groups or ("a",)]
        named = tuple(thing for thing in things if thing is not None)
        return Question(kind=kind, things=named) if len(named) == len(things) else None

    return build


def _coloured(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    colour, thing = base_of(match["colour"]), _thing(match["a"], lexicon)
    return Question(kind="is_colour", things=(thing,), colour=colour) if colour and thing else None


def _sided(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    question = _about("beside", "a", "b")(match, lexicon)
    return replace(question, side=_SIDES[match["side"]]) if question else None


def _compared(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    question = _about("compare", "a", "b")(match, lexicon)
    return replace(question, word=match["more"]) if question else None


def _at(match: re.Match[str], lexicon: Lexicon) -> Question:
    return Question(kind="what_at", word=match["at"].replace("upper", "top").replace("lower", "bottom"))


def _of_kind(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    thing = _thing(match["a"], lexicon)
    return Question(kind="what", things=(thing,)) if thing and (thing.noun or thing.again) else None


def _counted(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    words = match["a"] or ""
    if words in {"", "are there", "of them", "of those"}:
        return Question(kind="count", things=(Thing(again=True),))
    return _about("count")(match, lexicon)


_SEE = r"(?: (?:are there|are|is there|do you see|can you see|can i see|are visible|are shown|does it have|have you found))?"
_RULES: tuple[tuple[re.Pattern[str], _Build], ...] = tuple(
    (re.compile(pattern), build)
    for pattern, build in (
        # text
        (r"\b(?:what|which)\b.*\b(?:written|says?|reads?|words?|text|writing|letters)\b", _just("text")),
        (r"\b(?:any|some|the) (?:text|words?|writing|letters)\b|^(?:read|transcribe)\b|^text$", _just("text")),
        # the picture as a whole
        (rf"^describe\b|\bdescription\b|^what is {_SELF} about$", _just("describe")),
        (r"\b(?:photo|photograph|drawing|painting|cartoon|sketch|illustration)\b.*\bor\b", _just("medium")),
        (rf"^(?:is|are) (?:{_SELF}|these|the) (?:not )?(?:an? )?(?:real |line )?"
         r"(?:photos?|photographs?|drawings?|paintings?|cartoons?|sketch|illustrations?|line art|emoji)$",
         _just("medium")),
        (r"^what (?:kind|sort|type) of (?:picture|image|art|graphic)|^what (?:medium|style)\b|^what is the (?:medium|style)",
         _just("medium")),
        (rf"\b(?:resolution|dimensions?|megapixels|pixels)\b|\bimage size\b|^(?:what is )?(?:the |its )?size$|"
         rf"^how (?:big|large|wide|tall|high) (?:is|are) {_SELF}$|^what size is {_SELF}$", _just("size")),
        (rf"\b(?:orientation|aspect ratio|format)\b|\b(?:landscape|portrait)\b.*\bor\b|"
         rf"^is {_SELF} (?:a )?(?:square|landscape|portrait|upright|wide)$", _just("orientation")),
        (r"\b(?:day or night|night or day|time of day)\b", _just("hour")),
        (r"^is (?:it|this|that) (?:at |in the |taken at |during the )?(?P<w>night|day|daytime|night time|daylight|dark outside)",
         _just("hour")),
        (rf"^how (?:bright|dark|light) is (?:{_SELF})?$|\b(?:brightness|exposure|(?:over|under) ?exposed)\b|"
         rf"^is {_SELF} (?:very |too |rather |quite )?(?:bright|dark|light|dim)(?: or (?:bright|dark|light|dim))?$|^bright or dark",
         _just("brightness")),
        (r"\bcontrast", _just("contrast")),
        (rf"\b(?:saturat\w+|black and white|monochrome|greyscale|grayscale)\b|"
         rf"^(?:is|are) (?:{_SELF}|the colours) (?:very |rather )?(?:colourful|vivid|muted|pale|strong)\b|^how colourful",
         _just("saturation")),
        (rf"^(?:is|are) (?:{_SELF}|the colours) (?:rather |more )?(?:warm|cool|cold)\b|\bwarm or (?:cool|cold)\b|\bcolour temperature\b",
         _just("temperature")),
        (rf"^is {_SELF} (?:very |too )?(?:sharp|blurry|blurred|in focus|out of focus|soft)\b|^how (?:sharp|blurry)|\bsharpness\b",
         _just("sharpness")),
        (rf"\bsymmetr\w+\b|\bcomposition\b|\bempty space\b|^how is {_SELF} composed", _just("composition")),
        # colours
        (r"\bbackground\b.*\bcolour|\bcolours?\b.*\bbackground\b|^what is (?:in )?the background$", _just("background")),
        (rf"\b(?:main|dominant|most common|chief|primary) colours?\b|\bpalette\b|"
         rf"^(?:what|which) colours(?: (?:are (?:there|used|in it)|does {_SELF} have|do you see|can you see))?$|"
         rf"^(?:what|which) colours? (?:is|are|has|does) (?:this|that|the (?:picture|image|drawing|photo))(?: have)?$|"
         r"^(?:what are )?the colours$|^colours$", _just("colours")),
        (r"^(?:what|which) colours? (?:is|are|has|have|does|do) (?P<a>.+?)(?: have)?$", _about("colour_of")),
        (r"^(?:what (?:is|are) )?(?:the )?colours? of (?P<a>.+)$", _about("colour_of")),
        (r"^(?P<a>.+?) (?:is|are) (?:what|which) colour$", _about("colour_of")),
        (r"^what is (?P<a>it)s colour$|^(?P<b>its) colour$", lambda m, x: Question(kind="colour_of", things=(Thing(again=True),))),
        # numbers
        (rf"^how many(?P<a>| (?!are there|of them|of those).+?){_SEE}$", _counted),
        (r"^how many (?P<a>are there|of them|of those)\b", _counted),
        (r"^(?:count|number of|what is the number of) (?P<a>.+)$", _counted),
        # places
        (r"^(?:is|are) (?P<a>.+?) (?:(?:to|on|at) the |directly |just )?(?P<side>left|right|next|on top|above|over|below|"
         r"under|underneath|beneath|beside|near)(?: side)?(?: of| to)? (?P<b>(?:the|a|an|it|them|that|this)\b.*)$", _sided),
        (rf"^(?:what|who) (?:is|are|do you see|can you see|stands|can be seen) (?:there )?(?:on|at|in|to) the (?P<at>{_CORNERS})"
         r"(?: side| corner| half| part)?(?: of it)?$", _at),
        (r"^where(?:abouts)? (?:in the \w+ )?(?:is|are|can i (?:see|find)|do you see) (?P<a>.+?)(?: located| placed)?$", _about("where")),
        (r"^(?:what is )?the (?:position|location|place) of (?P<a>.+)$|^on which side is (?P<b>.+)$",
         lambda m, x: _about("where", "a" if m["a"] else "b")(m, x)),
        # sizes of things
        (r"^(?:which|what)(?: one)? is (?P<more>bigger|larger|smaller|taller) (?P<a>.+?) or (?P<b>.+)$", _compared),
        (r"^(?:is|are) (?P<a>.+?) (?P<more>bigger|larger|smaller|taller) than (?P<b>(?:the|a|an|that|it)\b.*)$", _compared),
        (r"^how (?:big|large|small|tall) (?:is|are) (?P<a>.+)$", _about("extent")),
        # what is there
        (r"^(?:what|which) (?P<a>animals?|fruits?|vehicles?|foods?|birds?|insects?|vegetables?|plants?|flowers?|tools?)"
         r"(?: kind)?(?: (?:is|are|do|can|does)\b.*)?$", _of_kind),
        (r"^what (?:kind|sort|type) of (?P<a>\w+)(?: (?:is|are|do|can)\b.*)?$", _of_kind),
        (rf"^what (?:is|are) (?:{_SELF}|these|those|there|shown|depicted|visible|going on|in (?:the picture|there))?$|"
         rf"^what (?:do|can) (?:you|i|we) (?:see|recognise|recognize|make out)|^what (?:does|do) {_SELF} (?:show|depict|represent)|"
         rf"^what (?:things|objects)\b|^what (?:is|are) (?:shown|depicted|visible|drawn)|^{_SELF} is what$|^what this is$",
         _just("what")),
        (r"^(?:is|are) there (?P<a>.+)$", _about("present")),
        (r"^(?:is|are) (?:the |that |those |this |these )?(?P<a>.+?) (?:all |mostly |rather )?"
         r"(?P<colour>(?:(?:light|dark|bright|pale|deep) )?[a-z]+)$", _coloured),
        (r"^(?:do|can) (?:you|i|we) (?:not )?(?:see|find|spot|recognise|recognize) (?P<a>.+)$", _about("present")),
        (rf"^(?:does|do) {_SELF} (?:show|contain|have|include|depict) (?P<a>.+)$", _about("present")),
        (rf"^(?:is|are) (?:{_SELF}|these|those|they) (?P<a>(?:an? |some |the )?(?!\w+ing\b|than\b|still\b)[\w\- ]+s?)$",
         lambda m, x: _is_a(m, x)),
        (r"^(?:is|are) (?P<a>(?:an?|any|some) .+?) (?:visible|shown|present|to be seen|included)$", _about("present")),
        (r"^any (?P<a>.+)$", _about("present")),
    )
)


def _is_a(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    """"is this a dog?", not "is it beautiful?": there must be an article, or a plural."""
    phrase = match["a"]
    if not re.match(r"(?:an?|some|the) ", phrase) and not phrase.endswith("s"):
        return None
    thing = _thing(phrase, lexicon)
    return Question(kind="present", things=(thing,)) if thing and thing.noun else None
