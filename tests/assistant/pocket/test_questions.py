"""Understanding: what is asked, about which things, also after other questions."""

from __future__ import annotations

import pytest

from studiolo.assistant.pocket.foreign import in_english
from studiolo.assistant.pocket.gloss import Glossary
from studiolo.assistant.pocket.question import Question
from studiolo.assistant.pocket.questions import normalise, understand
from tests.assistant.pocket.drawn import library


def asked(*questions: str) -> Question:
    before: list[Question] = []
    for question in questions:
        before.append(understand(question, library(), before))
    return before[-1]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What is this?", "what"),
        ("What do you see here?", "what"),
        ("What's in the image?", "what"),
        ("What is in it?", "what"),
        ("Could you please tell me what you see?", "unknown"),
        ("What does the picture show?", "what"),
        ("What animals are there?", "what"),
        ("What's on the left?", "what_at"),
        ("What is in the top right corner?", "what_at"),
        ("Describe the picture.", "describe"),
        ("What are the main colors?", "colours"),
        ("Which colours are used in the picture?", "colours"),
        ("What colour is the car?", "colour_of"),
        ("the car is what colour?", "colour_of"),
        ("Is the car light blue?", "is_colour"),
        ("What colour is the background?", "background"),
        ("Is there a dog?", "present"),
        ("Are there any dogs in this image?", "present"),
        ("Does it show a dog?", "present"),
        ("Is this a dog?", "present"),
        ("Is anyone there?", "present"),
        ("How many apples are there?", "count"),
        ("how many things?", "count"),
        ("Count the apples", "count"),
        ("Where's the dog?", "where"),
        ("On which side is the dog?", "where"),
        ("Is the apple to the left of the car?", "beside"),
        ("is there an apple next to the car", "beside"),
        ("Which is bigger, the apple or the car?", "compare"),
        ("Is the apple smaller than the car?", "compare"),
        ("How big is the car?", "extent"),
        ("How big is the picture?", "size"),
        ("What does it say?", "text"),
        ("What is written on the sign?", "text"),
        ("Read the text", "text"),
        ("Is there any text?", "text"),
        ("How bright is it?", "brightness"),
        ("Is the image too dark?", "brightness"),
        ("Is the contrast high?", "contrast"),
        ("Is it black and white?", "saturation"),
        ("Are the colours warm or cool?", "temperature"),
        ("Is it in focus?", "sharpness"),
        ("Is it day or night?", "hour"),
        ("What's the resolution of the image?", "size"),
        ("Landscape or portrait?", "orientation"),
        ("Is this a photo or a drawing?", "medium"),
        ("Is it a photograph?", "medium"),
        ("Is the picture symmetrical?", "composition"),
        ("Why is she sad?", "unknown"),
        ("Who painted this?", "unknown"),
        ("What happens next?", "unknown"),
        ("Is it beautiful?", "unknown"),
        ("Is the dog sleeping?", "unknown"),
        ("What should I cook?", "unknown"),
    ],
)
def test_kinds(question: str, kind: str) -> None:
    assert asked(question).kind == kind


def test_a_phrase_is_taken_apart() -> None:
    (thing,) = asked("Are there two red apples?").things
    assert (thing.noun, thing.colours, thing.count) == ("apples", ("red",), 2)


def test_two_things_keep_their_order() -> None:
    question = asked("Is the cat under the table?")
    assert [thing.noun for thing in question.things] == ["cat", "table"]
    assert question.side == "below"


@pytest.mark.parametrize(
    ("questions", "kind", "noun"),
    [
        (("What colour is the car?", "And the apple?"), "colour_of", "apple"),
        (("Is there a dog?", "What about a cat?"), "present", "cat"),
        (("How many apples are there?", "and cars?"), "count", "cars"),
        (("Is there a dog?", "What colour is it?"), "colour_of", "dog"),
        (("Is there a dog?", "Where is it?"), "where", "dog"),
        (("Do you see apples?", "How many are there?"), "count", "apples"),
        (("Is there a dog?", "Where is it?", "Is it brown?"), "is_colour", "dog"),
        (("Where is the cat?", "and the dog?", "what colour is it?"), "colour_of", "dog"),
    ],
)
def test_follow_ups(questions: tuple[str, ...], kind: str, noun: str) -> None:
    question = asked(*questions)
    assert (question.kind, question.things[0].noun) == (kind, noun)


def test_follow_ups_about_places_and_background() -> None:
    assert asked("What do you see?", "and on the left?").word == "left"
    assert asked("What colour is the car?", "and the background?").kind == "background"


def test_a_follow_up_without_anything_before_is_not_guessed() -> None:
    assert asked("And the car?").kind == "unknown"


def test_a_question_of_its_own_is_no_follow_up() -> None:
    assert asked("What colour is the car?", "What happens next?").kind == "unknown"
    assert asked("What colour is the car?", "the apple?").things[0].noun == "apple"


@pytest.mark.parametrize("question", ["Which colours stand out?", "What colours are in this picture?"])
def test_colours_are_asked_for_in_several_ways(question: str) -> None:
    assert asked(question).kind == "colours"


def test_spelling_and_courtesy_do_not_matter() -> None:
    assert (
        normalise("Could you tell me what's the COLOR of the car, please?!")
        == "what is the colour of the car"
    )


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Welche Farbe hat das Auto?", "what colour is the car"),
        ("Wo ist der Hund?", "where is the dog"),
        ("Combien de pommes y a-t-il ?", "how many apple are there"),
        ("¿Hay un gato?", "is there a cat"),
        ("De que cor é o carro?", "what colour is the car"),
        ("자동차는 무슨 색이에요?", "what colour is the car"),
        ("그림에 무엇이 있나요?", "what is this"),
        ("몇 개가 있나요?", "how many things are there"),
        ("어떤 색이 두드러지나요?", "what are the main colours"),
        ("배경은 무슨 색인가요?", "background colour"),
        ("차는 무슨 색인가요?", "what colour is the car"),
        ("밤인가요?", "is it day or night"),
        ("有几个苹果", "how many apple are there"),
        ("車は何色ですか", "what colour is the car"),
        ("Какого цвета машина?", "what colour is the car"),
        ("Was ist das?", "what is this"),
    ],
)
def test_other_languages(question: str, english: str) -> None:
    assert in_english(question, Glossary()) == english


def test_a_question_of_another_kind_in_another_language_stays_unread() -> None:
    assert in_english("Warum ist sie traurig?", Glossary()) is None
