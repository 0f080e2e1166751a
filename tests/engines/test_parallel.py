"""Several pictures at once: none is lost that was finished, and none is begun that nobody wants any more."""

import threading

import pytest
from PIL import Image

from studiolo.engines.parallel import Places
from studiolo.errors import Cancelled, Closing, EngineError
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ignore_progress

FOUR = ImageRequest(prompt="an apple", count=4, seed=10)


def made(request):
    return GeneratedImage(image=Image.new("RGB", (8, 8)), request=request, engine="service", model="a")


def test_each_has_its_own_seed_and_comes_when_it_is_finished():
    last_is_here = threading.Event()

    def paint(request, progress):
        assert request.seed != 10 or last_is_here.wait(10)
        return made(request)

    seeds = []
    for picture in Places(4).paint_each(FOUR, paint, ignore_progress):
        seeds.append(picture.seed)
        if picture.seed == 13:
            last_is_here.set()
    assert sorted(seeds) == [10, 11, 12, 13]
    assert seeds[-1] == 10


def test_no_more_at_once_than_there_are_places_over_all_requests():
    places, lock = Places(2), threading.Lock()
    now = most = 0
    both = threading.Barrier(2)

    def paint(request, progress):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        both.wait(10)  # two are painted at once, or nothing goes on
        with lock:
            now -= 1
        return made(request)

    def ask():
        assert len(list(places.paint_each(FOUR, paint, ignore_progress))) == 4

    other = threading.Thread(target=ask)
    other.start()
    ask()
    other.join()
    assert most == 2


def test_when_one_fails_those_under_way_are_kept_and_none_is_begun():
    begun, failed = [], threading.Event()

    def paint(request, progress):
        begun.append(request.seed)
        if request.seed == 11:
            failed.set()
            raise EngineError("The service fell over.")
        assert failed.wait(10)
        while len(kept_places) < 1:
            progress(Progress(step=0, total=1))
            threading.Event().wait(0.01)
        return made(request)

    kept_places: list[int] = []
    finished = []

    def look(step):
        kept_places.append(step.index)

    pictures = Places(2).paint_each(FOUR, paint, look)
    with pytest.raises(EngineError, match="fell over"):
        finished.extend(picture.seed for picture in pictures)
    assert 10 in finished
    assert set(begun) - {10, 11} == set(finished) - {10}
    assert len(begun) < 4


def test_when_one_fails_none_is_begun_that_waits_for_another_requests_place():
    places, occupied, leave = Places(2), threading.Event(), threading.Event()
    begun = []

    def occupy(request, progress):
        occupied.set()
        assert leave.wait(10)
        return made(request)

    def fail(request, progress):
        begun.append(request.seed)
        raise EngineError("The service fell over.")

    single = FOUR.model_copy(update={"count": 1})
    other = threading.Thread(target=lambda: list(places.paint_each(single, occupy, ignore_progress)))
    other.start()
    assert occupied.wait(10)
    with pytest.raises(EngineError, match="fell over"):
        list(places.paint_each(FOUR, fail, ignore_progress))
    leave.set()
    other.join()
    assert len(begun) == 1
    assert len(list(places.paint_each(FOUR, occupy, ignore_progress))) == 4


def test_what_is_finished_is_kept_when_it_is_called_off():
    waiting = threading.Event()

    def paint(request, progress):
        if request.seed == 10:
            assert waiting.wait(10)
            return made(request)
        waiting.set()
        while True:
            progress(Progress(step=0, total=1))
            threading.Event().wait(0.01)

    finished, called = [], []

    def stop(step):
        called.append(step.index)
        assert waiting.wait(10)
        raise Cancelled

    pictures = Places(2).paint_each(FOUR, paint, stop)
    with pytest.raises(Cancelled):
        finished.extend(picture.seed for picture in pictures)
    assert finished == [10]
    assert len(called) == 1


def test_who_turns_away_ends_it():
    stopped = threading.Event()

    def paint(request, progress):
        if request.seed == 10:
            return made(request)
        try:
            while True:
                progress(Progress(step=0, total=1))
                threading.Event().wait(0.01)
        except Cancelled:
            stopped.set()
            raise

    pictures = Places(4).paint_each(FOUR, paint, ignore_progress)
    assert next(pictures).seed == 10
    pictures.close()
    assert stopped.is_set()


def test_it_beats_while_the_service_is_silent():
    beats, silent = [], threading.Event()

    def paint(request, progress):
        progress(Progress(step=1, total=5))
        assert silent.wait(10)
        return made(request)

    def look(step):
        beats.append(step)
        if len(beats) == 4:
            silent.set()

    [picture] = Places(1).paint_each(FOUR.model_copy(update={"count": 1}), paint, look)
    assert picture.seed == 10
    assert {(step.step, step.total, step.index, step.count) for step in beats} == {(1, 5, 0, 1)}


def test_what_is_being_paid_for_comes_in_when_the_studio_closes():
    under_way, closed = threading.Barrier(2), threading.Event()
    begun = []

    def paint(request, progress):
        begun.append(request.seed)
        progress(Progress(step=0, total=1))
        under_way.wait(10)
        assert closed.wait(10)
        progress(Progress(step=1, total=1))  # still allowed to go on
        return made(request)

    def close(step):
        closed.set()
        raise Closing

    pictures = Places(2).paint_each(FOUR, paint, close)
    finished = []
    with pytest.raises(Closing):
        finished.extend(picture.seed for picture in pictures)
    assert sorted(finished) == sorted(begun) == [10, 11]


def test_a_closing_studio_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("studiolo.engines.parallel.PATIENCE_S", 0.05)

    def paint(request, progress):
        while True:
            progress(Progress(step=0, total=1))
            threading.Event().wait(0.01)

    def close(step):
        raise Closing

    with pytest.raises(Closing):
        list(Places(2).paint_each(FOUR, paint, close))
