"""The curated words: well formed, grammatical, and nothing in them that the painter would draw by mistake."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from studiolo.assistant.pocket.writer import vectors
from studiolo.assistant.pocket.writer.axes import AXES, agrees, settle
from studiolo.assistant.pocket.writer.facets import FACETS, VECTORS, collection, read_entries, read_schools
from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.planner import plan

_LEAD = {"light": "Lit by ", "lens": "Shot with ", "palette": "Coloured in "}


@pytest.fixture(scope="module")
def library() -> DrawingLibrary:
    return DrawingLibrary()


def test_nothing_is_said_twice():
    said = [entry.say for name in FACETS for entry in read_entries(name)]
    assert len(said) == len(set(said))
    assert len(said) > 500


def test_no_two_schools_share_a_name():
    names = [name.casefold() for school in read_schools() for name in school.names]
    assert sorted(names) == sorted(set(names))


def test_every_medium_an_entry_asks_for_is_made_by_a_school():
    made = frozenset[str]().union(*(option for school in read_schools() for option in school.media))
    asked = frozenset[str]().union(*(entry.media for name in FACETS for entry in read_entries(name)))
    assert asked <= made


def test_every_school_leaves_entries_to_choose_from():
    for school in read_schools():
        for media in school.media:
            fitting = [e for e in read_entries("technique") if not e.media or e.media & media]
            assert len(fitting) >= 8, school.key
            assert any(e.media & media for e in read_entries("technique")), school.key


def test_an_entry_that_needs_a_reason_names_reasons():
    assert not [e.say for name in FACETS for e in read_entries(name) if e.only and len(e.cue_stems) < 2]


def test_entries_are_fragments_without_capitals_or_full_stops():
    said = [entry.say for name in FACETS for entry in read_entries(name)]
    assert not [text for text in said if text != text.strip(" .,;") or text[0].isupper() or "  " in text]


def test_an_entry_does_not_repeat_itself():
    doubled = []
    for entry in (entry for name in FACETS for entry in read_entries(name)):
        words = [word for word in entry.say.replace(",", "").split() if len(word) > 4]
        doubled += [entry.say] if len(words) != len(set(words)) else []
    assert not doubled


@pytest.mark.parametrize("name", [name for name in FACETS if name not in {"setting", "subject"}])
def test_embellishments_put_no_things_into_the_picture(library, name):
    strays = {}
    for entry in read_entries(name):
        things = plan(f"An owl. {_LEAD.get(name, '')}{entry.say}.", library).things
        if [(thing.name, thing.colour) for thing in things] != [("owl", None)]:
            strays[entry.say] = things
    assert not strays


def test_the_painter_knows_every_setting_as_a_place(library):
    for entry in read_entries("setting"):
        scene = plan(f"An owl {entry.say}.", library)
        assert [thing.name for thing in scene.things] == ["owl"], entry.say


def test_the_painter_can_draw_every_subject(library):
    assert not [e.say for e in read_entries("subject") if not plan(e.say, library).things]


def test_the_kept_vectors_are_those_of_the_texts():
    with np.load(VECTORS) as kept:
        assert str(kept["digest"]) == vectors.digest(), f"stale: python -m {vectors.__name__}"
    embedder = TextEmbedder()
    for name, facet in collection().facets.items():
        assert facet.vectors.shape == (len(facet.entries), 384)
        some = facet.entries[::20]
        fresh = embedder.embed([entry.meaning for entry in some])
        assert (fresh * facet.vectors[::20]).sum(axis=1).min() > 0.98, (
            name
        )  # 8 bits, and this machine's rounding


def test_settling_never_leaves_an_axis_without_a_value():
    entries = [entry for name in FACETS for entry in read_entries(name)][::9]
    for first, second in itertools.product(entries, entries):
        both = settle(first.tags, second.tags)
        assert all(both.values())
        assert all(values <= AXES[axis] for axis, values in both.items())
        if agrees(first.tags, second.tags):
            assert agrees(both, first.tags)
            assert agrees(both, second.tags)
