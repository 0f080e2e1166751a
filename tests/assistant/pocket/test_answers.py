"""Every kind of question, answered about pictures whose truth is known."""

from __future__ import annotations

import pytest

from studiolo.assistant.base import Answer
from studiolo.assistant.pocket.answers import ABSTAINED
from studiolo.assistant.pocket.assistant import PocketAssistant
from studiolo.requests import SourceImage
from tests.assistant.pocket.drawn import APPLES_AND_CAR, Drawn, library, picture, say, seen, whole

SCENE = picture(*APPLES_AND_CAR)


def answer(question: str) -> str:
    return say(seen(*APPLES_AND_CAR), SCENE, question)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is this?", "I see two red apples and a blue car."),
        ("What fruits do you see?", "I see two red apples."),
        ("What is on the right?", "I see a blue car at the right."),
        ("What is at the top?", "I recognise nothing at the top."),
        ("Is there an apple?", "Yes: I see two red apples (95 % sure)."),
        ("Are there two apples?", "Yes: I see two red apples (95 % sure)."),
        ("Are there three apples?", "Not quite: I count two."),
        ("Is there a green car?", "No green one: I see a blue car."),
        ("Is there a fruit?", "Yes: I see two red apples (95 % sure)."),
        ("Do you see a vehicle?", "Yes: I see a blue car (95 % sure)."),
        ("Is there a dog?", "No, I don't see a dog; what I see is two red apples and a blue car."),
        ("How many apples are there?", "There are two apples."),
        ("How many red apples do you see?", "There are two apples."),
        ("How many cars are there?", "There is one car."),
        ("How many things are there?", "I count three things: two red apples and a blue car."),
        ("Where is the car?", "The car is on the right."),
        ("Where are the apples?", "The apples are on the left."),
        ("Is the apple left of the car?", "Yes: the apples are on the left, the car on the right."),
        ("Is the car left of the apple?", "No: the car is on the right, the apples on the left."),
        ("Is the car next to the apple?", "Yes: the car is on the right, the apples on the left."),
        ("Which is bigger, the apple or the car?", "The car is bigger than the apple in this picture."),
        ("Is the apple smaller than the car?", "The apple is smaller than the car in this picture."),
        ("How big is the car?", "The car takes up about 13 % of the picture."),
    ],
)  # fmt: skip
def test_things(question: str, expected: str) -> None:
    assert answer(question) == expected


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("What colour is the car?", "blue"),
        ("What colour are the apples?", "red"),
        ("Is the car blue?", "Yes"),
        ("Is the car red?", "No"),
        ("Are the apples red?", "Yes"),
    ],
)
def test_colours_of_things(question: str, word: str) -> None:
    assert word in answer(question)


@pytest.mark.parametrize("colour", ["red", "green", "blue", "yellow", "orange", "purple", "pink", "brown"])
@pytest.mark.parametrize("ground", ["#ffffff", "#28406a", "#7fb069"])
def test_a_recoloured_balloon_on_any_ground(colour: str, ground: str) -> None:
    balloon = Drawn("balloon", colour, (0.3, 0.1, 0.7, 0.9))
    assert colour in say(seen(balloon), picture(balloon, ground=ground), "What colour is the balloon?")


def test_what_no_drawing_shows_is_not_denied() -> None:
    assert answer("Is there a gramophone?").startswith("I can't tell: I know no drawing of a gramophone")


def test_what_the_recogniser_half_sees_is_not_denied() -> None:
    assert say(seen(*APPLES_AND_CAR, present=0.7), SCENE, "Is there a dog?").startswith("Perhaps:")


def test_a_sighting_that_is_not_sure_is_hedged() -> None:
    dog = Drawn("dog", None, (0.3, 0.2, 0.7, 0.9), confidence=0.6)
    assistant, image = seen(dog), picture(dog)
    assert say(assistant, image, "What is this?").startswith("I think I see")
    assert say(assistant, image, "Is there a dog?").startswith("I think so")
    assert say(assistant, image, "How many dogs are there?").startswith("I think there is one")


def test_a_sighting_below_even_odds_is_not_told() -> None:
    dog = Drawn("dog", None, (0.3, 0.2, 0.7, 0.9), confidence=0.4)
    assert "dog" not in say(seen(dog), picture(dog), "What is this?")


@pytest.mark.parametrize(
    "question",
    ["Why is she sad?", "Who painted this?", "What happens next?", "Is it beautiful?", "Is the soup warm?"],
)
def test_what_it_cannot_judge_it_says_and_names_who_can(question: str) -> None:
    assistant = seen(*APPLES_AND_CAR)
    answer = whole(assistant.ask(SourceImage(SCENE), question))
    assert answer.text.startswith("I can't judge that")
    assert "studiolo ask" in answer.text
    assert answer.notes == (ABSTAINED,)
    assert answer.finish == "complete"


