"""The things seen in a picture, as one would speak of them: alike ones together, with colour and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from studiolo.assistant.pocket.colour_names import NEIGHBOURS
from studiolo.assistant.pocket.composition import place
from studiolo.assistant.pocket.english import counted
from studiolo.assistant.pocket.findings import Findings, Sighting
from studiolo.assistant.pocket.nouns import Named, Nouns
from studiolo.assistant.pocket.palette import ColourShare, bases, percent
from studiolo.assistant.pocket.pixels import Box
from studiolo.assistant.pocket.question import Side, Thing

SURE: Final = 0.8
"""From this confidence a thing is named without "I think"."""

LIKELY: Final = 0.5
"""Below this a thing is not named at all."""

PRESUPPOSED: Final = 0.15
"""From here on a thing is taken for what was asked about, where the question takes it for granted."""

_OWN_COLOUR = 0.45  # share of a thing that is of one colour, from which it is called by it
_BESIDE = 0.04  # of a side: how far centres must be apart for "left of" or "above"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A thing seen, by the name people have for it; ``likelihoods`` are those of the library's names."""

    spoken: str
    confidence: float
    box: Box
    likelihoods: Mapping[str, float]

    @property
    def name(self) -> str:
        """The likeliest of the library's names."""
        return max(self.likelihoods, key=lambda name: self.likelihoods[name])


