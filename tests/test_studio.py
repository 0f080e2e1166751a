"""The facade, with the fake engine and a real gallery."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studiolo import offline
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import (
    Cancelled,
    EngineError,
    InvalidRequestError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.gallery import Gallery, PictureFilter
from studiolo.registry import EngineRegistry, build_registry
from studiolo.requests import ImageRequest, Progress, ignore_progress
from studiolo.settings import Settings
from studiolo.studio import Studio

SMALL = {"width": 64, "height": 48}


class FailsAtTheThird(FakeImageEngine):
    def generate(self, request, progress=ignore_progress):
        for number, picture in enumerate(super().generate(request, progress), start=1):
            if number == 3:
                raise EngineError("The paint ran out.", hint="Buy paint.")
            yield picture


class TextOnly(FakeImageEngine):
    @property
    def capabilities(self):
        return super().capabilities.model_copy(
            update={"tasks": frozenset({"text-to-image"}), "negative_prompt": False}
        )


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    settings = Settings.load(engine="fake")
    registry = build_registry(settings)
    registry.register("fails", FailsAtTheThird)
    registry.register("words", TextOnly)
    with Studio(settings, registry, Gallery.open(settings.gallery_folder)) as studio:
        yield studio


def kept(studio: Studio) -> list[int]:
    """Seeds of the pictures in the gallery, oldest first."""
    return [picture.seed or 0 for picture in reversed(studio.gallery.list(PictureFilter()).pictures)]


def test_a_picture_is_painted_kept_and_told_about(studio: Studio):
    [picture] = studio.generate("an apple", seed=5, steps=3, **SMALL)
    assert (picture.prompt, picture.seed, picture.engine, picture.steps) == ("an apple", 5, "fake", 3)
    assert studio.gallery.image(picture).size == (64, 48)
    assert studio.gallery.path(picture).is_file()


def test_the_gallery_has_what_makes_it_again(studio: Studio):
    [picture] = studio.generate("an apple", **SMALL)
    request = studio.gallery.request(picture)
    [again] = studio.generate(request)
    assert again.seed == picture.seed
    assert studio.gallery.image(again).tobytes() == studio.gallery.image(picture).tobytes()


def test_a_picture_made_from_pictures_can_be_made_again_too(studio: Studio):
    init, mask = Image.new("RGB", (64, 48), "teal"), Image.new("L", (64, 48), 128)
    [picture] = studio.generate("an apple", init_image=init, mask=mask, strength=0.5)
    again = studio.generate(studio.gallery.request(picture))[0]
    assert studio.gallery.image(again).tobytes() == studio.gallery.image(picture).tobytes()


def test_a_kept_picture_may_be_named_by_reference(studio: Studio):
    init = Image.new("RGB", (64, 48), "teal")
    [first] = studio.generate("an apple", init_image=init)
    reference = first.request["init_image"]
    request = ImageRequest(prompt="a pear", width=64, height=48)
    [from_words] = studio.generate("a pear", init_image=reference, seed=1)
    [from_request] = studio.generate(request, init_image=reference, seed=1)
    assert from_words.request["init_image"] == from_request.request["init_image"] == reference


def test_several_pictures_come_one_by_one_and_are_kept_at_once(studio: Studio):
    arriving = studio.generate_each("an apple", count=3, seed=10, **SMALL)
    assert next(arriving).seed == 10
    assert kept(studio) == [10], "the first is kept before the second is painted"
    assert [picture.seed for picture in arriving] == [11, 12]
    assert kept(studio) == [10, 11, 12]


def test_what_was_painted_before_a_failure_stays(studio: Studio):
    received: list[int | None] = []

    def receive() -> None:
        for picture in studio.generate_each("an apple", engine="fails", count=4, seed=10, **SMALL):
            received.append(picture.seed)  # noqa: PERF401 - those before the failure are wanted

    with pytest.raises(EngineError, match="The paint ran out"):
        receive()
    assert received == [10, 11]
    assert kept(studio) == [10, 11]


def test_cancel_stops_within_one_step_and_keeps_what_is_finished(studio: Studio):
    cancel = threading.Event()
    reports: list[Progress] = []

    def stop_in_the_second(report: Progress) -> None:
        reports.append(report)
        if report.index == 1 and report.step == 2:
            cancel.set()

    with pytest.raises(Cancelled):
        studio.generate(
            "an apple", count=3, seed=10, steps=4, progress=stop_in_the_second, cancel=cancel, **SMALL
        )
    assert kept(studio) == [10]
    assert (reports[-1].index, reports[-1].step) == (1, 2), "no step was reported after that"


def test_cancel_set_from_another_thread(studio: Studio):
    cancel, painting = threading.Event(), threading.Event()
    outcome: list[str] = []

    def wait_for_cancel(report: Progress) -> None:
        painting.set()
        assert cancel.wait(10)

    def paint() -> None:
        try:
            studio.generate("an apple", progress=wait_for_cancel, cancel=cancel, steps=3, **SMALL)
        except Cancelled:
            outcome.append("cancelled")

    thread = threading.Thread(target=paint)
    thread.start()
    assert painting.wait(10)
    cancel.set()
    thread.join(10)
    assert outcome == ["cancelled"]
    assert kept(studio) == []


def test_a_request_that_cannot_be_is_refused_where_it_is_made(studio: Studio):
    with pytest.raises(InvalidRequestError, match="multiples of 8"):
        studio.generate_each("an apple", width=63)  # not yet iterated
    with pytest.raises(UnknownEngineError, match="Did you mean 'fake'"):
        studio.generate_each("an apple", engine="fakee")
    for unnamed in ("", " "):
        with pytest.raises(UnknownEngineError, match="There is no engine ''"):
            studio.generate_each("an apple", engine=unnamed)
    assert kept(studio) == []


@pytest.mark.parametrize(
    "fields",
    [{"init_image": Image.new("RGB", (64, 64))}, {"negative_prompt": "blur"}],
    ids=["picture", "negative"],
)
def test_an_engine_that_cannot_names_those_that_can(studio: Studio, fields: dict[str, Any]):
    studio.registry.register("able", FakeImageEngine)
    with pytest.raises(UnsupportedRequestError) as caught:
        studio.generate("an apple", engine="words", width=64, height=64, **fields)
    assert "able" in caught.value.hint
    assert "words" not in caught.value.hint
    assert "fake" not in caught.value.hint, "a test engine is nobody's way out"


def test_a_field_changes_a_whole_request(studio: Studio):
    request = ImageRequest(prompt="an apple", seed=3, **SMALL)
    assert studio.request(request) is request
    assert studio.request(request, seed=4) == request.model_copy(update={"seed": 4})


def test_a_prompt_may_be_a_field_too(studio: Studio):
    request = ImageRequest(prompt="an apple", seed=3, **SMALL)
    assert studio.request(request, prompt="a pear") == request.model_copy(update={"prompt": "a pear"})
    assert studio.request(prompt="an apple", seed=3, **SMALL) == request
    [picture] = studio.generate(request, prompt="a pear")
    assert (picture.prompt, picture.seed) == ("a pear", 3)


def test_no_prompt_and_two_are_refused(studio: Studio):
    with pytest.raises(InvalidRequestError, match="The prompt is empty"):
        studio.generate()
    with pytest.raises(InvalidRequestError, match="two prompts"):
        studio.generate("an apple", prompt="a pear")


def test_progress_reaches_the_caller(studio: Studio):
    reports: list[Progress] = []
    studio.generate("an apple", steps=3, progress=reports.append, **SMALL)
    assert [(report.step, report.total) for report in reports] == [(1, 3), (2, 3), (3, 3)]


def test_threads_may_share_a_studio(studio: Studio):
    failures: list[BaseException] = []

    def paint(seed: int) -> None:
        try:
            studio.generate("an apple", seed=seed, count=3, **SMALL)
        except Exception as error:  # noqa: BLE001 - a thread's failure is shown by the test
            failures.append(error)

    threads = [threading.Thread(target=paint, args=(seed,)) for seed in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert sorted(kept(studio)) == [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]


def test_each_engine_is_told_its_own_options_in_plain(home: Path):
    settings = Settings.load(
        threads=2,
        offline=True,
        engines={"fake": {"api_key": "secret", "quality": 3}, "other": {"token": "theirs"}},
    )
    registry = build_registry(settings)
    config = registry.resolve("fake").config
    assert config.options == {"api_key": "secret", "quality": 3}
    assert (config.threads, config.offline, config.models_folder) == (2, True, home / "models")
    registry.register("unconfigured", FakeImageEngine)
    assert registry.resolve("unconfigured").config.options == {}
    assert registry.resolve("unconfigured").config.offline


def test_open_takes_everything_from_the_settings(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_ENGINE", "fake")
    monkeypatch.setenv("STUDIOLO_OFFLINE", "1")
    with Studio.open() as studio:
        assert offline.is_forbidden()
        [picture] = studio.generate("an apple", **SMALL)
        assert studio.gallery.path(picture).is_relative_to(home / "gallery")
        [hit] = studio.gallery.search("apple")
        assert hit.picture.id == picture.id


def test_close_frees_the_engines(home: Path):
    closed: list[str] = []

    class Closing(FakeImageEngine):
        def close(self):
            closed.append("engine")

    settings = Settings.load()
    registry = EngineRegistry()
    registry.register("closing", Closing)
    with Studio(settings, registry, Gallery.open(settings.gallery_folder)) as studio:
        studio.generate("an apple", engine="closing", **SMALL)
    assert closed == ["engine"]
