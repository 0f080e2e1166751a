import re

import pytest

from studiolo.assistant.pocket.writer.english import (
    article,
    content_stems,
    enumeration,
    is_colour,
    sentence,
    with_article,
)
from studiolo.assistant.pocket.writer.keywords import read

ARTICLES = """
an owl; a fox; a unicorn; a university; an umbrella; an uninvited guest; an unimportant man; an hour; an heir
a UFO; an SUV; a NASA rocket; an MRI scanner; a one-eyed cat; a European city; an 8-bit dragon; a 1970s car
an 18th-century map; an 11-year-old; a ukulele; a house; an X-ray; an old key; a useful tool; an ant; a utopia
an ugly duckling; a yellow egg; an Umbrian town; a uniform
"""


@pytest.mark.parametrize("phrase", [phrase.strip() for phrase in re.split(r"[;\n]", ARTICLES.strip())])
def test_articles_follow_the_sound(phrase):
    before, rest = phrase.split(" ", maxsplit=1)
    assert article(rest) == before


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("owl", "an owl"),
        ("owls", "owls"),
        ("two owls", "two owls"),
        ("3 red apples", "3 red apples"),
        ("red apples", "red apples"),
        ("bottles of wine", "bottles of wine"),
        ("bottle of wine", "a bottle of wine"),
        ("jug of milk", "a jug of milk"),
        ("girl with umbrellas", "a girl with umbrellas"),
        ("children", "children"),
        ("coffee", "coffee"),
        ("hot coffee", "hot coffee"),
        ("bus", "a bus"),
        ("octopus", "an octopus"),
        ("glass", "glass"),
        ("princess", "a princess"),
        ("the moon", "the moon"),
        ("grandmother's clock", "grandmother's clock"),
        ("고양이", "고양이"),
    ],
)
def test_noun_phrases_get_the_article_they_need(phrase, expected):
    assert with_article(phrase) == expected


def test_lists_and_sentences():
    assert enumeration(["a", "b", "c"]) == "a, b and c"
    assert enumeration(["a"]) == "a"
    assert sentence("a fox") == "A fox."
    assert sentence("iPhone on a table") == "iPhone on a table."
    assert sentence("고양이") == "고양이."


def test_colours():
    assert is_colour("deep blue")
    assert is_colour("black and white")
    assert not is_colour("blue whale")
    assert not is_colour("deep")


def test_repetitions_are_heard_through_endings():
    assert content_stems(["flowing washes"]) & content_stems(["it flowed"])
    assert not content_stems(["the", "of a"])


@pytest.mark.parametrize(
    ("keywords", "expected"),
    [
        (
            "owl|lantern|misty forest|night",
            "things an owl, a lantern; places in a misty forest; times at night",
        ),
        ("red|car", "things a red car"),
        ("red|gold|car|bicycle", "things a car, a bicycle; colours red, gold"),
        ("tiny|house|snowy mountains", "things a tiny house; places in snowy mountains"),
        ("a fox reading a newspaper|rain", "things a fox reading a newspaper; places in the rain"),
        ("loneliness|city", "things a city; ideas loneliness"),
        ("dreamy|lighthouse|sea", "things a lighthouse; places by the sea; moods dreamy"),
        ("whale|flying", "things a whale; doings flying"),
        ("building|ring", "things a building, a ring"),
        ("summer evening|dog", "things a dog; times on a summer evening"),
        ("early morning|dog", "things a dog; times in the early morning"),
        ("starry sky|tent", "things a tent; places under a starry sky"),
        ("space|astronaut", "things an astronaut; places in space"),
        ("on a calm lake|boat", "things a boat; places on a calm lake"),
        ("Owl|Lantern", "things an owl, a lantern"),
        ("Eiffel Tower|bicycle", "things Eiffel Tower, a bicycle"),
        ("고양이|달", "things 고양이, 달"),
        ("un chat noir|la lune", "things un chat noir, la lune"),
        ("rose|moon", "things a rose, a moon"),
        ("forest|mist", "things a forest; places in mist"),
        ("hope", "ideas hope"),
    ],
)
def test_keywords_find_their_part(keywords, expected):
    reading = read(keywords.split("|"))
    parts = ["things", "doings", "places", "times", "colours", "qualities", "moods", "ideas"]
    found = [f"{part} {', '.join(getattr(reading, part))}" for part in parts if getattr(reading, part)]
    assert "; ".join(found) == expected
