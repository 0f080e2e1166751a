"""Answers about the things in a picture: what, whether, how many, where, of what colour."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from studiolo.assistant.pocket.colour_names import NEIGHBOURS
from studiolo.assistant.pocket.composition import place
from studiolo.assistant.pocket.english import counted, in_words, listed, plural, sentence, verb, with_article
from studiolo.assistant.pocket.palette import ColourShare, bases, percent
from studiolo.assistant.pocket.question import Question, Thing
from studiolo.assistant.pocket.seeing import PRESUPPOSED, SURE, Scene, Seen, area, stands

ABSTAINED: Final = "needs a vision model"
"""The note of an answer that says it cannot judge."""

_PRESENT = 0.5  # of the recogniser's word on one name: from here on it may be there though no box was drawn
_OFTEN = "of things that are drawn I find about 8 in 10"  # `python -m benchmarks.observer`: "is there a …"
_RATIO = 1.15  # of areas: what is less apart is about as big


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer and what it rests on."""

    text: str
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def what(question: Question, scene: Scene) -> Reply:
    """What is there; of a kind if one is asked for."""
    if question.things and question.things[0].noun:
        found = scene.meant(question.things[0])
        if not found:
            return _not_seen(question.things[0], scene)
        words = _spoken(found, scene)
        return Reply(text=sentence(f"{_hedge(found)} {words}"), evidence=scene.evidence(found))
    if not scene.groups:
        return nothing_seen(scene)
    words = listed([group.words for group in scene.groups[:6]])
    return Reply(
        text=sentence(f"{_hedge(scene.sightings)} {words}"), evidence=scene.evidence(scene.sightings)
    )


def what_at(question: Question, scene: Scene) -> Reply:
    """What stands in a part of the picture."""
    wanted = question.word.split()
    found = tuple(s for s in scene.sightings if all(lies(s, side) for side in wanted))
    where = f"in the {question.word}" if question.word == "centre" else f"at the {question.word}"
    if not found:
        return Reply(text=sentence(f"I recognise nothing {where}"), evidence=scene.evidence(scene.sightings))
    return Reply(
        text=sentence(f"{_hedge(found)} {_spoken(found, scene)} {where}"), evidence=scene.evidence(found)
    )


def present(question: Question, scene: Scene) -> Reply:
    """Whether there is one, or as many as asked."""
    thing = question.things[0]
    found = scene.meant(thing)
    if found:
        if thing.count and thing.count > 1 and len(found) != thing.count:
            text = f"not quite: I count {in_words(len(found))}"
            return Reply(text=sentence(text), evidence=scene.evidence(found))
        sure = max(s.confidence for s in found)
        yes = "yes" if sure >= SURE else "I think so"
        return Reply(
            text=sentence(f"{yes}: I see {_spoken(found, scene)} ({percent(sure)} sure)"),
            evidence=scene.evidence(found),
        )
    if not thing.noun:
        return what(Question(kind="what"), scene)
    if thing.colours and (others := scene.meant(Thing(noun=thing.noun))):
        text = f"no {thing.colours[0]} one: I see {_spoken(others, scene)}"
        return Reply(text=sentence(text), evidence=scene.evidence(others))
    return _not_seen(thing, scene)


def count(question: Question, scene: Scene) -> Reply:
    """How many."""
    thing = question.things[0] if question.things else Thing()
    found = scene.meant(thing, PRESUPPOSED)
    if not found:
        return _not_seen(thing, scene) if thing.noun else nothing_seen(scene)
    if not thing.noun:
        words = listed([group.words for group in scene.grouped(found)])
        text = f"I count {counted(len(found), 'thing')}: {words}"
        return Reply(text=sentence(text), evidence=scene.evidence(found))
    named = {s.spoken for s in found}
    known = scene.nouns.known(thing.noun)
    of_a_kind = len(named) > 1 or (known is not None and known.how == "kind")
    noun = _singular(thing, scene) if of_a_kind else named.pop()
    text = f"{_think(found)}there {verb(len(found))} {_number(len(found), noun)}"
    return Reply(text=sentence(text), evidence=scene.evidence(found))


