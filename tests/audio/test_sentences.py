"""Texts are cut where a person would cut them, and nothing of them is lost."""

from __future__ import annotations

import random

import pytest

from studiolo.audio import split
from tests.audio.sentence_set import SENTENCES, text_of

# sentencex takes the dot of the Hindi title for an end, and nothing language-independent says otherwise.
NOT_CUT_AS_BY_HAND = {"हाँ, डॉ. शर्मा ने इसे बनाया।"}

LETTERS = "abc ABC.!?…。！？؟।, \n\t\"'()«»“”0123456789éßжアก한🙂👩‍🚀\u0301\u200d:;–—/"  # noqa: RUF001


def visible(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(("language", "sentences"), SENTENCES)
def test_texts_are_cut_as_by_hand(language: str, sentences: tuple[str, ...]):
    cut = split(text_of(language, sentences), language=language, max_characters=500)
    if NOT_CUT_AS_BY_HAND & set(sentences):
        assert len(cut) == len(sentences) + 1
    else:
        assert cut == list(sentences)


def test_the_set_has_many_languages():
    assert len({language for language, _ in SENTENCES}) >= 25


def test_of_an_unknown_language_ends_are_found_too():
    text = "Ein Satz. 二つ目。 Third? Last!"
    assert split(text, max_characters=500) == split(text, language="xx", max_characters=500)
    assert split("One. Two? Three!", max_characters=500) == ["One.", "Two?", "Three!"]


def test_a_region_is_no_other_language():
    text = "Das ist z. B. am 3. Mai gemalt. Schön!"
    assert split(text, language="de-AT", max_characters=500) == ["Das ist z. B. am 3. Mai gemalt.", "Schön!"]


def test_paragraphs_end_sentences():
    assert split("A heading\n\nand a text", max_characters=500) == ["A heading", "and a text"]


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_lost_and_nothing_too_long(seed: int):
    chance = random.Random(seed)
    for _ in range(50):
        text = "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, 200)))
        most = chance.choice([1, 2, 7, 20, 100])
        language = chance.choice([None, "en", "de", "ja", "ar", "hi", "th", "zh-Hans", "pt-BR", "zz", ""])
        parts = split(text, language=language, max_characters=most)
        assert visible("".join(parts)) == visible(text)
        assert all(part.strip() == part and 0 < len(part) <= most for part in parts)


@pytest.mark.parametrize("seed", range(20))
def test_a_word_is_broken_only_if_it_alone_is_too_long(seed: int):
    chance = random.Random(seed)
    words = ["".join(chance.choices("abcdefghij", k=chance.randint(1, 14))) for _ in range(80)]
    text = "".join(word + chance.choice([" ", " ", ", ", "; ", " - "]) for word in words)
    for most in (10, 14, 40):
        kept = {word for word in words if len(word) <= most}
        spoken = {word.strip(",;-") for part in split(text, max_characters=most) for word in part.split()}
        broken = {word for word in words if len(word) > most}
        assert kept <= spoken
        if not broken:
            assert spoken - {""} <= kept


def test_a_long_sentence_is_broken_at_a_clause():
    text = "On the left there is a small house with a red roof, and behind it a hill with three trees"
    assert split(text, max_characters=60) == [
        "On the left there is a small house with a red roof,",
        "and behind it a hill with three trees",
    ]


def test_chinese_is_broken_at_its_commas():
    text = "左边有一座红色屋顶的小房子，后面有一座山，山上有三棵树。"  # noqa: RUF001
    parts = split(text, language="zh", max_characters=16)
    assert parts == ["左边有一座红色屋顶的小房子，", "后面有一座山，山上有三棵树。"]  # noqa: RUF001


def test_what_belongs_to_a_letter_stays_with_it():
    assert split("e\u0301" * 6, max_characters=3) == ["e\u0301"] * 6
    assert split("👩\u200d🚀👩\u200d🚀", max_characters=4) == ["👩\u200d🚀", "👩\u200d🚀"]


def test_a_length_of_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="at least 1"):
        split("text", max_characters=0)
