"""`PromptWriter`: style and keywords in, prompts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from studiolo.assistant.pocket.writer.axes import Settled, agrees, by_axis, settle
from studiolo.assistant.pocket.writer.choosing import NAMED, SHORTLIST, TEMPERATURE, Chooser, Query, Sheet
from studiolo.assistant.pocket.writer.english import content_stems, enumeration, sentence, vocabulary
from studiolo.assistant.pocket.writer.facets import FacetName, School, collection
from studiolo.assistant.pocket.writer.keywords import read
from studiolo.assistant.pocket.writer.look import Look
from studiolo.assistant.pocket.writer.phrasing import (
    ARRANGEMENTS,
    DROPPED_FIRST,
    Layout,
    Slot,
    compose,
    scene,
    shuffled,
)
from studiolo.assistant.pocket.writer.styles import (
    Manner,
    manner,
    offered,
    offered_schools,
    schools_of,
)
from studiolo.assistant.pocket.writer.wish import MAX_PROMPT_CHARACTERS, Wish
from studiolo.embedding import TextEmbedder
from studiolo.errors import InvalidRequestError

if TYPE_CHECKING:
    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

COMFORTABLE_CHARACTERS: Final = 340
"""Where embellishment ends: about the 75 tokens that CLIP, the text encoder of SDXL, reads at once."""

_PLACED: Final = 3  # things that a setting must suit
_TRIES: Final = 40  # to say the same in yet another way, when there is room for little else
_SLOTS: Final[tuple[Slot, ...]] = ("light", "technique", "palette", "composition", "mood", "lens", "air")


class PromptWriter:
    """Writes prompts from curated words, chosen by meaning. No language model; safe to share between threads.

    Args:
        embedder: The one of gallery and painter, so that it is not loaded twice; a new one if none is given.
    """

    def __init__(self, embedder: TextEmbedder | None = None) -> None:
        self._embedder = embedder or TextEmbedder()

    def write(
        self,
        *,
        style: str,
        keywords: Sequence[str],
        look: Look | None = None,
        n: int = 3,
        seed: int | None = None,
    ) -> tuple[str, ...]:
        """Write ``n`` (1 to 10) different prompts, each at most 500 characters, with style and every keyword.

        The same ``seed`` writes the same prompts again; without one they are new each time. ``look`` is the
        manner of a reference picture: its light, palette and composition steer, its subjects stay away.

        Raises:
            InvalidRequestError: neither style nor keywords, too many, too long, or with control characters.
        """
        import numpy as np

        wish = Wish.parse(style, keywords, n)
        generator = np.random.default_rng(seed)
        desk = _Desk(wish, look or Look(), self._embedder, generator)
        prompts = dict.fromkeys(_distinct(desk))
        if len(prompts) < wish.n:
            raise InvalidRequestError(
                f"Style and keywords leave no room to say them in {wish.n} different ways within "
                f"{MAX_PROMPT_CHARACTERS} characters.",
                hint="Shorten them, or ask for fewer prompts.",
            )
        return tuple(prompts)


def _distinct(desk: _Desk) -> Iterator[str]:
    seen: set[str] = set()
    for number in range(desk.wish.n):
        for attempt in range(_TRIES):
            prompt = desk.prompt(number, plain=attempt > _TRIES // 2)
            if prompt not in seen and len(prompt) <= MAX_PROMPT_CHARACTERS:
                seen.add(prompt)
                yield prompt
                break


class _Desk:
    """One wish being written: what is the same for all its prompts."""

    def __init__(self, wish: Wish, look: Look, embedder: TextEmbedder, generator: Generator) -> None:
        import numpy as np

        self.wish = wish
        self._look = look
        self._generator = generator
        self._reading = read(wish.keywords)
        style_text = wish.style or look.medium
        self._style_vector = _vector(style_text, embedder)
        keywords = _vector(", ".join(wish.keywords), embedder)
        things = np.stack([_vector(thing, embedder) for thing in self._reading.things[:_PLACED] or [""]])
        self._query = Query(
            keywords=keywords, things=things, stems=content_stems(wish.keywords), look=look.tags
        )
        self._chooser = Chooser(self._query, generator)
        self._settled = settle(_said([*wish.keywords, wish.style]), by_axis(look.tags))
        self._manners = self._choose_manners()
        self._arrangements = shuffled(ARRANGEMENTS, generator)
        self._turn = int(generator.integers(6))

    def prompt(self, number: int, *, plain: bool) -> str:
        """Write one; ``plain`` only lists what was asked, for when sentences take too much room."""
        style = self._manners[number % len(self._manners)]
        sheet = self._sheet(style)
        layout = Layout(
            arrangement=self._arrangements[number % len(ARRANGEMENTS)],
            tail=number + self._turn,
            style_leads=(number + self._turn) % 3 == 0 and style.form is not None,
        )
        if plain:
            return self._listed(sheet, style)
        told = self._scene(sheet, style)
        return self._fitted(told, style, self._slots(sheet), layout)

    def _listed(self, sheet: Sheet, style: Manner) -> str:
        """The keywords as they are, in any order, with the style before or after."""
        words = shuffled(self.wish.keywords, self._generator)
        if not words:
            return sentence(self._scene(sheet, style) + style.tail[0])
        if not self.wish.style:
            return sentence(", ".join(words))
        return sentence(
            ", ".join(
                [*words, self.wish.style] if self._generator.random() < 0.5 else [self.wish.style, *words]
            )
        )

    def _sheet(self, style: Manner) -> Sheet:
        media = style.media[int(self._generator.integers(len(style.media)))]
        known_words = [*self.wish.keywords, self.wish.style, style.text, *self._look.subjects]
        return Sheet(
            settled=dict(style.tags),
            style=_style_vector(self._style_vector, style.schools),
            style_stems=content_stems([style.text, *(school.cue for school in style.schools)]),
            media=media,
            isolated=style.isolated,
            heard=set(content_stems(known_words)),
        )

    def _choose_manners(self) -> list[Manner]:
        if self.wish.style:
            schools = schools_of(self.wish.style, self._style_vector)
            asked = manner(self.wish.style, schools, self._settled)
            return [asked]
        if self._look.medium:
            return [
                manner(self._look.medium, schools_of(self._look.medium, self._style_vector), self._settled)
            ]
        return [offered(school, self._settled) for school in self._offered()]

    def _offered(self) -> list[School]:
        """Different schools that suit the keywords, one for each prompt."""
        import numpy as np

        kept, rows = offered_schools()
        rows = [row for row in rows if agrees(self._settled, kept.schools[row].tags)]
        cosines = kept.school_vectors[rows] @ self._query.keywords
        worth = (cosines - cosines.mean()) / (float(cosines.std()) or 1.0)
        worth += [NAMED * len(content_stems([kept.schools[row].cue]) & self._query.stems) for row in rows]
        best = np.argsort(-worth)[: self.wish.n + SHORTLIST]
        drawn = worth[best] / TEMPERATURE + self._generator.gumbel(size=len(best))
        return [kept.schools[rows[best[i]]] for i in np.argsort(-drawn)[: self.wish.n]]

    def _scene(self, sheet: Sheet, style: Manner) -> str:
        subject = setting = ""
        if not self._reading.things:
            entry = self._chooser.choose("subject", sheet)
            subject = entry.say if entry is not None else "a scene"
        if not self._reading.has_setting and not style.isolated and self._generator.random() < 0.6:
            entry = self._chooser.choose("setting", sheet)
            setting = entry.say if entry is not None else ""
        return scene(self._reading, subject, setting, self._generator)

    def _slots(self, sheet: Sheet) -> dict[Slot, str]:
        slots: dict[Slot, str] = {}
        given = self._given()
        for slot in _SLOTS:
            if slot in given:
                slots[slot] = given[slot]
                sheet.heard |= content_stems([given[slot]])
        for slot in _SLOTS:
            if slot in given or (slot == "air" and self._generator.random() < 0.5):
                continue
            name: FacetName = slot
            entry = self._chooser.choose(name, sheet)
            if entry is not None:
                slots[slot] = entry.say
        return self._with_ideas(slots)

    def _given(self) -> dict[Slot, str]:
        """What keywords and look say themselves."""
        given: dict[Slot, str] = {}
        reading, look = self._reading, self._look
        if reading.colours or look.colours:
            given["palette"] = _palette(
                reading.colours or look.colours, "" if reading.colours else look.strength
            )
        if reading.moods:
            given["mood"] = enumeration(reading.moods)
        if look.arrangement:
            given["composition"] = look.arrangement
        return given

    def _with_ideas(self, slots: dict[Slot, str]) -> dict[Slot, str]:
        if not self._reading.ideas:
            return slots
        evoked = f"evoking {enumeration(self._reading.ideas)}"
        return {**slots, "mood": f"{slots['mood']}, {evoked}" if "mood" in slots else evoked}

    def _fitted(self, told: str, style: Manner, slots: dict[Slot, str], layout: Layout) -> str:
        """Leave embellishments out until it fits; what was asked for always stays."""
        asked: set[Slot] = set()
        if self._reading.colours:
            asked.add("palette")
        if self._reading.moods or self._reading.ideas:
            asked.add("mood")
        room = COMFORTABLE_CHARACTERS
        prompt = compose(told, style, slots, layout)
        for slot in DROPPED_FIRST:
            if len(prompt) <= room:
                break
            if slot not in asked:
                slots.pop(slot, None)
                prompt = compose(told, style, slots, layout)
        return prompt


def _vector(text: str, embedder: TextEmbedder) -> Floats:
    """Its meaning, or zeros if there is none that the embedder could know: it has learned English."""
    import numpy as np

    vector = embedder.embed([text])[0]
    letters = [letter for letter in text if letter.isalpha()]
    english = sum(letter.isascii() for letter in letters) > len(letters) / 2
    return vector if english else np.zeros_like(vector)


def _style_vector(asked: Floats, schools: Sequence[School]) -> Floats:
    """Between what was asked and what its schools are known for."""
    import numpy as np

    kept = collection()
    vector = asked + sum(kept.school_vectors[kept.schools.index(school)] for school in schools)
    return vector / max(float(np.linalg.norm(vector)), 1e-6)


def _said(texts: Sequence[str]) -> dict[str, frozenset[str]]:
    """What the words of keywords and style settle; of two that differ, the tag listed first counts."""
    settled: Settled = {}
    words = f" {' | '.join(texts).lower().replace(',', ' ')} "
    for tag, listed in vocabulary()["means"].items():
        if any(f" {word} " in words for word in listed):
            settled = settle(settled, by_axis([tag]))
    return dict(settled)


def _palette(colours: Sequence[str], strength: str) -> str:
    """Colours in words; the last is followed by "tones", so that an orange is no fruit."""
    *first, last = colours
    tones = f"{last} tones"
    return f"{strength} {enumeration([*first, tones])}".strip()
