"""What a style asks for: the school it belongs to, and how it is said in a sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from studiolo.assistant.pocket.writer.axes import Settled, settle
from studiolo.assistant.pocket.writer.english import with_article
from studiolo.assistant.pocket.writer.facets import Collection, Form, School, collection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

NEAR_ENOUGH: Final = 0.5
"""Cosine from which a style nobody listed counts as the nearest school."""

_LONGEST_ADJECTIVE: Final = 40  # characters; a longer style is a description, not a name
_WORKS: Final = re.compile(
    r"(?:painting|drawing|illustration|photo|photograph|print|render|rendering|poster|logo|icon|sticker|sketch|"
    r"engraving|etching|woodcut|linocut|collage|mosaic|fresco|tapestry|cartoon|comic|blueprint|diagram|portrait|"
    r"mural|sculpture|statue|figurine|page|panel|cover|still|snapshot|pattern|emblem|miniature|postcard|"
    r"screenprint|lithograph|daguerreotype|tintype|polaroid|artwork|picture|image|map|scroll|design)s?$"
)
_MATERIALS: Final = re.compile(
    r"(?:watercolou?rs?|aquarelle|gouache|oils?|acrylics?|ink|charcoal|pencils?|graphite|pastels?|crayons?|chalk|"
    r"embroidery|origami|claymation|clay|felt|glass|marble|papercraft|paper|wash|collodion|porcelain|wool)$"
)
_DISCIPLINES: Final = re.compile(r"(?:graphy|ism| art|needlework|chiaroscuro)$")
_STYLE_WORD: Final = re.compile(r" (?:style|styled|aesthetic|look)$")
_MADE_AS: Final = re.compile(r"^(?:in|as|like|with|by|after|inspired|from)\b")


@dataclass(frozen=True)
class Manner:
    """How a style is said, and what it brings along."""

    text: str
    form: Form | None
    tags: Settled
    media: tuple[frozenset[str], ...] = (frozenset(),)
    isolated: bool = False
    schools: tuple[School, ...] = ()

    @property
    def tail(self) -> tuple[str, ...]:
        """Ways to say it after the scene."""
        if not self.text:
            return ("",)
        match self.form:
            case "in":
                return (f", in {self.text}",)
            case "a":
                return (f", {with_article(self.text)}",)
            case "plain":
                return (f", {self.text}",)
            case "style":
                if _STYLE_WORD.search(self.text.lower()):
                    return (f", {self.text}", f", in {with_article(self.text)}")
                return (f", {self.text} style", f", in {with_article(self.text)} style")
            case None:
                return (f", {self.text}" if _MADE_AS.match(self.text.lower()) else f". Style: {self.text}",)

    @property
    def work(self) -> str:
        """What it is, as the beginning of a sentence: "a linocut", "watercolour", "film noir style"."""
        match self.form:
            case "in" | "plain":
                return self.text
            case "a":
                return with_article(self.text)
            case "style":
                return self.text if _STYLE_WORD.search(self.text.lower()) else f"{self.text} style"
            case None:
                return ""


def named(style: str) -> Manner:
    """How to say a style that was given, whatever its school."""
    text = re.sub(r"^(?:style: ?|an? )", "", style, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\S\S) style$", "", text, flags=re.IGNORECASE)
    return Manner(text, _form(text), {})


def _form(text: str) -> Form | None:
    lower = text.lower()
    if _MADE_AS.match(lower) or len(text) > _LONGEST_ADJECTIVE or re.search(r",| with ", text):
        return None
    if _MATERIALS.search(lower):
        return "in"
    if _DISCIPLINES.search(lower):
        return "plain"
    return "a" if _WORKS.search(lower) else "style"


def schools_of(style: str, vector: Floats) -> list[School]:
    """The schools whose names stand in ``style``; else the one nearest in meaning; else none."""
    left, found = f" {style.casefold().replace(',', ' ')} ", list[School]()
    for name, school in _names():
        for form in (f" {name} ", f" {name}s "):
            if form in left:
                left = left.replace(form, "  ")
                found.append(school)
    if found or not style:
        return list(dict.fromkeys(found))
    cosines = collection().school_vectors @ vector
    nearest = int(cosines.argmax())
    return [collection().schools[nearest]] if cosines[nearest] >= NEAR_ENOUGH else []


@cache
def _names() -> tuple[tuple[str, School], ...]:
    """Every name of every school, longest first, so that "film noir" is not taken for a film."""
    pairs = ((name.casefold(), school) for school in collection().schools for name in school.names)
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def manner(style: str, schools: Sequence[School], settled: Settled) -> Manner:
    """Join what was asked with what its schools bring; what is settled already stays."""
    said = named(style)
    tags: Settled = settled
    for school in schools:
        tags = settle(tags, school.tags)
    works = [school for school in schools if school.form != "style"] or list(schools)
    media = works[0].media if works else (frozenset[str](),)
    return Manner(
        said.text, said.form, tags, media, any(school.isolated for school in schools), tuple(schools)
    )


def offered(school: School, settled: Settled) -> Manner:
    """How the writer proposes a school when no style was asked for."""
    return Manner(
        school.say, school.form, settle(settled, school.tags), school.media, school.isolated, (school,)
    )


def offered_schools() -> tuple[Collection, list[int]]:
    """The collection, and the rows of schools that suit pictures of anything."""
    kept = collection()
    return kept, [row for row, school in enumerate(kept.schools) if school.offered and not school.isolated]
