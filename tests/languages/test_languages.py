"""Names of languages, and which one a text is in."""

import re
from pathlib import Path

import pytest

from studiolo.errors import InputError, InvalidRequestError
from studiolo.languages import Language, detect, name_of, normalise
from studiolo.languages.names import NAMES

ROOT = Path(__file__).parents[2]


def code_of(text):
    found = detect(text)
    return None if found is None else found.code


@pytest.mark.parametrize("asked", ["ko", "KO", "ko-KR", "ko_KR", " Korean ", "korean", "한국어"])
def test_a_language_goes_by_code_tag_and_name(asked):
    assert normalise(asked) == "ko"
    assert name_of(asked) == "Korean"


@pytest.mark.parametrize(
    ("asked", "code"),
    [("zh-Hant-TW", "zh"), ("pt-BR", "pt"), ("no", "nb"), ("iw", "he"), ("Deutsch", "de"), ("fil", "tl")],
)
def test_other_codes_lead_to_ours(asked, code):
    assert normalise(asked) == code


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(InvalidRequestError, match=r"Did you mean Korean \(ko\)\?"):
        normalise("Koraen")


@pytest.mark.parametrize("asked", ["", "Klingon", "xx", "x" * 10_000])
def test_an_unknown_name_says_what_to_give(asked):
    with pytest.raises(InvalidRequestError) as caught:
        name_of(asked)
    assert caught.value.hint
    assert len(str(caught.value)) < 300


def test_every_name_leads_back_to_its_code():
    assert {normalise(name): code for code, name in NAMES.items()} == {code: code for code in NAMES}


SCRIPTS = """
ko 고양이 | ja ねこ | ja 桜の木 | zh 苹果 | zh 蘋果 | th แมว | he חתול | el γάτα | hy կատու | ka კატა
hi बिल्ली | bn বিড়াল | ta பூனை | te పిల్లి
gu બિલાડી | pa ਬਿੱਲੀ | kn ಬೆಕ್ಕು
ml പൂച്ച | si පූසා | lo ແມວ
my ကြောင် | km ឆ្មា | am ድመት
ru кошка | uk кішка | ru чёрный кот | uk їжак | ar قطة | fa گربه
"""


@pytest.mark.parametrize("pair", re.split(r"\s*[|\n]\s*", SCRIPTS.strip()))
def test_one_word_in_a_script_is_enough(pair):
    code, text = pair.split(" ", 1)
    assert code_of(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Apfel", "de"), ("pomme", "fr"), ("manzana", "es"), ("maçã", "pt"), ("kissa", "fi"), ("kedi", "tr"),
        ("jabłko", "pl"), ("mèo", "vi"), ("kucing hitam", "id"), ("piros autó", "hu"), ("pisică", "ro"),
        ("rode auto", "nl"), ("röd bil", "sv"),
    ],
)  # fmt: skip
def test_one_or_two_latin_words(text, code):
    assert code_of(text) == code


@pytest.mark.parametrize("text", ["", "   ", "123", "4 8 15", "😀🎨", "--- !!", "\u200b", "\U000e0001"])
def test_where_nothing_tells_there_is_no_language(text):
    assert detect(text) is None


def test_english_prompts_stay_english():
    """Under one in a hundred may be taken for another language: it would be rewritten."""
    lines = (ROOT / "benchmarks" / "languages_prompts.txt").read_text("utf-8").splitlines()
    prompts = [prompt for line in lines if line.startswith("en | ") for prompt in line[5:].split("; ")]
    wrong = [prompt for prompt in prompts if code_of(prompt) != "en"]
    assert len(prompts) >= 150
    assert len(wrong) < len(prompts) / 100, wrong


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("une pomme rouge, 8k, cinematic lighting", "fr"),
        ("cyberpunk 고양이, neon, 8k", "ko"),
        ("a poster with the word 안녕 on it", "en"),
    ],
)
def test_the_subject_outweighs_words_of_manner(text, code):
    assert code_of(text) == code


def test_languages_without_a_glossary_are_told_in_sentences():
    assert code_of("Kaķis guļ uz jumta pie loga") == "lv"
    assert code_of("Котката спи на покрива на къщата") == "bg"


def test_a_language_says_its_name_and_how_sure_it_is():
    found = detect("빨간 사과")
    assert found == Language(code="ko", name="Korean", confidence=1.0)
    guess = detect("blorptastic")
    assert guess is not None
    assert guess.confidence < 0.5


def test_the_same_text_is_always_the_same_language():
    texts = ["hund", "en katt", "Mačka spava na krovu kuće", "luna", "Lorem ipsum dolor sit amet"]
    assert [detect(text) for text in texts] == [detect(text) for text in texts]


def test_a_text_without_end_is_refused():
    with pytest.raises(InputError, match="100,001 characters"):
        detect("a" * 100_001)


def test_lone_surrogates_and_odd_signs_do_no_harm():
    assert code_of("a red apple \ud800") == "en"
    assert detect("\ud800\udfff") is None
