"""The five verbs, whole: streaming, cancelling, tags, descriptions, suggestions, translation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from studiolo.assistant.base import Answer, Assistant, Sampling, Streamed, SuggestionRequest
from studiolo.assistant.pocket.assistant import PocketAssistant
from studiolo.engines.pocket import PocketImageEngine
from studiolo.engines.resolving import resolve
from studiolo.errors import Cancelled, InvalidRequestError
from studiolo.requests import ImageRequest, Progress, SourceImage
from tests.assistant.pocket.drawn import (
    APPLES_AND_CAR,
    PHOTOGRAPHS,
    Drawn,
    TruthfulEye,
    embedder,
    lettered,
    picture,
    seen,
)

SCENE = SourceImage(picture(*APPLES_AND_CAR))


def drain(stream: Streamed) -> tuple[list[str], Answer]:
    pieces: list[str] = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as end:
            return pieces, end.value


def test_it_is_an_assistant() -> None:
    assert isinstance(PocketAssistant(), Assistant)


def test_words_stream_and_join_to_the_answer() -> None:
    steps: list[Progress] = []
    pieces, answer = drain(seen(*APPLES_AND_CAR).ask(SCENE, " What is this? ", progress=steps.append))
    assert len(pieces) > 5
    assert "".join(pieces) == answer.text == "I see two red apples and a blue car."
    assert (answer.question, answer.engine, answer.kind) == ("What is this?", "pocket", "question")
    assert [step.stage for step in steps] == ["looking"] + ["writing"] * len(pieces)


def test_a_stream_can_be_stopped_at_any_word() -> None:
    def stop(step: Progress) -> None:
        if step.step == 3:
            raise Cancelled

    stream = seen(*APPLES_AND_CAR).ask(SCENE, "What is this?", progress=stop)
    assert [next(stream), next(stream)] == ["I ", "see "]
    with pytest.raises(Cancelled):
        next(stream)


def test_cancelled_before_looking() -> None:
    def stop(step: Progress) -> None:
        raise Cancelled

    assistant = seen(*APPLES_AND_CAR)
    for work in (
        lambda: assistant.tag(SCENE, progress=stop),
        lambda: next(assistant.describe(SCENE, progress=stop)),
        lambda: assistant.suggest(SuggestionRequest(keywords=("owl",)), progress=stop),
        lambda: assistant.translate("ein Hund", progress=stop),
    ):
        with pytest.raises(Cancelled):
            work()


@pytest.mark.parametrize("question", ["", "  ", "???", "x" * 5000, "what\x00"])
def test_no_question(question: str) -> None:
    with pytest.raises(InvalidRequestError):
        next(seen().ask(SCENE, question))


def test_the_pictures_of_a_description() -> None:
    _, answer = drain(seen(*APPLES_AND_CAR).describe(SCENE))
    assert answer.kind == "description"
    first, second = answer.text.split(". ", 1)
    assert first == "A drawing of two red apples left of a blue car"
    assert second.startswith("The background is near white")
    assert "apple: 95 % sure, on the left" in answer.evidence


def test_a_description_quotes_the_text() -> None:
    image = SourceImage(lettered(picture(*APPLES_AND_CAR), "For sale", (120, 20)))
    _, answer = drain(seen(*APPLES_AND_CAR).describe(image))
    assert answer.text.endswith("It says “For sale”.")


def test_one_thing_is_described_where_it_stands() -> None:
    owl = Drawn("owl", None, (0.7, 0.6, 0.9, 0.95))
    _, answer = drain(seen(owl).describe(SourceImage(picture(owl))))
    assert " owl at the bottom right. " in answer.text


def test_tags_are_few_distinct_and_lower_case() -> None:
    tags = seen(*APPLES_AND_CAR).tag(SCENE).tags
    assert tags[:4] == ("apple", "car", "red apple", "blue car")
    assert {"drawing", "landscape"} <= set(tags)
    assert 3 <= len(tags) <= 12
    assert len(set(tags)) == len(tags)
    assert all(tag == tag.lower().strip() for tag in tags)


def test_text_is_a_tag() -> None:
    assert "text" in seen().tag(SourceImage(lettered(picture(), "Menu of the day"))).tags
    assert "text" not in seen().tag(SCENE).tags


def test_there_are_never_more_than_twelve_tags_nor_fewer_than_three() -> None:
    names = ("dog", "cat", "owl", "frog", "house", "banana", "guitar", "rocket", "cactus", "snail")
    crowd = tuple(Drawn(n, None, (i / 10, 0.3, i / 10 + 0.1, 0.7)) for i, n in enumerate(names))
    assert len(seen(*crowd).tag(SourceImage(picture(*crowd))).tags) == 12
    for image in (Image.new("RGBA", (9, 9)), Image.new("RGB", (300, 300), "#808080")):
        assert len(seen().tag(SourceImage(image)).tags) >= 3


def test_what_is_unsure_is_no_tag() -> None:
    dog = Drawn("dog", None, (0.3, 0.2, 0.7, 0.9), confidence=0.45)
    assert "dog" not in seen(dog).tag(SourceImage(picture(dog))).tags


def test_a_photograph_is_described_without_pretending() -> None:
    image = SourceImage(PHOTOGRAPHS / "cat.jpg")
    _, answer = drain(seen().describe(image))
    assert answer.text.startswith("I'm not sure: I recognise drawings, not photographs")
    assert "needs a vision model" in answer.notes
    assert seen().tag(image).tags[0] == "photograph"


def suggest(**fields: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    told = PocketAssistant(embedder=embedder(), eye=TruthfulEye(APPLES_AND_CAR)).suggest(
        SuggestionRequest.parse({"sampling": Sampling(seed=5), **fields})
    )
    assert told.engine == "pocket"
    return told.prompts, told.notes


def test_suggestions_hold_the_keywords_and_are_the_same_for_a_seed() -> None:
    prompts, notes = suggest(style="watercolour", keywords=("owl", "lantern"), n=4)
    assert len(set(prompts)) == 4
    assert all("owl" in p and "lantern" in p and len(p) <= 500 for p in prompts)
    assert notes == ()
    assert suggest(style="watercolour", keywords=("owl", "lantern"), n=4)[0] == prompts


def test_a_reference_lends_its_palette_not_its_subject() -> None:
    prompts, notes = suggest(reference=SCENE)
    assert all("square" not in p and ("apple" not in p and "car" not in p.split()) for p in prompts)
    assert any("white" in p or "blue" in p for p in prompts)
    assert notes == ("The subjects are the writer's own; the reference lends its look alone.",)
    with_keywords, notes = suggest(reference=SCENE, keywords=("whale",))
    assert all("whale" in prompt for prompt in with_keywords)
    assert notes == ()


def test_keywords_in_another_language_are_glossed_and_that_is_said() -> None:
    prompts, notes = suggest(keywords=("빨간 사과", "눈"))
    assert all("apple" in prompt for prompt in prompts)
    (note,) = notes
    assert note.startswith("Read from Korean, word by word: ")


def test_prompts_in_another_language_are_not_promised() -> None:
    _, notes = suggest(keywords=("owl",), language="de")
    assert notes == ("The pocket assistant writes English; a chat engine writes other languages.",)


def test_translation_is_marked_as_a_gloss() -> None:
    told = PocketAssistant().translate("ein roter Apfel im Schnee")
    assert (told.language, told.gloss, told.engine) == ("de", True, "pocket")
    assert {"red", "apple", "snow"} <= set(told.text.split())
    assert told.original == "ein roter Apfel im Schnee"


def test_english_passes_untouched() -> None:
    told = PocketAssistant().translate("a red apple in the snow")
    assert (told.text, told.gloss, told.engine, told.language) == ("a red apple in the snow", False, "", "en")


def test_after_closing_it_loads_anew() -> None:
    assistant = seen(*APPLES_AND_CAR)
    first = drain(assistant.ask(SCENE, "What is this?"))[1].text
    assistant.close()
    assert drain(assistant.ask(SCENE, "What is this?"))[1].text == first


def test_threads_share_one_assistant() -> None:
    assistant = seen(*APPLES_AND_CAR)
    other = SourceImage(Image.new("RGB", (80, 80), "navy"))

    def ask(number: int) -> str:
        return drain(assistant.ask(SCENE if number % 2 else other, "What are the main colours?"))[1].text

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(ask, range(12)))
    assert len(set(told[::2])) == 1
    assert len(set(told[1::2])) == 1


def test_the_real_recogniser_on_a_painted_picture() -> None:
    """Painted by the package's painter, recognised by the package's recogniser: nothing stands in between."""
    engine = PocketImageEngine()
    request = resolve(engine.capabilities, ImageRequest.parse({"prompt": "three bananas", "seed": 2}))
    image = SourceImage(next(engine.generate(request)).image)
    assistant = PocketAssistant(embedder=embedder())
    assert "drawing" in assistant.tag(image).tags
    _, answer = drain(assistant.ask(image, "Is there a piano?"))
    assert not answer.text.startswith("Yes")
