"""Who paints when no engine is named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studiolo.engines.base import Availability
from studiolo.engines.capabilities import Capabilities, Task
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import InvalidRequestError, UnknownEngineError, UnsupportedRequestError
from studiolo.gallery import Gallery
from studiolo.registry import EngineRegistry
from studiolo.settings import Settings
from studiolo.studio import Studio

PICTURE = Image.new("RGB", (24, 16), "teal")


class Only(FakeImageEngine):
    """Does one task, and is as ready as it is told to be."""

    def __init__(self, task: Task, *, ready: bool = True, offline: bool = True, served: bool = False) -> None:
        super().__init__()
        self._tasks = frozenset({task})
        self._ready = ready
        self._offline = offline
        self._served = served

    @property
    def capabilities(self) -> Capabilities:
        changes = {"tasks": self._tasks, "offline": self._offline, "served": self._served}
        return super().capabilities.model_copy(update=changes)

    def availability(self) -> Availability:
        if self._ready:
            return Availability(ready=True)
        return Availability(ready=False, reason="the lens is missing", hint="Run: studiolo pull lens")


@pytest.fixture
def open_with(home: Path) -> Iterator[Any]:
    """A studio whose settings' engine paints from words alone, and that has these engines beside it."""
    opened: list[Studio] = []

    def begin(**engines: FakeImageEngine) -> Studio:
        settings = Settings.load(engine="words")
        registry = EngineRegistry()
        registry._factories = {}  # none but those of the test
        for name, engine in {"words": Only("text-to-image"), "fake": FakeImageEngine(), **engines}.items():
            registry.register(name, lambda config, engine=engine: engine)
        opened.append(Studio(settings, registry, Gallery.open(settings.gallery_folder)))
        return opened[-1]

    yield begin
    for studio in opened:
        studio.close()


def test_the_settings_engine_paints_what_it_can_without_a_word(open_with):
    studio = open_with(other=Only("text-to-image"))
    prepared = studio.prepare(studio.request("an apple"))
    assert (prepared.engine, prepared.notes) == ("words", ())


def test_what_it_cannot_is_done_by_the_first_that_is_ready_and_the_picture_says_so(open_with):
    studio = open_with(
        a=Only("upscaling", ready=False),
        b=Only("upscaling", offline=False),
        c=Only("upscaling"),
        d=Only("upscaling"),
    )
    prepared = studio.prepare(studio.request(init_image=PICTURE, upscale=2))
    assert prepared.engine == "c"
    [note] = prepared.notes
    assert note == "by c: words does no upscaling"


def test_nothing_is_sent_to_a_service_that_nobody_named(open_with):
    studio = open_with(service=Only("upscaling", offline=False))
    request = studio.request(init_image=PICTURE, upscale=2)
    with pytest.raises(UnsupportedRequestError, match=r"No engine here can\. Services: service\."):
        studio.prepare(request)
    assert studio.prepare(request, engine="service").engine == "service"


def test_a_server_of_this_machine_is_not_asked_unless_it_is_named(open_with):
    studio = open_with(aserver=Only("upscaling", served=True), upscaler=Only("upscaling"))
    request = studio.request(init_image=PICTURE, upscale=2)
    assert studio.prepare(request).engine == "upscaler"
    assert studio.prepare(request, engine="aserver").engine == "aserver"
    with pytest.raises(
        UnsupportedRequestError, match=r"here that can: upscaler\. If their server runs: aserver\."
    ):
        studio.prepare(request, engine="words")


def test_services_without_a_key_are_named_where_nobody_else_can(open_with):
    studio = open_with(service=Only("upscaling", offline=False, ready=False))
    with pytest.raises(UnsupportedRequestError, match=r"Services, once set up: service\."):
        studio.prepare(studio.request(init_image=PICTURE, upscale=2))


def test_what_would_mend_it_is_said_where_nobody_is_ready(open_with):
    studio = open_with(lens=Only("upscaling", ready=False))
    with pytest.raises(UnsupportedRequestError, match="words' does no upscaling") as caught:
        studio.prepare(studio.request(init_image=PICTURE, upscale=2))
    assert "lens could. Run: studiolo pull lens." in caught.value.hint


def test_the_fake_engine_is_chosen_by_name_only(open_with):
    studio = open_with()
    with pytest.raises(UnsupportedRequestError, match="No engine here can"):
        studio.prepare(studio.request(init_image=PICTURE, upscale=2))
    assert studio.prepare(studio.request(init_image=PICTURE, upscale=2), engine="fake").engine == "fake"


def test_a_wrong_value_is_not_taken_to_another_engine(open_with):
    studio = open_with(other=Only("text-to-image"))
    with pytest.raises(InvalidRequestError, match="steps 500 is outside"):
        studio.prepare(studio.request("an apple", steps=500))


def test_an_engine_that_is_named_is_not_replaced(open_with):
    studio = open_with(other=Only("upscaling"))
    with pytest.raises(UnsupportedRequestError, match="Engines here that can: other"):
        studio.prepare(studio.request(init_image=PICTURE, upscale=2), engine="words")
    with pytest.raises(UnknownEngineError):
        studio.prepare(studio.request("an apple"), engine="nobody")


def test_a_job_says_who_paints_it_and_its_pictures_why(open_with):
    studio = open_with(lens=Only("upscaling"))
    job = studio.submit(init_image=PICTURE, upscale=2)
    assert (job.engine, job.notes) == ("lens", ("by lens: words does no upscaling",))
    done = studio.jobs.wait(job.id, 30)
    [picture] = map(studio.gallery.get, done.pictures)
    assert picture.notes == ("by lens: words does no upscaling",)
    again = studio.jobs.wait(studio.jobs.again(job.id).id, 30)
    assert studio.gallery.get(again.pictures[0]).notes == picture.notes