def test_answers_carry_their_findings() -> None:
    told = whole(seen(*APPLES_AND_CAR).ask(SourceImage(SCENE), "Where is the car?"))
    assert told.evidence == ("car: 95 % sure, on the right",)


def test_a_conversation() -> None:
    assistant, image = seen(*APPLES_AND_CAR), SourceImage(SCENE)
    before: list[Answer] = []
    said: list[str] = []
    for question in ("What colour is the car?", "and the apples?", "how many are there?", "where is it?"):
        before.append(whole(assistant.ask(image, question, before=tuple(before))))
        said.append(before[-1].text)
    assert "blue" in said[0]
    assert "red" in said[1]
    assert said[2] == "There are two apples."
    assert said[3] == "The apples are on the left."


def test_two_questions_in_one() -> None:
    both = whole(seen(*APPLES_AND_CAR).ask(SourceImage(SCENE), "Where is the car and what colour is it?"))
    where, colour = both.text.split(". ")
    assert where.startswith("The car is")
    assert "blue" in colour
    assert len(both.evidence) == len(set(both.evidence)) >= 2
    three = whole(seen(*APPLES_AND_CAR).ask(SourceImage(SCENE), "What is this? How many apples are there?"))
    assert three.text.endswith("There are two apples.")
    pair = whole(seen(*APPLES_AND_CAR).ask(SourceImage(SCENE), "Is there a car and an apple?"))
    assert ". " not in pair.text


def test_it_alone_means_the_one_thing_there_is_else_the_picture() -> None:
    balloon = Drawn("balloon", "purple", (0.3, 0.1, 0.7, 0.9))
    assert say(seen(balloon), picture(balloon), "What colour is it?").startswith("The balloon is")
    assert answer("What colour is it?").startswith("Mostly")


def test_a_question_in_german_says_how_it_was_read() -> None:
    told = whole(seen(*APPLES_AND_CAR).ask(SourceImage(SCENE), "Wie viele Äpfel siehst du?"))
    assert told.text == "There are two apples."
    assert told.notes == ("The question was read as: how many apple are there",)


def test_spoken_names() -> None:
    from studiolo.assistant.pocket.nouns import Nouns

    nouns = Nouns(library())
    assert [nouns.spoken(n) for n in ("automobile", "red apple", "dog face", "tangerine")] == [
        "car", "apple", "dog", "orange",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "name", "fits"),
    [
        ("animals", "dog", True),
        ("animal", "deciduous tree", False),
        ("fruit", "banana", True),
        ("vehicles", "bicycle", True),
        ("tree", "palm tree", True),
        ("dog", "hot dog", False),
        ("beagle", "dog", True),
        ("woman", "woman pilot", True),
        ("person", "astronaut", True),
        ("moon", "crescent moon", True),
        ("cat", "dog", False),
        ("car", "sport utility vehicle", True),
        ("man", "woman police officer", False),
    ],
)
def test_kinds_and_synonyms(word: str, name: str, fits: bool) -> None:
    from studiolo.assistant.pocket.nouns import Nouns

    named = Nouns(library()).known(word)
    assert (named is not None and name in named.names) is fits


def test_two_assistants_say_the_same() -> None:
    first, second = PocketAssistant(), PocketAssistant()
    for question in ("What is this?", "What are the main colours?", "Is there a dog?"):
        assert say(first, SCENE, question) == say(second, SCENE, question)


def test_where_several_are() -> None:
    dogs = (Drawn("dog", None, (0.02, 0.3, 0.25, 0.8)), Drawn("dog", None, (0.7, 0.3, 0.95, 0.8)))
    assert say(seen(*dogs), picture(*dogs), "Where are the dogs?") == (
        "Of two dogs, one is on the left and one is on the right."
    )


@pytest.mark.parametrize(
    ("ground", "moon", "expected"),
    [("#101a33", False, "It looks like night"), ("#bfe3ff", False, "It looks like day"),
     ("#7a8a7a", False, "I can't tell"), ("#101a33", True, "It looks like night: I see the moon")],
)  # fmt: skip
def test_day_and_night(ground: str, moon: bool, expected: str) -> None:
    house = Drawn("house", None, (0.1, 0.3, 0.6, 0.95))
    drawn = (house, Drawn("crescent moon", None, (0.7, 0.05, 0.9, 0.35))) if moon else (house,)
    assert say(seen(*drawn), picture(*drawn, ground=ground), "Is it day or night?").startswith(expected)
