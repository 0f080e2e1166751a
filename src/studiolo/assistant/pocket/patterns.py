"""How one asks in English: patterns, the first that fits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from studiolo.assistant.pocket.colour_names import base_of
from studiolo.assistant.pocket.question import Kind, Question, Side, Thing
from studiolo.engines.pocket.phrases import Lexicon, describe

_SELF = (
    r"(?:it|this|that|(?:the|this|that) (?:whole )?(?:picture|image|photo|photograph|drawing|scene|painting|"
    r"illustration|graphic))"
)
_SIDES: dict[str, Side] = {
    "left": "left of", "right": "right of", "above": "above", "over": "above", "on top": "above",
    "below": "below", "under": "below", "beneath": "below", "underneath": "below", "next": "next to",
    "beside": "next to", "near": "next to",
}  # fmt: skip
_CORNERS = r"(?:(?:top|bottom|upper|lower) )?(?:left|right|top|bottom|centre|upper|lower)"
_SEE = (
    r"(?: (?:are there|are|is there|do you see|can you see|can i see|are visible|are shown|does it have|"
    r"have you found))?"
)
_PRONOUNS = frozenset({"it", "they", "them", "this", "that", "these", "those", "one", "ones", "there", "its"})
_ANYTHING = frozenset({"thing", "things", "object", "objects", "item", "items", "something", "anything"})
_SOMEBODY = frozenset({"someone", "somebody", "anyone", "anybody"})

Build = Callable[["re.Match[str]", Lexicon], Question | None]
"""Makes the question of a match; None where the pattern fits but the words do not."""

# About the picture as a whole; these have no things.
_WHOLE: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("text", (
        r"\b(?:what|which)\b.*\b(?:written|says?|reads?|words?|text|writing|letters)\b",
        r"\b(?:any|some|the) (?:text|words?|writing|letters)\b", r"^(?:read|transcribe)\b", r"^text$",
    )),
    ("describe", (r"^describe\b", r"\bdescription\b", rf"^what is {_SELF} about$")),
    ("medium", (
        r"\b(?:photo|photograph|drawing|painting|cartoon|sketch|illustration)\b.*\bor\b",
        (rf"^(?:is|are) (?:{_SELF}|these|the) (?:an? )?(?:real |line )?"
        r"(?:photos?|photographs?|drawings?|paintings?|cartoons?|sketch|illustrations?|line art|emoji)$"),
        r"^what (?:kind|sort|type) of (?:picture|image|art|graphic)", r"^what (?:is the )?(?:medium|style)\b",
    )),
    ("size", (
        r"\b(?:resolution|dimensions?|megapixels|pixels)\b", r"\bimage size\b",
        r"^(?:what is )?(?:the |its )?size$",
        rf"^how (?:big|large|wide|tall|high) (?:is|are) {_SELF}$", rf"^what size is {_SELF}$",
    )),
    ("orientation", (
        r"\b(?:orientation|aspect ratio|format)\b", r"\b(?:landscape|portrait)\b.*\bor\b",
        rf"^is {_SELF} (?:an? )?(?:square|landscape|portrait|upright|wide)$",
    )),
    ("hour", (
        r"\b(?:day or night|night or day|time of day)\b",
        (r"^is (?:it|this|that) (?:at |in the |taken at |during the )?"
        r"(?:night|day|daytime|night time|daylight|dark outside)"),
    )),
    ("brightness", (
        rf"^how (?:bright|dark|light) is {_SELF}$", r"\b(?:brightness|exposure|(?:over|under) ?exposed)\b",
        rf"^is {_SELF} (?:very |too |rather |quite )?(?:bright|dark|light|dim)(?: or (?:bright|dark))?$",
        r"^(?:bright or dark|dark or bright)",
    )),
    ("contrast", (r"\bcontrast",)),
    ("saturation", (
        r"\b(?:saturat\w+|black and white|monochrome|greyscale)\b", r"^how colourful",
        rf"^(?:is|are) (?:{_SELF}|the colours) (?:very |rather )?(?:colourful|vivid|muted|pale|strong)\b",
    )),
    ("temperature", (
        rf"^(?:is|are) (?:{_SELF}|the colours) (?:rather |more )?(?:warm|cool|cold)\b",
        r"\bwarm or (?:cool|cold)\b", r"\bcolour temperature\b",
    )),
    ("sharpness", (
        rf"^is {_SELF} (?:very |too )?(?:sharp|blurry|blurred|in focus|out of focus|soft)\b",
        r"^how (?:sharp|blurry)", r"\bsharpness\b",
    )),
    ("composition", (
        r"\bsymmetr\w+\b", r"\bcomposition\b", r"\bempty space\b", rf"^how is {_SELF} composed",
    )),
    ("background", (
        r"\bbackground\b.*\bcolour", r"\bcolours?\b.*\bbackground\b", r"^what is (?:in )?the background$",
    )),
    ("colours", (
        r"\b(?:main|dominant|most common|chief|primary) colours?\b", r"\bpalette\b",
        r"^(?:what are )?the colours$",
        (
            rf"^(?:what|which) colours(?: (?:are(?: (?:there|used|in {_SELF}))?|does {_SELF} have|"
            "do you see|can you see|stand out))?$"
        ),
        r"^(?:what|which) colours? (?:is|has|does) (?:the|this|that) (?:picture|image|drawing)(?: have)?$",
        r"^colours$",
    )),
)  # fmt: skip
_WHAT = (
    rf"^what (?:is|are)(?: (?:{_SELF}|these|those|there|shown|depicted|visible|drawn|going on))?$",
    r"^what (?:do|can) (?:you|i|we) (?:see|recognise|recognize|make out)",
    rf"^what (?:does|do) {_SELF} (?:show|depict|represent)", r"^what (?:things|objects)\b",
    rf"^{_SELF} is what$", r"^what this is$", r"^what is (?:shown|depicted|in there)",
)  # fmt: skip


def read(said: str, lexicon: Lexicon) -> Question:
    """A normalised question by the first pattern that fits; ``unknown`` if none does."""
    for kind, pattern in _WHOLE_PATTERNS:
        if pattern.search(said):
            return Question(kind=kind)
    for pattern, build in _THING_PATTERNS:
        match = pattern.search(said)
        question = build(match, lexicon) if match else None
        if question is not None:
            return question
    return Question(kind="unknown")


def read_thing(phrase: str, lexicon: Lexicon) -> Thing | None:
    """A noun phrase: its noun, colours and number; None where there is none."""
    words = re.sub(
        r"^(?:the|a|an|any|some|this|that|these|those|another|all|all the)\s+", "", phrase.strip()
    ).split()
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
    noun = "" if described.text in _ANYTHING else "person" if described.text in _SOMEBODY else described.text
    return Thing(noun=noun, colours=described.colours, count=described.count)


def _about(kind: Kind, *groups: str) -> Build:
    """Read the named groups as things; without one of them the pattern does not fit."""

    def build(match: re.Match[str], lexicon: Lexicon) -> Question | None:
        things = [read_thing(match[group], lexicon) for group in groups or ("a",)]
        named = tuple(thing for thing in things if thing is not None)
        return Question(kind=kind, things=named) if len(named) == len(things) else None

    return build


def _just(kind: Kind, *things: Thing) -> Build:
    """Read nothing more of the words."""

    def build(_match: re.Match[str], _lexicon: Lexicon) -> Question:
        return Question(kind=kind, things=things)

    return build


def _coloured(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    colour, thing = base_of(match["colour"]), read_thing(match["a"], lexicon)
    return Question(kind="is_colour", things=(thing,), colour=colour) if colour and thing else None


def _sided(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    question = _about("beside", "a", "b")(match, lexicon)
    return replace(question, side=_SIDES[match["side"]]) if question else None


def _compared(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    question = _about("compare", "a", "b")(match, lexicon)
    return replace(question, word=match["more"]) if question else None


def _at(match: re.Match[str], _lexicon: Lexicon) -> Question:
    return Question(kind="what_at", word=match["at"].replace("upper", "top").replace("lower", "bottom"))


def _of_kind(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    thing = read_thing(match["a"], lexicon)
    return Question(kind="what", things=(thing,)) if thing and (thing.noun or thing.again) else None


def _is_a(match: re.Match[str], lexicon: Lexicon) -> Question | None:
    """Read "is this a dog?", not "is it beautiful?": there must be an article, or a plural."""
    phrase = match["a"]
    if not re.match(r"(?:an?|some|the) ", phrase) and not phrase.endswith("s"):
        return None
    thing = read_thing(phrase, lexicon)
    return Question(kind="present", things=(thing,)) if thing and thing.noun else None


# About things; {a} and {b} of the builders are the groups of these names.
_THINGS: tuple[tuple[Build, tuple[str, ...]], ...] = (
    (_about("colour_of"), (
        r"^(?:what|which) colours? (?:is|are|has|have|does|do) (?P<a>.+?)(?: have)?$",
        r"^(?:what (?:is|are) )?(?:the )?colours? of (?P<a>.+)$",
        r"^(?P<a>.+?) (?:is|are) (?:what|which) colour$",
    )),
    (_just("colour_of", Thing(again=True)), (r"^(?:what is )?its colour$",)),
    (_just("count", Thing(again=True)), (r"^how many(?: are there| of (?:them|those)\b.*)?$",)),
    (_about("count"), (
        rf"^how many (?P<a>.+?){_SEE}$", r"^(?:count|(?:what is )?(?:the )?number of) (?P<a>.+)$",
    )),
    (_sided, (
        (r"^(?:is|are) (?P<a>.+?) (?:(?:to|on|at) the |directly |just )?"
        r"(?P<side>left|right|next|on top|above|over|below|under|underneath|beneath|beside|near)"
        r"(?: side)?(?: of| to)? (?P<b>(?:the|a|an|it|them|that|this)\b.*)$"),
    )),
    (_at, (
        (rf"^(?:what|who) (?:is|are|do you see|can you see|stands|can be seen) (?:there )?(?:on|at|in|to) "
        rf"the (?P<at>{_CORNERS})(?: side| corner| half| part)?$"),
    )),
    (_about("where"), (
        r"^where(?:abouts)? (?:is|are|can i (?:see|find)|do you see) (?P<a>.+?)(?: located| placed)?$",
        r"^(?:what is )?the (?:position|location|place) of (?P<a>.+)$",
        r"^on which side (?:is|are) (?P<a>.+)$",
    )),
    (_compared, (
        r"^(?:which|what)(?: one)? is (?P<more>bigger|larger|smaller|taller) (?P<a>.+?) or (?P<b>.+)$",
        r"^(?:is|are) (?P<a>.+?) (?P<more>bigger|larger|smaller|taller) than (?P<b>(?:the|an?|it)\b.*)$",
    )),
    (_about("extent"), (r"^how (?:big|large|small|tall) (?:is|are) (?P<a>.+)$",)),
    (_of_kind, (
        (r"^(?:what|which) (?P<a>(?:animal|fruit|vehicle|food|bird|insect|vegetable|plant|flower|tool)s?)"
        r"(?: (?:is|are|do|can|does)\b.*)?$"),
        r"^what (?:kind|sort|type) of (?P<a>\w+)(?: (?:is|are|do|can)\b.*)?$",
    )),
    (_just("what"), _WHAT),
    (_about("present"), (r"^(?:is|are) there (?P<a>.+)$",)),
    (_coloured, (
        (r"^(?:is|are) (?:the |that |those |this |these )?(?P<a>.+?) (?:all |mostly |rather )?"
        r"(?P<colour>(?:(?:light|dark|bright|pale|deep) )?[a-z]+)$"),
    )),
    (_about("present"), (
        r"^(?:do|can) (?:you|i|we) (?:see|find|spot|recognise|recognize) (?P<a>.+)$",
        rf"^(?:does|do) {_SELF} (?:show|contain|have|include|depict) (?P<a>.+)$", r"^any (?P<a>.+)$",
        r"^(?:is|are) (?P<a>(?:an?|any|some) .+?) (?:visible|shown|present|to be seen|included)$",
        r"^is (?P<a>anyone|anybody|someone|somebody)(?: there| visible)?$",
    )),
    (_is_a, (
        (rf"^(?:is|are) (?:{_SELF}|these|those|they) "
        r"(?P<a>(?:an? |some |the )?(?!\w+ing\b|than\b|still\b)[\w\- ]+)$"),
    )),
)  # fmt: skip
_WHOLE_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(form)) for kind, forms in _WHOLE for form in forms
)
_THING_PATTERNS: tuple[tuple[re.Pattern[str], Build], ...] = tuple(
    (re.compile(form), build) for build, forms in _THINGS for form in forms
)
