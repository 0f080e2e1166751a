"""Prompts in other languages → English, word by word; and what the painter's planner makes of it."""

# ruff: noqa: RUF001 - letters of many scripts are meant as they stand

import pytest

from studiolo.assistant.pocket.gloss import MAX_CHARACTERS, Glossary
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.planner import plan
from studiolo.errors import InvalidRequestError

GLOSSARY = Glossary()


def english(text, language=None):
    return GLOSSARY.gloss(text, language).text


TABLE = """
ko | 눈 속의 파란 자동차 왼쪽에 빨간 사과 두 개 | two red apples left of blue car in snow
ko | 침대 위의 고양이 두 마리 | two cats on bed
ko | 책을 읽는 소녀 | girl reading book
ko | 빨간 사과와 파란 자동차 | red apple and blue car
ko | 고양이(검은) | cat (black)
ja | 猫と犬が公園で遊んでいる | cat and dog playing in park
ja | 雪の中の青い車の左に赤いりんご二つ | two red apples left of blue car in snow
zh | 公园里拿着气球的快乐机器人 | happy robot holding balloon in park
zh | 小猫在月亮上睡觉 | kitten sleeping on moon
zh | 兩隻企鵝 | two penguins
th | แอปเปิ้ลสีแดงสองลูก | two red apples
fr | l'arbre et l'oiseau | tree and bird
fr | deux chats noirs sous la table | two black cats under table
fr | un parc de la ville | city park
es | una manzana roja y dos peras verdes | red apple and two green pears
es | ¿Un gato negro grande? | big black cat?
pt | duas maçãs vermelhas | two red apples
it | un castello vecchio nella nebbia | old castle in fog
de | Süße Katze im Blumengarten | cute cat in flower garden
de | ein blau-weißer Vogel | blue white bird
nl | drie gele bloemen | three yellow flowers
sv | tre gula fåglar bredvid ett träd | three yellow birds next to tree
pl | trzy żółte parasole pod drzewem | three yellow umbrellas under tree
cs | stará dřevěná loďka | old wooden boat
ru | «кот» и пёс в тумане | cat and dog in fog
uk | чорний кіт біля вікна | black cat near window
el | κόκκινη αλεπού στο χιόνι | red fox in snow
tr | parkta balon tutan mutlu robot | happy robot holding balloon in park
ar | الكلب والقطة في الحديقة | dog and cat in garden
th | แมวดำตัวใหญ่ | big black cat
ar | قطة سوداء كبيرة | big black cat
he | כלב לבן בפארק | white dog in park
hi | पेड़ के नीचे किताब पढ़ती लड़की | girl reading book under tree
id | dua apel merah di atas meja | two red apples on table
vi | ba con mèo đen | three black cats
fi | pieni karhu vihreän junan vieressä | small bear next to green train
hu | boldog robot lufival a kertben | happy robot with balloon in the garden
ro | o pisică neagră lângă fereastră | black cat next to window
"""
ROWS = [tuple(row.split(" | ")) for row in TABLE.strip().splitlines()]


@pytest.mark.parametrize(("code", "text", "expected"), ROWS)
def test_prompts_become_plain_english(code, text, expected):
    glossed = GLOSSARY.gloss(text)
    assert glossed.text == expected
    assert glossed.language.code == code
    assert glossed.covered == 1.0
    assert glossed.untranslated == ()


@pytest.fixture(scope="module")
def library():
    return DrawingLibrary()


@pytest.mark.parametrize(
    "text",
    [
        "눈 속의 파란 자동차 왼쪽에 빨간 사과 두 개",
        "雪の中の青い車の左に赤いりんご二つ",
        "雪地里蓝色汽车左边的两个红苹果",
        "zwei rote Äpfel links von einem blauen Auto im Schnee",
        "dos manzanas rojas a la izquierda de un coche azul en la nieve",
        "два красных яблока слева от синей машины в снегу",
        "बर्फ में नीली कार के बाईं ओर दो लाल सेब",
        "kaksi punaista omenaa sinisen auton vasemmalla puolella lumessa",
    ],
)
def test_the_planner_understands_a_gloss(text, library):
    scene = plan(english(text), library)
    apple, car = scene.things
    assert (apple.count, apple.colour) == (2, "red")
    assert "apple" in apple.phrase
    assert (car.count, car.colour, car.phrase) == (1, "blue", "car")
    assert [(relation.kind, relation.a, relation.b) for relation in scene.relations] == [("left_of", 0, 1)]
    assert scene.place is not None
    assert scene.place.kind == "snow"
    assert scene.unknown == ()


