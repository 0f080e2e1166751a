"""Choose entries by meaning, at random but not blindly, and never two that contradict each other.

Within a facet an entry is drawn by the Gumbel-max trick (Gumbel 1954) from its standardised similarity to
what was asked, less its similarity to what earlier prompts of the same wish use: maximal marginal
relevance (Carbonell & Goldstein 1998, SIGIR), sampled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from studiolo.assistant.pocket.writer.axes import AXES, Settled, agrees, by_axis, settle
from studiolo.assistant.pocket.writer.facets import Entry, FacetName, collection

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

TEMPERATURE: Final = 0.8  # in standard deviations of similarity: how far below the best a choice may fall
SAMENESS: Final = 1.5  # what one cosine of likeness to an earlier prompt costs, in the same measure
SHORTLIST: Final = 8  # only so many of the best are drawn from
NAMED: Final = 1.2  # what a word of the wish in an entry's cue is worth: a bee is named where it belongs
LOOKED_FOR: Final = 1.5  # what each property shared with the reference picture is worth
AGREED: Final = 0.5  # what agreeing is worth, by axis: dark colours for a dark picture
NOT_OUT_OF_PLACE: Final = 0.27  # the same, for the other things of a picture where one is named
OWN_MEDIUM: Final = 2.0  # what being made for the very medium is worth
PLACED: Final = 0.35  # cosine from which a place or an air suits the keywords though it names none of them
_ONLY_WHERE_IT_BELONGS: Final = frozenset[FacetName](("setting", "air"))
_GREY: Final = frozenset({"mono"})
_FAR: Final = frozenset({"underwater", "space"})
_SHOWN_ALONE: Final = frozenset[FacetName](("light", "setting", "air", "technique", "composition"))
# How much style and keywords count, by facet: a technique follows the style, a place the thing.
_WEIGHTS: Final[Mapping[FacetName, tuple[float, float]]] = {
    "subject": (1.0, 1.0),
    "setting": (0.2, 0.8),
    "light": (0.5, 0.5),
    "air": (0.3, 0.7),
    "technique": (0.6, 0.4),
    "lens": (0.4, 0.6),
    "palette": (0.6, 0.4),
    "composition": (0.4, 0.6),
    "mood": (0.5, 0.5),
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """What all prompts of a wish have in common; vectors are of length one, or zeros if nothing was said."""

    keywords: Floats
    things: Floats  # (things, 384)
    stems: frozenset[str] = frozenset()
    look: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Sheet:
    """The choices of one prompt as they are made: each narrows what may follow."""

    settled: dict[str, frozenset[str]]
    style: Floats
    style_stems: frozenset[str]
    media: frozenset[str]
    isolated: bool
    heard: set[str]  # stems of content words; none is said twice
    chosen: dict[FacetName, Entry] = field(default_factory=dict[FacetName, Entry])

    def take(self, name: FacetName, entry: Entry) -> None:
        """Use an entry."""
        self.chosen[name] = entry
        self.settled = settle(self.settled, entry.tags)
        self.heard |= entry.stems


class Chooser:
    """Chooses for the prompts of one wish; remembers what the earlier ones use."""

    def __init__(self, query: Query, generator: Generator) -> None:
        self._query = query
        self._generator = generator
        self._used: dict[FacetName, list[int]] = {}

    def choose(self, name: FacetName, sheet: Sheet) -> Entry | None:
        """Take one entry of a facet into ``sheet``; None if none fits."""
        import numpy as np

        entries = collection().facets[name].entries
        fitting = [row for row, entry in enumerate(entries) if _fits(name, entry, sheet)]
        if name in _ONLY_WHERE_IT_BELONGS:
            fitting = self._where_they_belong(name, fitting, sheet)
        else:
            fitting = [row for row in fitting if self._is_called_for(name, entries[row], sheet)]
        used = self._used.setdefault(name, [])
        rows = [row for row in fitting if row not in used] or fitting
        if not rows:
            return None
        worth = self.worth(name, rows, sheet)
        best = np.argsort(-worth)[:SHORTLIST]
        drawn = int((worth[best] / TEMPERATURE + self._generator.gumbel(size=len(best))).argmax())
        row = rows[int(best[drawn])]
        used.append(row)
        sheet.take(name, entries[row])
        return entries[row]

    def worth(self, name: FacetName, rows: Sequence[int], sheet: Sheet) -> Floats:
        """What each of ``rows`` is worth for the picture, in standard deviations of similarity."""
        facet = collection().facets[name]
        by_style, by_keywords = _WEIGHTS[name]
        similarity = facet.vectors @ (by_style * sheet.style + by_keywords * self._query.keywords)
        worth = (similarity - similarity.mean())[rows] / (float(similarity.std()) or 1.0)
        used = self._used.get(name, [])
        if used:
            worth = worth - SAMENESS * (facet.vectors[rows] @ facet.vectors[used].T).max(axis=1)
        wanted = by_axis(self._query.look)
        for place, row in enumerate(rows):
            entry: Entry = facet.entries[row]
            worth[place] += LOOKED_FOR * _shared(entry.tags, wanted) + OWN_MEDIUM * bool(entry.media)
            worth[place] += AGREED * _shared(entry.tags, sheet.settled)
            worth[place] += NAMED * min(self._named(entry, sheet), 2)
            worth[place] += NAMED / 2 * min(len(entry.cue_stems & sheet.style_stems), 2)
        return worth

    def _where_they_belong(self, name: FacetName, rows: Sequence[int], sheet: Sheet) -> list[int]:
        """The places that suit every thing: near in meaning, or one of them named and none far off."""
        facet = collection().facets[name]
        near = (facet.vectors @ self._query.things.T).min(axis=1)
        return [
            row
            for row in rows
            if near[row] >= PLACED
            or (near[row] >= NOT_OUT_OF_PLACE and self._named(facet.entries[row], sheet))
        ]

    def _is_called_for(self, name: FacetName, entry: Entry, sheet: Sheet) -> bool:
        """Whether an entry may stand here at all: some need a reason, a sign has no mood of its own."""
        if name == "light" and "dark" in self._query.look and "dark" not in entry.tags.get("tone", ()):
            return False
        if not entry.only and not (sheet.isolated and name == "mood"):
            return True
        return bool(self._named(entry, sheet) or entry.cue_stems & sheet.style_stems)

    def _named(self, entry: Entry, sheet: Sheet) -> int:
        """How many things of the picture the entry's cue names."""
        subject = sheet.chosen.get("subject")
        return len(entry.cue_stems & (self._query.stems | (subject.stems if subject else frozenset())))


def _fits(name: FacetName, entry: Entry, sheet: Sheet) -> bool:
    if entry.media and not entry.media & sheet.media:
        return False
    if sheet.isolated and name in _SHOWN_ALONE and not entry.media:
        return False
    if name == "palette" and (entry.tags["colour"] == _GREY) != (sheet.settled.get("colour") == _GREY):
        return False  # grey is a decision that only the style or the keywords take
    if name not in {"setting", "subject"} and not _is_reached(entry.tags, sheet.settled):
        return False
    return agrees(sheet.settled, entry.tags) and not entry.stems & sheet.heard


def _shared(tags: Settled, others: Settled) -> int:
    """On how many axes both say something, and the same."""
    return sum(bool(values & others.get(axis, frozenset())) for axis, values in tags.items())


def _is_reached(tags: Settled, settled: Settled) -> bool:
    """Whether the picture is said to be under water or in space, if the entry is."""
    far = tags.get("place", frozenset()) & _FAR
    return not far or far >= settled.get("place", AXES["place"])