def where(question: Question, scene: Scene) -> Reply:
    """In which part of the picture."""
    thing = question.things[0]
    found = scene.meant(thing, PRESUPPOSED)
    if not found:
        return _not_seen(thing, scene) if thing.noun else nothing_seen(scene)
    numbers = Counter(place(s.box) for s in found)
    named = _of(found)
    if len(numbers) == 1:
        text = f"{_think(found)}the {named} {verb(len(found))} {next(iter(numbers))}"
    else:
        text = f"of {in_words(len(found))} {named}, " + listed(
            [f"{in_words(n)} {verb(n)} {there}" for there, n in numbers.items()]
        )
    return Reply(text=sentence(text), evidence=scene.evidence(found))


def beside(question: Question, scene: Scene) -> Reply:
    """Whether one thing is left of, above … another."""
    first, second = question.things
    a, b = scene.meant(first, PRESUPPOSED), scene.meant(second, PRESUPPOSED)
    if not a or not b:
        return _not_seen(second if a else first, scene)
    side = question.side or "next to"
    so = any(stands(x.box, side, y.box) for x in a for y in b if x is not y)
    here = f"the {_of(a)} {verb(len(a))} {place(a[0].box)}, the {_of(b)} {place(b[0].box)}"
    return Reply(text=sentence(f"{'yes' if so else 'no'}: {here}"), evidence=scene.evidence((*a, *b)))


def compare(question: Question, scene: Scene) -> Reply:
    """Which of two covers more of the picture."""
    found = [scene.meant(thing, PRESUPPOSED) for thing in question.things]
    if not all(found):
        return _not_seen(question.things[0] if not found[0] else question.things[1], scene)
    (a, b), sizes = (max(f, key=area) for f in found), [max(area(s) for s in f) for f in found]
    names = [s.spoken for s in (a, b)]
    evidence = tuple(f"{n}: {percent(size)} of the picture" for n, size in zip(names, sizes, strict=True))
    if max(sizes) < _RATIO * min(sizes):
        return Reply(text=sentence(f"the {names[0]} and the {names[1]} are about as big"), evidence=evidence)
    smaller = question.word == "smaller"
    first = (sizes[0] < sizes[1]) if smaller else (sizes[0] > sizes[1])
    one, other = (names[0], names[1]) if first else (names[1], names[0])
    word = question.word or "bigger"
    return Reply(text=sentence(f"the {one} is {word} than the {other} in this picture"), evidence=evidence)


def extent(question: Question, scene: Scene) -> Reply:
    """How much of the picture a thing covers."""
    found = scene.meant(question.things[0], PRESUPPOSED)
    if not found:
        return _not_seen(question.things[0], scene)
    share = percent(area(found[0]))
    text = f"the {_of(found[:1])} takes up about {share} of the picture"
    return Reply(text=sentence(text), evidence=scene.evidence(found))


def colour_of(question: Question, scene: Scene) -> Reply:
    """Of what colour a thing is."""
    thing = question.things[0]
    found = scene.meant(thing, PRESUPPOSED)
    if not found:
        return _not_seen(thing, scene) if thing.noun else nothing_seen(scene)
    colours = [scene.colours_of(s) for s in found]
    evidence = tuple(
        f"{s.spoken} {place(s.box)}: {', '.join(map(str, c[:4]))}"
        for s, c in zip(found[:4], colours, strict=False)
    )
    words = list(dict.fromkeys(in_colour_words(c) for c in colours))
    text = f"{_think(found)}the {_of(found)} {verb(len(found))} {listed(words[:4])}"
    return Reply(text=sentence(text), evidence=evidence)


def is_colour(question: Question, scene: Scene) -> Reply:
    """Whether a thing is of a colour."""
    thing, colour = question.things[0], question.colour or ""
    found = scene.meant(thing, PRESUPPOSED)
    if not found:
        return _not_seen(thing, scene) if thing.noun else nothing_seen(scene)
    so = any(scene.has_colour(s, colour) for s in found)
    told = colour_of(Question(kind="colour_of", things=question.things), scene)
    said = told.text if told.text.startswith("I ") else f"{told.text[:1].lower()}{told.text[1:]}"
    text = f"{'yes' if so else 'no'}: {said}"
    return Reply(text=sentence(text), evidence=told.evidence)


