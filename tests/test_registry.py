"""From a name to an engine, and what is said when there is none."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from studiolo.engines.base import EngineConfig, ImageEngine
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import EngineError, UnknownEngineError
from studiolo.registry import EngineRegistry
from studiolo.requests import ImageRequest


class Closing(FakeImageEngine):
    closed = False

    def close(self):
        self.closed = True


class TextOnly(FakeImageEngine):
    @property
    def capabilities(self):
        return super().capabilities.model_copy(update={"tasks": frozenset({"text-to-image"})})


def registry_of(**engines: type[ImageEngine]) -> EngineRegistry:
    registry = EngineRegistry()
    registry._factories.clear()
    for name, engine in engines.items():
        registry.register(name, engine)
    return registry


def test_the_built_in_engines_are_entry_points_like_any_other():
    assert {"fake", "pocket"} <= set(EngineRegistry().names)
    assert isinstance(EngineRegistry().resolve("fake"), FakeImageEngine)


def test_an_engine_is_built_once_for_each_model():
    registry = EngineRegistry()
    assert registry.resolve("fake") is registry.resolve("fake")
    one, two = registry.resolve("fake:one"), registry.resolve("fake:two")
    assert one is not two
    assert (one.config.model, two.config.model, registry.resolve("fake").config.model) == ("one", "two", None)


def test_of_very_many_models_only_the_last_used_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("studiolo.registry.MOST_KEPT", 3)
    registry = EngineRegistry()
    first, second = registry.resolve("fake:1"), registry.resolve("fake:2")
    registry.resolve("fake:3")
    assert registry.resolve("fake:1") is first
    registry.resolve("fake:4")
    assert registry.resolve("fake:1") is first
    assert registry.resolve("fake:2") is not second


def test_an_engine_is_told_only_what_concerns_it():
    mine = EngineConfig(options={"api_key": "k"}, threads=3)
    registry = EngineRegistry({"fake": mine}, default=EngineConfig(models_folder=Path("models")))
    registry.register("other", FakeImageEngine)
    assert registry.resolve("fake").config == replace(mine, name="fake")
    assert registry.resolve("fake:m").config == replace(mine, name="fake", model="m")
    assert registry.resolve("other").config == EngineConfig(name="other", models_folder=Path("models"))


@pytest.mark.parametrize(("typed", "meant"), [("pokcet", "pocket"), ("Pocket", "pocket"), ("fak", "fake")])
def test_did_you_mean(typed: str, meant: str):
    with pytest.raises(UnknownEngineError, match=f"Did you mean '{meant}'") as caught:
        EngineRegistry().resolve(typed)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("typed", ["", "zzzzzz", ":model", "dall-e-99"])
def test_nothing_is_guessed_where_nothing_is_near(typed: str):
    with pytest.raises(UnknownEngineError, match="There is no engine") as caught:
        EngineRegistry().resolve(typed)
    assert "Did you mean" not in caught.value.hint
    assert "fake" in caught.value.hint, "what is installed is named"


BROKEN = {
    "missing module": ("no_such_module_anywhere:Engine", ""),
    "missing class": ("broken_engine:NoSuchEngine", "class Engine: ..."),
    "another kind of class": ("broken_engine:Engine", "class Engine: ..."),
    "missing dependency": ("broken_engine:Engine", "import no_such_dependency_anywhere"),
    "bad syntax": ("broken_engine:Engine", "class Engine(:"),
    "made for another version": (
        "broken_engine:Engine",
        "import studiolo\nclass Engine(studiolo.__version__, int): ...",
    ),
}


@pytest.mark.parametrize(("value", "source"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_plugin_is_named_and_disturbs_nobody_else(
    value: str, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "broken_engine.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_engine", raising=False)
    registry = EngineRegistry()
    registry._factories["broken"] = EntryPoint(name="broken", value=value, group=EngineRegistry.group)
    with pytest.raises(EngineError, match="Engine 'broken' cannot be loaded") as caught:
        registry.resolve("broken")
    assert "package" in caught.value.hint
    assert registry.able_to(ImageRequest(prompt="an apple", width=64, height=64)).count("fake") == 1


def test_a_plugin_that_cannot_be_built_is_named_and_disturbs_nobody_else():
    def factory(config: EngineConfig) -> FakeImageEngine:
        raise RuntimeError("no such device")

    registry = EngineRegistry()
    registry.register("broken", factory)
    with pytest.raises(EngineError, match=r"Engine 'broken' .*no such device"):
        registry.resolve("broken")
    assert "broken" not in registry.able_to(ImageRequest(prompt="an apple", width=64, height=64))


def test_engines_that_can_are_found_by_what_they_declare():
    registry = registry_of(everything=FakeImageEngine, words=TextOnly)
    picture = FakeImageEngine().generate(ImageRequest(prompt="a"))
    from_picture = ImageRequest.parse({"prompt": "a", "init_image": next(picture).image})
    assert registry.able_to(ImageRequest(prompt="a")) == ["everything", "words"]
    assert registry.able_to(from_picture) == ["everything"]


def test_close_closes_what_was_built_and_builds_anew():
    registry = registry_of(closing=Closing)
    first = registry.resolve("closing")
    registry.close()
    assert first.closed  # pyright: ignore[reportAttributeAccessIssue]
    assert registry.resolve("closing") is not first


def test_threads_that_ask_at_once_get_one_engine():
    built: list[ImageEngine] = []
    barrier = threading.Barrier(8)

    def factory(config: EngineConfig) -> ImageEngine:
        built.append(FakeImageEngine(config))
        return built[-1]

    registry = EngineRegistry()
    registry.register("counted", factory)

    def ask():
        barrier.wait()
        registry.resolve("counted")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1
