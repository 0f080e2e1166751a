import numpy as np
import pytest

from studiolo.engines.pocket.drawings import DrawingLibrary, mistaken


@pytest.fixture(scope="module")
def library():
    return DrawingLibrary()


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("cat", "cat"), ("cat face", "cat face"), ("automobile", "automobile"), ("car", "automobile"),
        ("puppy", "dog face"), ("laptop computer", "laptop"), ("couch", "sofa"), ("king", "king"),
        ("lighthouse", "lighthouse"), ("light house", "lighthouse"), ("apple", "red apple"),
        ("airplane", "airplane"), ("rattlesnake", "snake"), ("convertible", "automobile"), ("heron", "bird"),
    ],
)  # fmt: skip
def test_finds_what_is_meant(library, phrase, name):
    assert library.find(phrase)[0].drawing.name == name


@pytest.mark.parametrize(
    "phrase",
    [
        "samovar",
        "flux capacitor",
        "theremin",
        "justice",
        "pirate",
        "sea lion",
        "golf ball",
        "dragonfly",
        "earring",
    ],
)
def test_answers_nothing_rather_than_something_else(library, phrase):
    assert library.find(phrase) == []
    assert not library.depicts(phrase)


def test_a_style_comes_first_and_every_match_says_why(library):
    matches = library.find("car", "3d")
    assert matches[0].drawing.set == "fluent-emoji"
    assert matches[0].reason == "another word for automobile"
    assert len({m.drawing.set for m in matches}) >= 4


def test_no_embedder_is_needed_for_names():
    class Forbidden:
        def embed(self, texts):
            raise AssertionError(texts)

    assert DrawingLibrary(embedder=Forbidden()).find("cat")


def test_words_that_look_alike_are_not_taken_for_each_other():
    assert mistaken("dragonfly", "dragon") > 0
    assert mistaken("coral reef", "coral") > 0
    assert mistaken("electric guitar", "guitar") == 0
    assert mistaken("pretzels", "pretzel") == 0


def test_every_drawing_has_a_sane_box_and_opens(library):
    for name in library.names[::37]:
        for drawing in library.drawings(name):
            left, top, right, bottom = drawing.box
            assert 0 <= left < right <= 1, drawing.id
            assert 0 <= top < bottom <= 1, drawing.id
            assert library.svg(drawing).startswith("<svg")


def test_scores_are_sorted(library):
    scores = [score for _, score in library.scores("feline")]
    assert np.all(np.diff(scores) <= 0)
