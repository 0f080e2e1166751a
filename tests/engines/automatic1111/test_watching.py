"""How far a painting is, what it looks like, and that nobody else's is called off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import httpx2
import pytest

from studiolo.errors import Cancelled
from studiolo.requests import Progress
from tests.engines.automatic1111.conftest import ask, paint
from tests.engines.automatic1111.server import Flavour, WebUI

PATIENCE_S = 10.0
FLAVOURS: tuple[Flavour, ...] = ("automatic1111", "sdnext")


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.01)


def somebody_paints(server: WebUI) -> threading.Thread:
    """Another client's painting, under way."""
    before = len(server.state.tasks)

    def ask_for_it() -> None:
        httpx2.post(f"{server.address}/sdapi/v1/txt2img", json={"prompt": "a dog", "steps": 4}, timeout=30)

    client = threading.Thread(target=ask_for_it)
    client.start()
    wait_until(
        lambda: len(server.state.tasks) > before and server.state.current is server.state.tasks[before]
    )
    return client


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_steps_and_previews_come_while_it_is_painted(engine_at, flavour):
    with WebUI(flavour, lasts_s=1.2) as server:
        reports: list[Progress] = []
        paint(engine_at(server), reports.append, steps=20)
    assert reports[0].stage == "waiting"
    under_way = [report for report in reports if 0 < report.step < 20]
    assert under_way, "no step between the first and the last"
    assert all(report.stage == "painting" for report in under_way)
    assert {report.preview().size for report in under_way if report.preview} == {(8, 8)}


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_previews_can_be_done_without(engine_at, flavour):
    with WebUI(flavour, lasts_s=0.6) as server:
        engine = engine_at(server, previews=False)
        reports: list[Progress] = []
        paint(engine, reports.append)
    assert not engine.capabilities.previews
    assert all(report.preview is None for report in reports if report.step < report.total)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_cancelling_interrupts_what_is_painted_for_us(engine_at, flavour):
    with WebUI(flavour, lasts_s=20) as server:

        def stop(report: Progress) -> None:
            if report.stage == "painting":
                raise Cancelled

        with pytest.raises(Cancelled):
            paint(engine_at(server), stop)
        wait_until(lambda: server.last.state == "interrupted")
        assert server.state.interruptions == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_cancelling_does_not_interrupt_what_is_painted_for_others(engine_at, flavour):
    with WebUI(flavour, lasts_s=20) as server:
        other = somebody_paints(server)

        def stop(report: Progress) -> None:
            if len(server.state.tasks) > 1:  # ours waits behind it
                raise Cancelled

        with pytest.raises(Cancelled):
            paint(engine_at(server), stop)
        assert server.state.interruptions == 0
        server.finish.set()
        other.join()
        assert server.state.tasks[0].state == "finished"


def test_what_is_cancelled_in_the_queue_is_interrupted_when_its_turn_comes(engine_at):
    with WebUI(lasts_s=20) as server:
        other = somebody_paints(server)

        def stop(report: Progress) -> None:
            if len(server.state.tasks) > 1:
                raise Cancelled

        with pytest.raises(Cancelled):
            paint(engine_at(server), stop)
        server.finish.set()
        other.join()
        wait_until(lambda: server.last.state == "interrupted")
        assert server.state.tasks[0].state == "finished"
        assert server.state.interruptions == 1


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_somebody_elses_steps_are_not_told_as_ours(engine_at, flavour):
    with WebUI(flavour, lasts_s=20) as server:
        other = somebody_paints(server)
        reports: list[Progress] = []

        def listen(report: Progress) -> None:
            if server.state.tasks[0].state == "painting":
                reports.append(report)
                server.lasts_s = 0  # of those that come after it
                if len(reports) == 8:  # long enough for a look or two
                    server.finish.set()

        paint(engine_at(server), listen)
        other.join()
    assert reports
    assert {(report.step, report.stage) for report in reports} == {(0, "waiting")}


def test_pictures_are_painted_although_nobody_tells_how_far_they_are(engine_at):
    with WebUI("old", lasts_s=0.4) as server:
        server.tells_progress = False
        reports: list[Progress] = []
        picture = paint(engine_at(server), reports.append)
        assert picture.seed == 7
        assert reports[-1].step == reports[-1].total
        assert {report.step for report in reports} == {0, reports[-1].total}


def test_closing_the_engine_interrupts_its_painting(engine_at):
    with WebUI(lasts_s=20) as server:
        engine = engine_at(server)
        pictures = engine.generate(ask(engine))
        failed: list[BaseException] = []

        def run() -> None:
            try:
                list(pictures)
            except Cancelled as error:
                failed.append(error)

        painting = threading.Thread(target=run)
        painting.start()
        wait_until(lambda: server.state.current is not None)
        engine.close()
        painting.join(PATIENCE_S)
        assert failed
        wait_until(lambda: server.last.state == "interrupted")