@pytest.mark.parametrize(
    "text", ["a red apple on a table", "GATO, neon sign, 8k render", "123 😀", "  two  cats "]
)
def test_what_is_english_comes_back_untouched(text):
    glossed = GLOSSARY.gloss(text, "en")
    assert (glossed.text, glossed.covered, glossed.untranslated) == (text, 1.0, ())


def test_english_is_noticed_without_being_told():
    glossed = GLOSSARY.gloss("a red apple on a table")
    assert (glossed.text, glossed.language.code) == ("a red apple on a table", "en")


def test_unknown_words_stay_and_are_listed():
    glossed = GLOSSARY.gloss("파란 쿠쿠루삥뽕 고양이")
    assert glossed.text == "blue 쿠쿠루삥뽕 cat"
    assert glossed.untranslated == ("쿠쿠루삥뽕",)
    assert glossed.covered == pytest.approx(2 / 3)


def test_english_words_within_another_language_stay():
    glossed = GLOSSARY.gloss("검은 고양이, cinematic lighting, 8k")
    assert glossed.text == "black cat, cinematic lighting, 8k"
    assert glossed.untranslated == ()


def test_a_named_language_wins_over_the_detected():
    assert english("pan", "Polish") != english("pan", "es")
    assert GLOSSARY.gloss("gift", "de").language.name == "German"


def test_spelling_is_forgiving():
    assert english("KIRMIZI ELMA", "tr") == english("kırmızı elma", "tr") == "red apple"
    assert english("желтые цветы", "ru") == english("жёлтые цветы", "ru")
    assert english("oraş", "ro") == english("oraș", "ro") == "city"
    assert english("l\u2019arbre") == "tree"
    assert english("e\u0301glise", "fr") == "church"  # decomposed


def test_the_same_prompt_is_always_the_same_gloss():
    texts = [text for _, text, _ in ROWS]
    assert [Glossary().gloss(text) for text in texts] == [GLOSSARY.gloss(text) for text in texts]


@pytest.mark.parametrize("text", ["", "  \n", "\t"])
def test_an_empty_text_is_refused_with_an_example(text):
    with pytest.raises(InvalidRequestError, match="no text"):
        GLOSSARY.gloss(text)


@pytest.mark.parametrize("text", ["사과\x00", "사과\x1b[31m", "\ud800 사과"])
def test_control_characters_are_refused(text):
    with pytest.raises(InvalidRequestError, match=r"control character U\+"):
        GLOSSARY.gloss(text)


def test_a_long_text_is_refused_and_the_longest_is_read():
    with pytest.raises(InvalidRequestError, match=r"at most 2,000"):
        GLOSSARY.gloss("사과 " * 25_000)
    longest = ("빨간 사과 두 개, " * 300)[:MAX_CHARACTERS]
    assert GLOSSARY.gloss(longest).text.startswith("two red apples, two red apples, ")
    for code in GLOSSARY.languages:
        assert GLOSSARY.gloss("a" * MAX_CHARACTERS, code).text


def test_a_wrong_language_name_is_answered_with_the_nearest():
    with pytest.raises(InvalidRequestError, match=r"Did you mean Korean \(ko\)\?"):
        GLOSSARY.gloss("사과", "Koraen")


def test_a_language_without_words_names_those_with():
    with pytest.raises(InvalidRequestError, match="no words of Armenian") as caught:
        GLOSSARY.gloss("կատու")
    assert "Korean" in caught.value.hint


@pytest.mark.parametrize("text", ["é", "。 、", "ー", "ß", "((()", "のの", "的", "-'- '", "ال", "'", "و"])
@pytest.mark.parametrize("code", ["pt", "ja", "zh", "de", "ar", "ko", "fr", "th"])
def test_crumbs_never_come_back_empty(text, code):
    glossed = GLOSSARY.gloss(text, code)
    assert glossed.text
    assert 0.0 <= glossed.covered <= 1.0