def in_colour_words(colours: tuple[ColourShare, ...]) -> str:
    """Say "tomato red", "black and white": the colours that matter, one word for each base."""
    shares = bases(colours)
    first = next(iter(shares), "")
    chosen = [base for base, share in shares.items() if share >= 0.25 and base not in NEIGHBOURS[first]]
    kept = [first, *(base for base in chosen if base != first)][:3]
    return listed([_fullest(base, colours) for base in kept if base])


def nothing_seen(scene: Scene) -> Reply:
    """Say that nothing was recognised, and what was measured instead."""
    medium, light = scene.findings.medium, scene.findings.light
    colours = listed([c.name for c in scene.findings.colours[:2]])
    bright = "neither dark nor bright" if light.brightness == "balanced" else light.brightness
    measured = f"it is {bright}, mostly {colours}" if colours else "all of it is transparent"
    evidence = (f"looks like a {medium.name} ({percent(medium.confidence)})",)
    if scene.photograph:
        text = f"I'm not sure: I recognise drawings, not photographs, and this looks like one; {measured}"
        return Reply(text=sentence(text), evidence=evidence, notes=(ABSTAINED,))
    if medium.name in {"plain colour", "gradient", "noise"}:
        return Reply(
            text=sentence(f"I see nothing but {_ground(medium.name)}: {measured}"), evidence=evidence
        )
    return Reply(
        text=sentence(f"I'm not sure: I recognise nothing I have a drawing of; {measured}"),
        evidence=evidence,
        notes=(ABSTAINED,),
    )


def _not_seen(thing: Thing, scene: Scene) -> Reply:
    """No — as honestly as the recogniser allows."""
    known = scene.nouns.known(thing.noun) if thing.noun else None
    noun = _singular(thing, scene)
    if known is None:
        text = f"I can't tell: I know no drawing of {with_article(noun)}, so I would not recognise one"
        return Reply(text=sentence(text), notes=(ABSTAINED,))
    if scene.photograph:
        text = f"I'm not sure: I recognise drawings, not photographs, and see no {noun} in this one"
        return Reply(text=sentence(text), notes=(ABSTAINED,))
    likely = scene.findings.presence(noun)
    evidence = (f"{noun}: {percent(likely)} likely; {_OFTEN}", *scene.evidence(scene.sightings))
    if likely >= _PRESENT:
        return Reply(
            text=sentence(f"perhaps: I can't point at {with_article(noun)}, but one may be there"),
            evidence=evidence,
        )
    seen = f"; what I see is {listed([g.words for g in scene.groups[:4]])}" if scene.groups else ""
    return Reply(text=sentence(f"no, I don't see {with_article(noun)}{seen}"), evidence=evidence)


def _think(found: tuple[Seen, ...]) -> str:
    return "" if min(s.confidence for s in found) >= SURE else "I think "


def _hedge(found: tuple[Seen, ...]) -> str:
    return "I see" if max(s.confidence for s in found) >= SURE else "I think I see"


def _spoken(found: tuple[Seen, ...], scene: Scene) -> str:
    """Speak of things found: those of one name together, with their colour if they share one."""
    return listed([group.words for group in scene.grouped(found)][:6])


def _of(found: tuple[Seen, ...]) -> str:
    names = list(dict.fromkeys(s.spoken for s in found))
    if len(names) > 1:
        return listed([plural(n) for n in names])
    return names[0] if len(found) == 1 else plural(names[0])


def _singular(thing: Thing, scene: Scene) -> str:
    known = scene.nouns.known(thing.noun) if thing.noun else None
    return known.word if known else thing.noun or "thing"


def _number(number: int, noun: str) -> str:
    return f"one {noun}" if number == 1 else counted(number, noun)


def lies(sighting: Seen, side: str) -> bool:
    """Whether a thing stands on the left, right, top or bottom, or in the centre."""
    x, y = (sighting.box[0] + sighting.box[2]) / 2, (sighting.box[1] + sighting.box[3]) / 2
    if side == "centre":
        return 0.3 < x < 0.7 and 0.25 < y < 0.75
    return {"left": x < 0.45, "right": x > 0.55, "top": y < 0.42, "bottom": y > 0.58}[side]


def _fullest(base: str, colours: tuple[ColourShare, ...]) -> str:
    name = next(c.name for c in colours if c.base == base)
    return name if base in name.split() else f"{name} ({base})"


def _ground(medium: str) -> str:
    return {"plain colour": "one plain colour", "gradient": "a gradient", "noise": "noise"}[medium]
