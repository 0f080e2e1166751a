"""What holds for every prompt, whatever was wished for; wishes are drawn at random, with a seed."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from studiolo.assistant.pocket.writer import Look, PromptWriter
from studiolo.assistant.pocket.writer.axes import agrees, settle
from studiolo.assistant.pocket.writer.english import article
from studiolo.assistant.pocket.writer.facets import FACETS, read_entries, read_schools
from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.planner import plan
from studiolo.errors import InvalidRequestError

STYLES = [
    *(
        "",
        "watercolour",
        "film noir",
        "Korean ink painting",
        "cyberpunk",
        "children's book",
        "minimalist logo",
    ),
    *(
        "1970s sci-fi paperback",
        "dreamy",
        "macro photography",
        "수채화",
        "an oil painting",
        "anime style",
        "pixel art",
    ),
    *(
        "in the style of a Dutch still life",
        "soft pastel colours with thick outlines",
        "art nouveau poster",
        "x",
    ),
]
KEYWORDS = [
    *(
        "owl",
        "two foxes",
        "lantern",
        "old lighthouse",
        "misty forest",
        "night",
        "rain",
        "red",
        "deep blue",
        "sea",
    ),
    *(
        "a fox reading a newspaper",
        "loneliness",
        "dreamy",
        "flying",
        "고양이",
        "un chat noir",
        "umbrella",
        "space",
    ),
    *(
        "hour glass",
        "unicorn",
        "children",
        "coffee",
        "under a bridge",
        "winter",
        "Eiffel Tower",
        "🐱",
        "UFO",
        "city",
    ),
]
DARK = Look(
    palette=("deep blue", "cream", "dark gray"),
    brightness="dark",
    contrast="low",
    saturation="muted",
    temperature="cool",
    orientation="landscape",
    medium="flat vector drawing",
    composition=("one subject in the centre", "wide empty sky"),
    subjects=("whale", "moon"),
)
BRIGHT = Look(brightness="bright", saturation="vivid", temperature="warm", palette=("orange", "white"))


def wishes(count):
    dice = random.Random(7)
    for seed in range(count):
        keywords = dice.sample(KEYWORDS, dice.randint(0, 6))
        style = dice.choice(STYLES if keywords else STYLES[1:])
        yield {
            "style": style,
            "keywords": keywords,
            "look": dice.choice([None, None, DARK, BRIGHT]),
            "n": dice.randint(1, 10),
            "seed": seed,
        }


WISHES = list(wishes(120))
ENTRIES = [entry for name in FACETS for entry in read_entries(name)]


@pytest.fixture(scope="module")
def writer() -> PromptWriter:
    return PromptWriter(TextEmbedder())


@pytest.fixture(scope="module")
def written(writer):
    return [(wish, writer.write(**wish)) for wish in WISHES]


def entries_in(prompt, facet=None):
    entries = ENTRIES if facet is None else read_entries(facet)
    words = f" {re.sub(r'[,.]', ' ', prompt.lower())} "
    found = [entry for entry in entries if f" {entry.say.replace(',', ' ').lower()} " in words]
    return [entry for entry in found if not any(entry.say in other.say and entry != other for other in found)]


def test_as_many_as_asked_all_different_none_too_long(written):
    for wish, prompts in written:
        assert len(prompts) == len(set(prompts)) == wish["n"]
        assert max(map(len, prompts)) <= 500


def test_style_and_every_keyword_are_kept(written):
    for wish, prompts in written:
        for prompt, said in itertools.product(prompts, [wish["style"], *wish["keywords"]]):
            bare = re.sub(r"^an? | style$", "", said)
            assert bare.lower() in prompt.lower()


def test_punctuation_and_spaces_are_right(written):
    for prompt in (prompt for _, prompts in written for prompt in prompts):
        assert not re.search(r"  | [,.;]|[,.;]{2}|,\w|\s$|^\s| with [^,.]* with ", prompt), prompt
        assert prompt.endswith(".")


def test_sentences_begin_with_a_capital(written):
    for prompt in (prompt for _, prompts in written for prompt in prompts):
        for sentence in re.split(r"(?<=[^f]\.) ", prompt):
            assert not re.match(r"[a-z]+\b", sentence), prompt


def test_articles_are_right(written):
    for prompt in (prompt for _, prompts in written for prompt in prompts):
        for said, word in re.findall(r"\b([Aa]n?) ([\w-]+)", prompt):
            assert article(word) == said.lower(), prompt


def test_no_word_of_weight_is_said_twice_by_the_writer(written):
    for wish, prompts in written:
        given = " ".join([wish["style"], *wish["keywords"], *(wish["look"] or Look()).composition]).lower()
        for prompt in prompts:
            words = [stem for entry in entries_in(prompt) for stem in entry.stems if stem not in given]
            schools = [
                school.say.lower() for school in read_schools() if school.say.lower() in prompt.lower()
            ]
            said = [word for word in words if not any(word in school for school in schools)]
            assert len(said) == len(set(said)), prompt


def test_nothing_contradicts_itself(written):
    for prompt in (prompt for _, prompts in written for prompt in prompts):
        settled = {}
        for entry in entries_in(prompt):
            assert agrees(settled, entry.tags), (prompt, entry.say)
            settled = settle(settled, entry.tags)


@pytest.mark.parametrize(
    ("keywords", "never"),
    [
        (["owl", "night"], {"dawn", "day", "dusk"}),
        (["kitchen", "cat"], {"outdoor", "underwater", "space"}),
        (["sunny beach", "dog"], {"night", "indoor"}),
        (["hare", "snow"], {"summer", "rain"}),
    ],
)
def test_keywords_decide_hour_place_and_weather(writer, keywords, never):
    for prompt in writer.write(style="watercolour", keywords=keywords, n=10, seed=1):
        for entry in entries_in(prompt):
            for values in entry.tags.values():
                assert values - never, (prompt, entry.say)


def test_a_style_brings_its_own_techniques(writer):
    for style, medium in (("watercolour", "watercolour"), ("woodcut", "relief"), ("embroidery", "textile")):
        for prompt in writer.write(style=style, keywords=["fox"], n=3, seed=2):
            techniques = entries_in(prompt, "technique")
            assert techniques
            assert all(not entry.media or medium in entry.media for entry in techniques), prompt
            assert not entries_in(prompt, "lens")


def test_film_noir_is_grey_and_a_photograph_has_a_lens(writer):
    for prompt in writer.write(style="film noir", keywords=["detective"], n=5, seed=3):
        assert all(entry.tags["colour"] == {"mono"} for entry in entries_in(prompt, "palette"))
    prompts = writer.write(style="photograph", keywords=["fox"], n=5, seed=3)
    assert any("shot with" in prompt.lower() for prompt in prompts)


def test_the_same_seed_writes_the_same_another_or_none_something_else(writer):
    wish = {"style": "gouache", "keywords": ["owl", "lantern"]}
    assert writer.write(**wish, seed=5) == PromptWriter().write(**wish, seed=5)
    assert writer.write(**wish, seed=5) != writer.write(**wish, seed=6)
    assert len({writer.write(**wish) for _ in range(20)}) == 20


def test_prompts_differ_in_light_palette_composition_and_mood(writer):
    prompts = writer.write(style="watercolour", keywords=["owl"], n=3, seed=8)
    for facet in ("palette", "composition", "mood"):
        said = [entry.say for prompt in prompts for entry in entries_in(prompt, facet)]
        assert len(said) == len(set(said)) >= 2, facet


def test_a_dark_look_has_no_bright_light_and_keeps_palette_and_composition(writer):
    for style in ("", "watercolour", "linocut"):
        for prompt in writer.write(style=style, keywords=["fox"], look=DARK, n=5, seed=4):
            assert all(entry.tags.get("tone") == {"dark"} for entry in entries_in(prompt, "light")), prompt
            assert "deep blue, cream and dark gray" in prompt
            assert "one subject in the centre" in prompt.lower()
            assert not re.search(r"\b(whale|moon)\b", prompt.lower()), prompt


def test_the_style_asked_for_wins_over_the_medium_of_a_look(writer):
    assert all("vector" in p for p in writer.write(style="", keywords=["fox"], look=DARK, seed=1))
    assert not any("vector" in p for p in writer.write(style="linocut", keywords=["fox"], look=DARK, seed=1))


def test_the_subjects_of_a_look_are_not_proposed(writer):
    look = Look(subjects=tuple(entry.say.removeprefix("a ") for entry in read_entries("subject")[:30]))
    for prompt in writer.write(style="oil painting", keywords=[], look=look, n=10, seed=2):
        assert not set(entries_in(prompt, "subject")) & set(read_entries("subject")[:30])


def test_without_a_style_each_prompt_has_another(writer):
    prompts = writer.write(style="", keywords=["lighthouse", "storm"], n=5, seed=1)
    names = [school.say.lower() for school in read_schools()]
    found = [max((name for name in names if name in prompt.lower()), key=len) for prompt in prompts]
    assert len(set(found)) == 5


def test_ideas_alone_get_something_to_see(writer):
    for prompt in writer.write(style="linocut", keywords=["hope"], n=3, seed=1):
        assert entries_in(prompt, "subject")
        assert "evoking hope" in prompt.lower()


def test_the_painter_finds_the_things_and_only_those(writer):
    library = DrawingLibrary()
    for style in ("watercolour", "film noir", "low poly", "stained glass", ""):
        for prompt in writer.write(style=style, keywords=["owl", "two red apples", "teapot"], n=3, seed=6):
            things = {(thing.name, thing.count, thing.colour) for thing in plan(prompt, library).things}
            assert things == {("owl", 1, None), ("apple", 2, "red"), ("teapot", 1, None)}, prompt


def test_keywords_are_merged_when_they_say_the_same(writer):
    prompt = writer.write(style="linocut", keywords=["Owl", "an owl", "owl", "linocut"], n=1, seed=1)[0]
    assert len(re.findall(r"\bowl\b", prompt.lower())) == 1
    assert len(re.findall(r"linocut", prompt.lower())) == 1


def test_what_is_long_goes_before_embellishment(writer):
    keywords = [
        f"a {colour} fox that reads yesterday's newspaper aloud" for colour in ("red", "grey", "white")
    ]
    keywords += ["an old woman who has forgotten her umbrella on the train to the sea again"]
    for prompt in writer.write(style="s" * 180, keywords=keywords, n=10, seed=1):
        assert len(prompt) <= 500
        assert all(keyword in prompt.lower() for keyword in [*keywords, "s" * 180])


def test_what_cannot_fit_is_refused(writer):
    with pytest.raises(InvalidRequestError, match="500 characters") as caught:
        writer.write(style="s" * 200, keywords=[letter * 100 for letter in "abcd"])
    assert "Shorten" in caught.value.hint


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        ({"style": "", "keywords": []}, "nothing to write about"),
        ({"style": "  ", "keywords": ["", " , "]}, "nothing to write about"),
        ({"style": "s" * 201, "keywords": []}, "201 characters"),
        ({"style": "", "keywords": ["k" * 101]}, "101 characters"),
        ({"style": "", "keywords": [f"k{i}" for i in range(21)]}, "21 keywords"),
        ({"style": "a\x07b", "keywords": []}, r"U\+0007"),
        ({"style": "", "keywords": ["a\x00"]}, r"U\+0000"),
        ({"style": "", "keywords": ["\ud800"]}, r"U\+D800"),
        ({"style": "x", "keywords": [], "n": 0}, "0 prompts"),
        ({"style": "x", "keywords": [], "n": 11}, "11 prompts"),
    ],
)
def test_bad_wishes_are_refused_with_a_hint(writer, wish, message):
    with pytest.raises(InvalidRequestError, match=message) as caught:
        writer.write(**wish)
    assert caught.value.hint


@pytest.mark.parametrize(
    "keyword", ["'", '"', "{owl}", "100 %", "(a cat)", "a, b", "a\tb\nc", "…", "½", "$x^2$", "-"]
)
def test_odd_characters_are_taken_as_they_are(writer, keyword):
    for prompt in writer.write(style="gouache", keywords=[keyword], seed=1):
        assert " ".join(keyword.split()) in prompt.replace("A, b", "a, b").replace("A b c", "a b c")


def test_import_loads_nothing_heavy():
    import subprocess
    import sys

    heavy = "('onnxruntime', 'numpy', 'tokenizers', 'pydantic')"
    code = f"import sys, studiolo.assistant.pocket.writer; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("where", ["at night", "under a bridge", "in the rain"])
def test_where_and_when_alone_get_a_subject(writer, where):
    for prompt in writer.write(style="", keywords=[where], seed=1):
        assert not re.search(rf"\b(?:an?|the) {where}", prompt, re.IGNORECASE), prompt
        assert where in prompt
        assert re.match(r"(?:An?|The|Two|Some) \w+ ", prompt), prompt
