"""The facade's other half: suggest, translate, tag, describe, ask, speak, and what is kept of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image

from studiolo.audio.decoding import decode
from studiolo.engines.fake import FakeChatEngine
from studiolo.errors import (
    BadAnswerError,
    BrokenStreamError,
    Cancelled,
    EngineTimeoutError,
    InvalidImageError,
    InvalidRequestError,
    PictureNotFoundError,
    UnknownEngineError,
    UnsafeAddressError,
)
from studiolo.gallery import Gallery
from studiolo.registry import ChatRegistry, SpeechRegistry, build_registry
from studiolo.settings import Settings
from studiolo.studio import Studio

SMALL = {"width": 64, "height": 48}


class BreaksOff(FakeChatEngine):
    def chat(self, request, progress=None):
        yield "It is "
        yield "teal, "
        raise BrokenStreamError("The connection broke.", hint="Ask again.")


class Hears(FakeChatEngine):
    """Keeps what it was asked."""

    asked: ClassVar[list] = []

    def chat(self, request, progress=None):
        self.asked.append(request)
        return (yield from super().chat(request))


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    settings = Settings.load(engine="fake", assistant="hears", speech="fake")
    chat = build_registry(settings, kind=ChatRegistry)
    chat.register("breaks", BreaksOff)
    chat.register("hears", Hears)
    Hears.asked = []
    speech = build_registry(settings, kind=SpeechRegistry)
    gallery = Gallery.open(settings.gallery_folder)
    with Studio(settings, build_registry(settings), gallery, chat=chat, speech=speech) as studio:
        yield studio


def say(studio: Studio, reply: object) -> None:
    """Have the fake assistant reply so."""
    from studiolo.engines.base import EngineConfig

    said = reply if isinstance(reply, str) else json.dumps(reply)
    studio.chat.register("hears", lambda config: Hears(EngineConfig(options={"reply": said})))
    studio.chat.close()


def test_a_question_and_its_answer_are_kept_and_found(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    stream = studio.ask(picture, " What is beside the umbrella? ")
    pieces = list(stream)
    assert "".join(pieces) == "[1 seen] What is beside the umbrella?"
    assert stream.answer is not None
    assert stream.kept == studio.gallery.answers.of(picture.id)[0]
    assert stream.kept.question == "What is beside the umbrella?"
    assert (stream.kept.engine, stream.kept.model) == ("hears", "parrot")
    assert stream.kept.output_tokens == 7
    assert [hit.picture.id for hit in studio.gallery.search("umbrella")] == [picture.id]


@pytest.mark.parametrize("how", ["id", "latest", "path", "bytes", "picture", "file copied elsewhere"])
def test_a_picture_of_the_gallery_is_known_however_it_is_given(studio: Studio, tmp_path: Path, how: str):
    (picture,) = studio.generate("a house", **SMALL)
    file = studio.gallery.path(picture)
    copy = tmp_path / "copy.png"
    copy.write_bytes(file.read_bytes())
    source = {
        "id": picture.id[-4:], "latest": "latest", "path": file, "bytes": file.read_bytes(),
        "picture": picture, "file copied elsewhere": str(copy),
    }[how]  # fmt: skip
    assert studio.ask(source, "What?").read().text
    assert len(studio.gallery.answers.of(picture.id)) == 1


def test_what_is_asked_about_other_pictures_is_not_kept(studio: Studio, tmp_path: Path):
    Image.new("RGB", (20, 20), "teal").save(tmp_path / "teal.png")
    for source in (tmp_path / "teal.png", str(tmp_path / "teal.png"), Image.new("RGB", (9, 9))):
        stream = studio.ask(source, "What?")
        assert stream.read().text
        assert stream.kept is None
    (picture,) = studio.generate("a house", **SMALL)
    assert studio.ask(picture, "What?", keep=False).read().text
    assert studio.gallery.answers.of(picture.id) == ()


def test_a_follow_up_carries_what_was_asked_before(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    studio.ask(picture, "What is it?").read()
    studio.ask(picture, "And its colour?", follow_up=True).read()
    studio.ask(picture, "Something else?").read()
    turns = [[message.text for message in request.messages[1:]] for request in Hears.asked]
    assert turns[1] == ["What is it?", "[1 seen] What is it?", "And its colour?"]
    assert turns[2] == ["Something else?"]


def test_an_answer_that_breaks_off_is_kept_and_marked(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    stream = studio.ask(picture, "What colour?", engine="breaks")
    with pytest.raises(BrokenStreamError):
        stream.read()
    (kept,) = studio.gallery.answers.of(picture.id)
    assert (kept.text, kept.finish, kept.notes) == ("It is teal,", "interrupted", ("The connection broke.",))
    assert stream.kept == kept


def test_words_before_any_other_fault_are_kept_too(studio: Studio):
    class TimesOut(FakeChatEngine):
        def chat(self, request, progress=None):
            yield "It is "
            raise EngineTimeoutError("No word came in time.")

    studio.chat.register("late", TimesOut)
    (picture,) = studio.generate("a house", **SMALL)
    with pytest.raises(EngineTimeoutError):
        studio.ask(picture, "What?", engine="late").read()
    (kept,) = studio.gallery.answers.of(picture.id)
    assert (kept.text, kept.finish, kept.notes) == ("It is", "interrupted", ("No word came in time.",))


def test_a_cancelled_answer_keeps_what_had_come(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    cancel = threading.Event()

    class Waits(FakeChatEngine):
        def chat(self, request, progress=None):
            for word in ("One ", "two ", "three "):
                progress(None)
                yield word

    studio.chat.register("waits", Waits)
    stream = studio.ask(picture, "Count?", engine="waits", cancel=cancel)
    assert next(stream) == "One "
    cancel.set()
    with pytest.raises(Cancelled):
        stream.read()
    (kept,) = studio.gallery.answers.of(picture.id)
    assert (kept.text, kept.finish) == ("One", "cancelled")


def test_leaving_a_stream_early_keeps_what_had_come(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    with studio.ask(picture, "What is it?") as stream:
        next(stream)
    (kept,) = studio.gallery.answers.of(picture.id)
    assert (kept.text, kept.finish) == ("[1", "cancelled")


def test_bad_questions_and_pictures_are_refused_before_anyone_is_asked(studio: Studio, tmp_path: Path):
    (tmp_path / "text.png").write_text("no picture")
    (picture,) = studio.generate("a house", **SMALL)
    with pytest.raises(InvalidRequestError, match="no question"):
        studio.ask(picture, " ")
    with pytest.raises(PictureNotFoundError, match=r"no file 'nothing\.png', and no picture"):
        studio.ask("nothing.png", "What?")
    with pytest.raises(InvalidImageError):
        studio.ask(tmp_path / "text.png", "What?")
    with pytest.raises(UnsafeAddressError):
        studio.ask("http://127.0.0.1/cat.png", "What?")
    with pytest.raises(InvalidRequestError, match="temperature"):
        studio.ask(picture, "What?", temperature=5)
    with pytest.raises(UnknownEngineError, match="no chat engine 'hear'") as caught:
        studio.ask(picture, "What?", engine="hear")
    assert "Did you mean 'hears'?" in caught.value.hint
    assert "'pocket' needs no model" in caught.value.hint
    assert Hears.asked == []


def test_tags_join_those_the_picture_has(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    studio.gallery.tag([picture.id], add=["mine"])
    say(studio, {"tags": ["House", "blue sky", "summer", "mine"]})
    assert studio.tag(picture).tags == ("house", "blue sky", "summer", "mine")
    assert studio.gallery.get(picture.id).tags == ("mine", "house", "blue sky", "summer")
    studio.tag(picture, keep=False)


def test_a_description_is_kept_as_one(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    say(studio, "A house under a blue sky.")
    stream = studio.describe(picture)
    assert stream.read().text == "A house under a blue sky."
    assert stream.kept is not None
    assert stream.kept.kind == "description"


def test_suggestions_take_keywords_in_one_text_and_a_reference(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    say(studio, {"prompts": ["a fox", "two foxes"]})
    made = studio.suggest("ink", "fox, lantern ,", reference=picture.id, n=2, temperature=0.3)
    assert made.prompts == ("a fox", "two foxes")
    request = Hears.asked[-1]
    assert len(request.images) == 1
    assert request.temperature == 0.3
    assert "fox; lantern" in request.messages[-1].text


def test_two_bad_answers_are_said(studio: Studio):
    say(studio, "no")
    with pytest.raises(BadAnswerError, match="It said: no"):
        studio.suggest("ink")


def test_a_prompt_in_another_language_is_translated_and_kept(studio: Studio):
    say(studio, {"language": "Korean", "english": "a red apple"})

    class English(type(studio.registry.resolve("fake"))):
        @property
        def capabilities(self):
            return super().capabilities.model_copy(update={"languages": ("en",)})

    studio.registry.register("english", English)
    (picture,) = studio.generate("빨간 사과", engine="english", **SMALL)
    assert (picture.prompt, picture.original_prompt) == ("a red apple", "빨간 사과")
    assert picture.notes[0] == "translated from Korean"
    (as_given,) = studio.generate("빨간 사과", engine="english", translate=False, **SMALL)
    assert (as_given.prompt, as_given.original_prompt) == ("빨간 사과", "")
    (any_language,) = studio.generate("빨간 사과", **SMALL)
    assert any_language.prompt == "빨간 사과"
    asked = len(Hears.asked)
    studio.generate("a red apple", engine="english", **SMALL)
    assert len(Hears.asked) == asked


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_an_answer_is_spoken_and_kept_with_it(studio: Studio, kind: str):
    (picture,) = studio.generate("a house", **SMALL)
    stream = studio.ask(picture, "What is it?")
    stream.read()
    assert stream.kept is not None
    spoken = studio.speak(stream.kept, format=kind)
    assert spoken.kept is not None
    assert studio.gallery.answers.audio(spoken.kept) == spoken.audio
    assert spoken.kept.speech.format == kind
    assert (spoken.engine, spoken.language) == ("fake", "en")
    assert abs(decode(spoken.audio).seconds - spoken.seconds) < 0.1


def test_a_text_is_spoken_and_kept_nowhere(studio: Studio):
    spoken = studio.speak("Guten Tag. Wie geht es dir?")
    assert spoken.language == "de"
    assert spoken.kept is None
    assert list(studio.gallery.blobs.list("speech")) == []


def test_speech_comes_sentence_by_sentence_and_can_be_stopped(studio: Studio):
    cancel = threading.Event()
    clips = studio.speak_each("One two. Three four. Five six.", cancel=cancel)
    assert next(clips).text == "One"
    cancel.set()
    with pytest.raises(Cancelled):
        list(clips)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"said": "  "}, "nothing to say"),
        ({"said": "?!"}, "nothing to say"),
        ({"said": "Hello", "format": "ogg"}, "ogg"),
        ({"said": "Hello", "speed": 9}, "speed"),
        ({"said": "Hello", "language": "klingonish"}, "klingonish"),
        ({"said": "Hello", "engine": "espek"}, "no speech engine 'espek'"),
    ],
)
def test_what_cannot_be_spoken_is_said(studio: Studio, given: dict, why: str):
    from studiolo.errors import InputError

    with pytest.raises(InputError, match=why):
        studio.speak(**given)


def test_the_pocket_assistant_is_there_without_any_model(studio: Studio):
    assert studio.assistant("pocket") is studio.assistant("pocket")
    assert studio.translate("a red apple", engine="pocket").text == "a red apple"


def test_a_prompt_in_a_language_without_a_dictionary_is_painted_with_a_note(home: Path):
    with Studio.open(Settings.load(engine="pocket")) as studio:
        prompt = "აწითელი ვაშლი მაგიდაზე"  # Georgian: its letters leave no doubt
        (picture,) = studio.generate(prompt, width=256, height=256, steps=1)
        assert (picture.prompt, picture.original_prompt) == (prompt, "")
        assert "not translated from Georgian" in picture.notes[0]
