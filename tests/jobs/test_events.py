"""What is told of jobs, to whom, and again to those who come back."""

import itertools
import threading
import time

import pytest

from studiolo.jobs.events import EventLog
from tests.jobs.conftest import SMALL, Listener, until_running, wait_until


def test_a_job_is_told_from_the_asking_to_the_end(studio):
    listener = Listener(studio)
    job = studio.submit("an apple", count=2, steps=3, seed=4, **SMALL)
    listener.wait_for(lambda: any(told.ended for told in listener.of("job")))
    states = [told.state for told in listener.of("job", job.id)]
    assert [state for state, _ in itertools.groupby(states)] == ["queued", "running", "done"]
    fractions = [progress.fraction for progress in listener.of("progress", job.id)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    pictures = listener.of("picture", job.id)
    assert [(told.index, told.picture.seed) for told in pictures] == [(0, 4), (1, 5)]
    assert [told.ids for told in listener.of("gallery")] == [(told.picture.id,) for told in pictures]
    assert listener.events[-1].kind == "job", "the end comes last"
    numbers = [event.number for event in listener.events]
    assert numbers == list(range(1, len(numbers) + 1))


def test_coming_forward_in_the_line_is_told(studio, gated):
    first, second, third = [studio.submit(f"apple {n}", engine="gated", **SMALL) for n in range(3)]
    until_running(studio, first)
    listener = Listener(studio)
    studio.jobs.cancel(second.id)
    listener.wait_for(lambda: listener.of("job", third.id))
    assert listener.of("job", third.id)[-1].position == 1
    assert listener.of("job", second.id)[-1].state == "cancelled"


def test_only_owners_are_told(studio, gated):
    ann, all_ = Listener(studio, "ann"), Listener(studio)
    of_ann = studio.submit("an apple", owner="ann", **SMALL)
    of_bob = studio.submit("a pear", owner="bob", **SMALL)
    for job in (of_ann, of_bob):
        studio.jobs.wait(job.id, 30)
    wait_until(lambda: any(told.ended for told in all_.of("job", of_bob.id)))
    assert {event.job_id for event in ann.events} == {of_ann.id, None}
    assert len(ann.of("gallery")) == 2, "the gallery is everybody's"
    assert {event.job_id for event in all_.events} == {of_ann.id, of_bob.id, None}


def test_a_subscriber_that_fails_is_dropped_and_the_painting_goes_on(studio, caplog):
    def fail(event):
        raise RuntimeError("the client is gone")

    studio.jobs.events.subscribe(fail)
    job = studio.submit("an apple", count=3, **SMALL)
    assert studio.jobs.wait(job.id, 30).state == "done"
    assert caplog.text.count("could not be told") == 1
    assert not studio.jobs.events.watched()


def test_who_comes_back_is_told_what_was_missed():
    log = EventLog()
    first = log.publish("gallery", "a")
    log.publish("gallery", "b", owner="ann")
    log.publish("gallery", "c", owner="bob")
    assert [event.data for event in log.since(first.id)] == ["b", "c"]
    assert [event.data for event in log.since(first.id, "ann")] == ["b"]
    assert log.since(log.last_id) == []
    assert [event.data for event in log.since(f"{log.epoch}-0")] == ["a", "b", "c"]


def test_of_a_job_only_the_newest_is_told_again():
    log = EventLog()
    start = log.last_id
    for step in range(5):
        log.publish("progress", step, job_id="one")
        log.publish("progress", step, job_id="two")
    log.publish("picture", "p", job_id="one")
    log.publish("picture", "q", job_id="one")
    assert [event.data for event in log.since(start)] == [4, 4, "p", "q"]


@pytest.mark.parametrize(
    "last", ["", "x", "other-1", "{}-", "{}--1", "{}-99", "{}-²", "{}-1e3", "{}-" + "9" * 5000]
)
def test_what_is_no_event_of_this_run_is_not_resumed(last):
    log = EventLog()
    log.publish("gallery", "a")
    assert log.since(last.format(log.epoch)) is None


def test_what_is_too_long_ago_is_not_resumed():
    log = EventLog(remembered=10)
    events = [log.publish("gallery", number) for number in range(30)]
    assert log.since(events[18].id) is None
    assert [event.data for event in log.since(events[19].id)] == list(range(20, 30))


def test_the_log_stays_small_whatever_happens():
    log = EventLog(remembered=10)
    for number in range(1000):
        log.publish("progress", number, job_id=str(number % 50))
        log.publish("job", number, job_id=str(number % 7))
    assert len(log._events) <= 10
    assert len(log._newest) <= 10


def test_none_is_missed_or_told_twice_between_coming_back_and_now():
    """Subscribe, then ask what was: by their numbers both together are everything."""
    log = EventLog()
    stop = threading.Event()

    def publish():
        while not stop.is_set():
            log.publish("gallery", None)
            time.sleep(0.0002)  # slower than what is remembered runs out, whatever else the machine does

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        for _ in range(20):
            last = log.last_id
            heard = []
            subscription = log.subscribe(heard.append)
            missed = log.since(last)
            wait_until(lambda: len(heard) > 3)  # noqa: B023
            subscription.close()
            numbers = sorted({event.number for event in [*missed, *heard]})
            begin = int(last.partition("-")[2]) + 1
            assert numbers == list(range(begin, begin + len(numbers)))
    finally:
        stop.set()
        thread.join()


def test_previews_are_made_only_while_somebody_looks(studio, gated):
    job = studio.submit("an apple", engine="gated", steps=50, width=640, height=64)
    until_running(studio, job)
    gated.gate.release()
    progress = wait_until(lambda: studio.jobs.get(job.id).progress)
    assert progress.preview_step is None
    assert studio.jobs.preview(job.id, 0) is None  # but it was asked for: somebody looks now
    gated.gate.release()
    step, content = wait_until(lambda: studio.jobs.preview(job.id, 0))
    assert step >= 1
    assert content[:4] == b"RIFF"
    assert content[8:12] == b"WEBP"
    from io import BytesIO

    from PIL import Image

    with Image.open(BytesIO(content)) as image:
        assert image.size == (512, 51)
    assert studio.jobs.get(job.id).progress.preview_step == step
