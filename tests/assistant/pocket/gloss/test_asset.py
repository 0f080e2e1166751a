"""The word lists as they ship: whole, folded as they are looked up, and made from the lexicon."""

import re
import unicodedata
import zipfile
from pathlib import Path

import pytest

from studiolo.assistant.pocket.gloss.lexicon import ARCHIVE, LANGUAGES, load
from studiolo.assistant.pocket.gloss.spelling import fold
from studiolo.languages.names import NAMES
from studiolo.languages.votes import PERHAPS_ENGLISH, WORDS, votes

LEXICON = Path(__file__).parents[4] / "training" / "lexicon"


def test_both_archives_are_sound_and_small():
    for archive in (ARCHIVE, WORDS):
        with zipfile.ZipFile(archive) as opened:
            assert opened.testzip() is None
            assert {info.date_time for info in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}  # reproducible
    assert ARCHIVE.stat().st_size + WORDS.stat().st_size < 2_000_000


def test_the_licence_of_the_names_comes_with_them():
    assert "UNICODE LICENSE V3" in (ARCHIVE.parent / "LICENSE-UNICODE.txt").read_text("utf-8")


def test_there_is_a_list_for_each_language():
    with zipfile.ZipFile(ARCHIVE) as opened:
        assert sorted(opened.namelist()) == [f"{code}.txt" for code in sorted(LANGUAGES)]
    assert set(LANGUAGES) <= set(NAMES)
    assert len(LANGUAGES) >= 24


@pytest.mark.parametrize("code", LANGUAGES)
def test_entries_are_folded_and_their_english_is_plain(code):
    lexicon = load(code)
    assert len(lexicon.words) > 1500
    assert lexicon.stems or code in {"ja", "zh", "th", "ko", "vi"}  # without endings
    for word, english in (*lexicon.words.items(), *lexicon.stems.items()):
        assert word
        assert english == english.strip()
        assert not any(unicodedata.category(letter).startswith("C") for letter in english)
    assert [word for word in lexicon.words if fold(word, code) != word] == []
    assert {word for word in lexicon.words if re.search(r"\s\s|^\s|\s$", word)} == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_our_own_words_are_in_it_as_written(code):
    lexicon, own = load(code), {}
    for line in (LEXICON / f"{code}.txt").read_text("utf-8").splitlines():
        english, _, forms = line.partition(": ")
        for form in forms.split(", "):
            own.setdefault(fold(form, code), "" if english == "-" else english)
    assert len(own) >= 200
    assert {word: lexicon.words.get(word) for word in own} == own


def test_the_words_that_tell_languages_apart_know_each_language():
    for code, word in {"en": "apple", "de": "apfel", "fr": "pomme", "fi": "kissa", "ru": "кошка"}.items():
        assert max(votes([word]).items(), key=lambda item: item[1])[0] == code
    with zipfile.ZipFile(WORDS) as opened:
        codes = {
            c
            for line in opened.read("words.txt").decode().splitlines()
            for c in line.split("\t")[0].split(",")
        }
    assert codes <= {*LANGUAGES, "en", PERHAPS_ENGLISH}
