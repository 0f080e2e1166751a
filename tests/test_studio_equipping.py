"""The facade's tool room: engines listed and tried, settings and keys that hold at once."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studiolo.engines.base import Availability, EngineConfig
from studiolo.engines.fake import FakeChatEngine, FakeImageEngine, FakeSpeechEngine
from studiolo.engines.kinds import Kind
from studiolo.errors import (
    Cancelled,
    InvalidRequestError,
    SettingsError,
    StudioloError,
    UnknownEngineError,
)
from studiolo.gallery import Gallery
from studiolo.registry import ChatRegistry, build_registry
from studiolo.requests import Progress, ignore_progress
from studiolo.settings import Settings
from studiolo.studio import Studio

SMALL = {"width": 64, "height": 48}


class Telling(FakeChatEngine):
    """Says what it was configured with; a word at a time, as it is let."""

    key_option = "api_key"
    go = threading.Event()
    began = threading.Event()

    def chat(self, request, progress=ignore_progress):
        yield f"{self.config.options.get('api_key')} "
        self.began.set()
        assert self.go.wait(60)
        yield str(self.config.options.get("api_key"))
        return (yield from super().chat(request, progress))


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    settings = Settings.load(engine="fake", assistant="fake", speech="fake")
    chat = build_registry(settings, kind=ChatRegistry)
    chat.register("telling", Telling)
    Telling.go.set()
    with Studio(
        settings, build_registry(settings), Gallery.open(settings.gallery_folder), chat=chat
    ) as studio:
        yield studio


def named(studio: Studio, kind: str, name: str, **options: Any) -> Any:
    return next(facts for facts in studio.engines(kind, **options) if facts.name == name)


def test_a_new_key_is_used_at_once_and_who_is_at_work_keeps_the_old(studio: Studio):
    (picture,) = studio.generate("a house", **SMALL)
    studio.set_key("telling", "first")
    Telling.go.clear()
    Telling.began.clear()
    stream = studio.ask(picture, "What?", engine="telling")
    thread = threading.Thread(target=stream.read)
    thread.start()
    assert Telling.began.wait(60)
    studio.set_key("telling", "second")
    Telling.go.set()
    thread.join(60)
    assert stream.answer is not None
    assert stream.answer.text.startswith("first first")
    assert studio.ask(picture, "What?", engine="telling").read().text.startswith("second second")
    studio.remove_key("telling")
    assert studio.ask(picture, "What?", engine="telling").read().text.startswith("None None")


def test_an_engine_that_is_told_anew_is_let_go_of_and_closed_if_it_is_still_used(studio: Studio):
    closed: list[str] = []

    class Closing(FakeImageEngine):
        def close(self) -> None:
            closed.append(str(self.config.options.get("n")))

    registry = studio.registry
    registry.register("closing", Closing)
    registry.configure("closing", {"n": 1})
    held = registry.resolve("closing")
    registry.configure("closing", {"n": 2})
    forgotten = weakref.ref(registry.resolve("closing"))
    registry.configure("closing", {"n": 3})
    gc.collect()
    assert forgotten() is None
    assert registry.resolve("closing").config == EngineConfig(
        name="closing", models_folder=studio.settings.models_folder, options={"n": 3}
    )
    registry.close()
    assert sorted(closed) == ["1", "3"]
    assert held.config.options == {"n": 1}


def test_settings_that_concern_engines_hold_at_once(studio: Studio):
    studio.configure(
        {"engine": "fake:other", "engines.lab.uses": "fake", "engines.lab.reply": "from the lab"}
    )
    assert studio.settings.engine == "fake:other"
    assert named(studio, "image", "fake").default is True
    (picture,) = studio.generate("a house", **SMALL)
    assert studio.ask(picture, "What?", engine="lab").read().text == "from the lab"
    assert Settings.load().engine == "fake:other"
    studio.configure({"engine": None})
    assert studio.settings.engine == "pocket"


def test_nothing_changes_where_the_file_cannot(studio: Studio, monkeypatch: pytest.MonkeyPatch):
    before = studio.settings
    for changes in ({"engine": "nobody"}, {"engines.telling.api_key": "k", "threads": "many"}):
        with pytest.raises((SettingsError, UnknownEngineError)):
            studio.configure(changes)
    assert studio.settings == before
    assert named(studio, "chat", "telling").has_key is False


def test_what_is_probed_is_known_for_a_while(studio: Studio):
    asked: list[str] = []

    class Probed(FakeSpeechEngine):
        def probe(self) -> Availability:
            asked.append(self.config.name)
            return Availability(ready=False, reason="not there", hint="Start it.")

    studio.speech.register("probed", Probed)
    assert named(studio, "speech", "probed").availability.ready is True
    assert asked == []
    for _ in range(3):
        assert named(studio, "speech", "probed", probe=True).availability.reason == "not there"
    assert asked == ["probed"]
    studio.configure({"speech": "espeak"})
    assert named(studio, "speech", "probed", probe=True).availability.ready is False
    assert asked == ["probed", "probed"], "what was known is asked anew after a change"


def test_a_name_that_uses_nobody_is_listed_as_such(write_config: Callable[[str], Path]):
    write_config('[engines.lab]\nuses = "olama"\n')
    with Studio.open() as studio:
        lab = named(studio, "chat", "lab")
        assert lab.availability.reason == "There is no chat engine 'olama', which 'lab' uses."
        assert "Did you mean 'ollama'?" in lab.availability.hint
        assert [facts.name for facts in studio.engines("image") if facts.name == "lab"] == []


class TestTrials:
    def test_nothing_is_kept(self, studio: Studio):
        trial = studio.try_engine(Kind.IMAGE, "fake")
        assert (trial.ok, trial.said, trial.cost) == (True, "256x256 in 4 steps", None)
        assert trial.image is not None
        assert studio.gallery.count() == 0

    def test_the_smallest_where_256_is_too_small(self, studio: Studio):
        class Large(FakeImageEngine):
            @property
            def capabilities(self):
                can = super().capabilities
                sizes = can.sizes.model_copy(update={"minimum": 512})
                steps = can.steps.model_copy(update={"minimum": 20, "default": 50})  # pyright: ignore
                return can.model_copy(update={"sizes": sizes, "steps": steps})

        studio.registry.register("large", Large)
        assert studio.try_engine("image", "large").said == "512x512 in 20 steps"

    @pytest.mark.parametrize(
        ("kind", "engine", "said"),
        [
            ("chat", "openai:m", "OpenAI needs a key"),
            ("image", "pocket:other", "no model 'other'"),
            ("speech", "polly:loud", "no engine 'loud'"),
            ("speech", "piper", "none was named"),
        ],
    )
    def test_what_it_cannot_is_told(self, studio: Studio, kind: str, engine: str, said: str):
        trial = studio.try_engine(kind, engine)
        assert trial.ok is False
        assert said in trial.said
        assert trial.hint

    def test_nothing_said_is_not_ready(self, studio: Studio):
        studio.configure({"engines.fake.reply": " "})
        assert studio.try_engine("chat", "fake").said == "It said nothing."

    def test_it_can_be_called_off(self, studio: Studio):
        cancel = threading.Event()
        cancel.set()
        for kind, engine in (("image", "fake"), ("chat", "fake"), ("speech", "fake"), ("chat", "pocket")):
            with pytest.raises(Cancelled):
                studio.try_engine(kind, engine, cancel=cancel)

    def test_it_reports(self, studio: Studio):
        told: list[Progress] = []
        studio.try_engine("image", "fake", progress=told.append)
        assert len(told) == 4


WRONG: dict[str, Callable[[Studio, Any], object]] = {
    "keywords": lambda studio, _: studio.suggest("calm", 5),  # pyright: ignore
    "reference": lambda studio, _: studio.suggest("calm", reference=5),  # pyright: ignore
    "assistant": lambda studio, _: studio.suggest("calm", engine=5),  # pyright: ignore
    "question": lambda studio, picture: studio.ask(picture, 5),  # pyright: ignore
    "no question": lambda studio, picture: studio.ask(picture, None),  # pyright: ignore
    "picture": lambda studio, _: studio.ask(5, "What?"),  # pyright: ignore
    "before": lambda studio, picture: studio.ask(picture, "What?", before=5),  # pyright: ignore
    "before a text": lambda studio, picture: studio.ask(picture, "What?", before=["x"]),  # pyright: ignore
    "text": lambda studio, _: studio.translate(5),  # pyright: ignore
    "its language": lambda studio, _: studio.translate("hund", language=5),  # pyright: ignore
    "tagged": lambda studio, _: studio.tag(None),  # pyright: ignore
    "described": lambda studio, _: studio.describe([]),  # pyright: ignore
    "spoken": lambda studio, _: studio.speak(5),  # pyright: ignore
    "spoken each": lambda studio, _: studio.speak_each(None),  # pyright: ignore
    "format": lambda studio, _: studio.speak("Hello", format=5),  # pyright: ignore
    "language": lambda studio, _: studio.speak("Hello", language=5),  # pyright: ignore
    "painter": lambda studio, _: studio.generate("a house", engine=5),  # pyright: ignore
    "kind": lambda studio, _: studio.try_engine("video", "fake"),
    "tried": lambda studio, _: studio.try_engine("image", 5),  # pyright: ignore
    "voices": lambda studio, _: studio.voices(5),  # pyright: ignore
    "setting": lambda studio, _: studio.configure({5: "x"}),  # pyright: ignore
    "value": lambda studio, _: studio.configure({"engine": {}}),  # pyright: ignore
    "key of": lambda studio, _: studio.set_key(5, "k"),  # pyright: ignore
}


@pytest.mark.parametrize("call", WRONG.values(), ids=WRONG.keys())
def test_arguments_of_the_wrong_type_are_said_in_a_line(studio: Studio, call: Callable[..., object]):
    (picture,) = studio.generate("a house", **SMALL)
    with pytest.raises(StudioloError) as caught:
        call(studio, picture)
    assert caught.value.exit_code == 2
    assert caught.value.hint


def test_a_key_for_who_takes_none(studio: Studio):
    for engine in ("fake", "pocket", "espeak", "bedrock"):
        with pytest.raises(InvalidRequestError, match="takes no key"):
            studio.set_key(engine, "k")