@dataclass(frozen=True, kw_only=True)
class Group:
    """Things of one name that are seen. ``colour`` is what most of them are, empty if no one colour is."""

    spoken: str
    sightings: tuple[Seen, ...]
    colour: str

    @property
    def confidence(self) -> float:
        """Of the surest."""
        return max(sighting.confidence for sighting in self.sightings)

    @property
    def words(self) -> str:
        """Speak of them: "two red apples"."""
        colour = "" if self.colour in self.spoken.split() else self.colour
        return counted(len(self.sightings), self.spoken, adjective=colour)

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of their middles."""
        n = len(self.sightings)
        return (
            sum(s.box[0] + s.box[2] for s in self.sightings) / (2 * n),
            sum(s.box[1] + s.box[3] for s in self.sightings) / (2 * n),
        )


class Scene:
    """What is seen in a picture, with the words for it. Worked out when asked for."""

    def __init__(self, findings: Findings, nouns: Nouns) -> None:
        self.findings = findings
        self.nouns = nouns

    @cached_property
    def sightings(self) -> tuple[Seen, ...]:
        """What is likely enough to be spoken of, the surest first."""
        return tuple(seen for seen in self._all if seen.confidence >= LIKELY)

    @cached_property
    def _all(self) -> tuple[Seen, ...]:
        told = (self._seen(sighting) for sighting in self.findings.sightings)
        return tuple(sorted(told, key=lambda seen: -seen.confidence))

    def _seen(self, sighting: Sighting) -> Seen:
        """By its likeliest spoken name: a dog and a dog's face are both a dog, so their chances add up."""
        likelihoods = {name: p for name, p in sighting.alternatives if name != sighting.name}
        likelihoods[sighting.name] = sighting.confidence
        spoken: dict[str, float] = {}
        for name, p in likelihoods.items():
            word = self.nouns.spoken(name)
            spoken[word] = spoken.get(word, 0.0) + p
        best = max(spoken, key=lambda word: (spoken[word], word == self.nouns.spoken(sighting.name)))
        return Seen(spoken=best, confidence=min(spoken[best], 1.0), box=sighting.box, likelihoods=likelihoods)

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The things seen, alike ones together, the surest first."""
        return self.grouped(self.sightings)

    def grouped(self, found: Sequence[Seen]) -> tuple[Group, ...]:
        """Some of the things seen, alike ones together."""
        together: dict[str, list[Seen]] = {}
        for seen in found:
            together.setdefault(seen.spoken, []).append(seen)
        groups = [
            Group(spoken=spoken, sightings=tuple(alike), colour=self._colour(alike))
            for spoken, alike in together.items()
        ]
        return tuple(sorted(groups, key=lambda g: (-round(g.confidence, 2), -len(g.sightings), g.spoken)))

    @property
    def photograph(self) -> bool:
        """Whether this looks like a photograph, of which the recogniser knows nothing."""
        return self.findings.medium.name == "photograph"

    def meant(self, thing: Thing, at_least: float = LIKELY) -> tuple[Seen, ...]:
        """The things seen that a phrase means, those of its colour if it names one.

        Each as what was asked for, and as sure as it is that: what is a dog or a cat is surely an animal.
        """
        if thing.again or not thing.noun:
            found = self.sightings
        else:
            named = self.nouns.known(thing.noun)
            found = tuple(self._as(seen, named) for seen in self._all) if named else ()
            found = tuple(seen for seen in found if seen.confidence >= at_least)
            if named and not found and at_least < LIKELY:
                found = self._sought(named, at_least)
        for colour in thing.colours:
            found = tuple(seen for seen in found if self.has_colour(seen, colour))
        return found

    def _sought(self, named: Named, at_least: float) -> tuple[Seen, ...]:
        """What may be it among all that caught the eye: it is taken for granted that there is one."""
        return tuple(
            Seen(
                spoken=named.word,
                confidence=each.confidence,
                box=each.box,
                likelihoods={named.word: each.confidence},
            )
            for each in self.findings.sought(named.word, at_least)
        )

    def _as(self, seen: Seen, named: Named) -> Seen:
        """The same thing, by the likeliest of the names that fit, and as sure as all of them together."""
        fitting = {name: p for name, p in seen.likelihoods.items() if name in named.names}
        if not fitting:
            return replace(seen, confidence=0.0)
        likeliest = max(fitting, key=lambda name: fitting[name])
        return replace(seen, spoken=self.nouns.spoken(likeliest), confidence=min(sum(fitting.values()), 1.0))

    def has_colour(self, seen: Seen, colour: str) -> bool:
        """Whether a thing is of a colour: a good part of it, or most of it a colour that many call so."""
        from studiolo.assistant.pocket.colour_names import base_of

        base = base_of(colour)
        shares = bases(self.colours_of(seen))
        if base is None or not shares:
            return False
        near = sum(shares.get(other, 0.0) for other in NEIGHBOURS[base])
        first = next(iter(shares))
        named = sum(c.share for c in self.colours_of(seen) if base in c.name.split())  # "blue green" is both
        return max(shares.get(base, 0.0), named) >= 0.3 or first == base or (near >= 0.5 and named >= 0.1)

    def colours_of(self, seen: Seen) -> tuple[ColourShare, ...]:
        """The colours of a thing, without what is behind it."""
        return self.findings.colours_in(seen.box)

    def evidence(self, sightings: Sequence[Seen]) -> tuple[str, ...]:
        """The things in words with numbers: "car: 94 % sure, on the right"."""
        return tuple(f"{s.spoken}: {percent(s.confidence)} sure, {place(s.box)}" for s in sightings[:8])

    def _colour(self, alike: Sequence[Seen]) -> str:
        mains = {self._main_colour(seen) for seen in alike}
        return mains.pop() if len(mains) == 1 else ""

    def _main_colour(self, seen: Seen) -> str:
        shares = bases(self.colours_of(seen))
        base, share = next(iter(shares.items()), ("", 0.0))
        return base if share >= _OWN_COLOUR else ""


def relation(a: Box | tuple[float, float], b: Box | tuple[float, float]) -> Side | None:
    """How ``a`` stands to ``b``: by the axis along which their middles are further apart."""
    across, down = _middle(b)[0] - _middle(a)[0], _middle(b)[1] - _middle(a)[1]
    if max(abs(across), abs(down)) < _BESIDE:
        return None
    if abs(across) >= abs(down):
        return "left of" if across > 0 else "right of"
    return "above" if down > 0 else "below"


def stands(a: Box, side: Side, b: Box) -> bool:
    """Whether ``a`` is on that side of ``b``; for "left of" it may also be a little above."""
    across, down = _middle(b)[0] - _middle(a)[0], _middle(b)[1] - _middle(a)[1]
    if side == "next to":
        gap = max(b[0] - a[2], a[0] - b[2], 0.0)
        return gap < 0.25 and abs(down) < 0.35
    distance = {"left of": across, "right of": -across, "above": down, "below": -down}[side]
    return distance > _BESIDE


def area(seen: Seen) -> float:
    """Share of the picture its box covers."""
    left, top, right, bottom = seen.box
    return max(0.0, right - left) * max(0.0, bottom - top)


def _middle(where: Box | tuple[float, float]) -> tuple[float, float]:
    if len(where) == 2:
        return where
    return (where[0] + where[2]) / 2, (where[1] + where[3]) / 2
