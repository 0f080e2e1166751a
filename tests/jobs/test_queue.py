"""Asking, waiting, looking, cancelling: real workers, a real gallery, and engines of all tempers."""

import logging
import os
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from studiolo.errors import (
    GalleryError,
    GalleryReadOnlyError,
    InvalidRequestError,
    NotFoundError,
    QueueFullError,
    UnknownEngineError,
)
from studiolo.gallery.picture import PictureFilter
from studiolo.requests import SourceImage
from tests.gallery.permissions import no_permission_to_write
from tests.jobs.conftest import SMALL, Listener, open_studio, until_running, wait_until


def seeds(studio, job):
    return [studio.gallery.get(picture_id).seed for picture_id in studio.jobs.get(job.id).pictures]


def test_a_job_paints_what_generate_would(studio):
    job = studio.submit("an apple", count=3, seed=10, **SMALL)
    assert (job.state in ("queued", "running"), job.prompt, job.count) == (True, "an apple", 3)
    done = studio.jobs.wait(job.id, 30)
    assert (done.state, done.error, done.position, done.progress) == ("done", None, None, None)
    assert done.started is not None
    assert done.finished is not None
    assert done.created <= done.started <= done.finished
    assert seeds(studio, job) == [10, 11, 12]
    direct = studio.generate("an apple", count=3, seed=10, **SMALL)
    for picture_id, picture in zip(done.pictures, direct, strict=True):
        assert studio.gallery.image(picture_id).tobytes() == studio.gallery.image(picture).tobytes()
        assert studio.gallery.get(picture_id).request == picture.request


def test_every_default_is_filled_in_when_it_is_asked_for(studio, gated):
    job = studio.submit("an apple", engine="gated")
    assert isinstance(job.request["seed"], int)
    assert (job.request["steps"], job.request["width"], job.device) == (4, 64, "cpu")


def test_what_cannot_be_done_is_refused_before_it_waits(studio):
    with pytest.raises(UnknownEngineError):
        studio.submit("an apple", engine="nobody")
    with pytest.raises(InvalidRequestError, match="steps"):
        studio.submit("an apple", steps=5000)
    with pytest.raises(InvalidRequestError, match="scheduler"):
        studio.submit("an apple", scheduler="none such")
    with pytest.raises(InvalidRequestError, match="priority"):
        studio.submit("an apple", priority=10**30)
    with pytest.raises(InvalidRequestError, match="original prompt"):
        studio.submit("an apple", original_prompt="x" * 3000)
    with pytest.raises(InvalidRequestError, match="original prompt"):
        studio.submit("an apple", original_prompt="\ud800")
    assert studio.jobs.list() == ((), None)


def test_the_first_come_is_the_first_served_and_positions_say_so(studio, gated):
    jobs = [studio.submit(f"apple {n}", engine="gated", steps=1, **SMALL) for n in range(4)]
    until_running(studio, jobs[0])
    assert [studio.jobs.get(job.id).position for job in jobs] == [None, 1, 2, 3]
    for _ in jobs:
        gated.gate.release()
    for job in jobs:
        assert studio.jobs.wait(job.id, 30).state == "done"
    assert gated.prompts == [f"apple {n}" for n in range(4)]


def test_a_higher_priority_goes_first_and_can_be_given_later(studio, gated):
    first = studio.submit("running", engine="gated", steps=1, **SMALL)
    until_running(studio, first)
    low = studio.submit("low", engine="gated", steps=1, priority=-5, **SMALL)
    usual = studio.submit("usual", engine="gated", steps=1, **SMALL)
    high = studio.submit("high", engine="gated", steps=1, priority=7, **SMALL)
    assert [studio.jobs.get(job.id).position for job in (high, usual, low)] == [1, 2, 3]
    assert studio.jobs.set_priority(low.id, 9).position == 1
    assert studio.jobs.get(high.id).position == 2
    with pytest.raises(InvalidRequestError):
        studio.jobs.set_priority(low.id, 5000)
    for _ in range(4):
        gated.gate.release()
    for job in (low, usual, high):
        studio.jobs.wait(job.id, 30)
    assert gated.prompts == ["running", "low", "high", "usual"]
    assert studio.jobs.set_priority(low.id, 1).priority == 9, "what has ended stays as it is"


def test_owners_take_turns(studio, gated):
    running = studio.submit("running", engine="gated", steps=1, owner="ann", **SMALL)
    until_running(studio, running)
    for n in range(3):
        studio.submit(f"ann {n}", engine="gated", steps=1, owner="ann", **SMALL)
    last = studio.submit("bob", engine="gated", steps=1, owner="bob", **SMALL)
    assert last.position == 1, "ann was just served"
    for _ in range(5):
        gated.gate.release()
    wait_until(lambda: len(gated.prompts) == 5)
    assert gated.prompts == ["running", "bob", "ann 0", "ann 1", "ann 2"]


def test_devices_do_not_wait_for_each_other(studio, gated):
    waiting = studio.submit("an apple", engine="gated", **SMALL)
    until_running(studio, waiting)
    other = studio.submit("a pear", engine="other", steps=1, **SMALL)
    assert other.device == "cuda:0"
    studio.registry.resolve("other").gate.release()
    assert studio.jobs.wait(other.id, 30).state == "done"
    assert studio.jobs.get(waiting.id).state == "running"


def test_engines_on_one_device_wait_for_each_other(studio, gated):
    first = studio.submit("an apple", engine="gated", **SMALL)
    until_running(studio, first)
    second = studio.submit("a pear", engine="fake", **SMALL)
    assert second.position == 1
    studio.jobs.cancel(first.id)
    assert studio.jobs.wait(second.id, 30).state == "done"


def test_a_device_takes_as_many_at_once_as_its_engine_says(studio):
    jobs = [studio.submit(f"apple {n}", engine="two", **SMALL) for n in range(3)]
    wait_until(lambda: [studio.jobs.get(job.id).state for job in jobs] == ["running", "running", "queued"])
    assert studio.jobs.load()["service"].running == 2
    assert studio.jobs.load()["service"].waiting == 1


def test_cancelling_ends_exactly_one_at_once_or_within_a_step(studio, gated):
    running, second, third = [studio.submit(f"apple {n}", engine="gated", **SMALL) for n in range(3)]
    until_running(studio, running)
    cancelled = studio.jobs.cancel(second.id)
    assert (cancelled.state, cancelled.position) == ("cancelled", None)
    assert cancelled.finished is not None
    assert studio.jobs.get(third.id).position == 1
    studio.jobs.cancel(running.id)
    assert studio.jobs.wait(running.id, 30).state == "cancelled"
    until_running(studio, third)
    assert studio.jobs.cancel(second.id) == cancelled, "a second time changes nothing"


def test_cancelling_keeps_what_is_finished(studio, gated):
    job = studio.submit("an apple", engine="gated", count=3, steps=1, seed=5, **SMALL)
    gated.gate.release()
    wait_until(lambda: studio.jobs.get(job.id).pictures)
    studio.jobs.cancel(job.id)
    ended = studio.jobs.wait(job.id, 30)
    assert (ended.state, seeds(studio, job)) == ("cancelled", [5])
    assert "Asked to stop." in [entry.message for entry in ended.log]


def test_again_asks_for_what_is_missing(studio, gated):
    job = studio.submit("an apple", engine="gated", count=3, steps=1, seed=5, owner="ann", **SMALL)
    gated.gate.release()
    wait_until(lambda: studio.jobs.get(job.id).pictures)
    studio.jobs.cancel(job.id)
    studio.jobs.wait(job.id, 30)
    rest = studio.jobs.again(job.id)
    assert (rest.count, rest.request["seed"], rest.owner) == (2, 6, "ann")
    for _ in range(2):
        gated.gate.release()
    assert studio.jobs.wait(rest.id, 30).state == "done"
    assert seeds(studio, rest) == [6, 7]
    whole = studio.jobs.again(rest.id)
    assert (whole.count, whole.request["seed"]) == (2, 6), "of one that was done, everything"


def test_a_cancel_in_the_last_instant_changes_nothing_or_ends_it(studio):
    """Whichever is first: what is said of the job is what became of it."""
    outcomes = set()
    for number in range(40):
        job = studio.submit("an apple", seed=number, steps=1, count=2, **SMALL)
        ends = threading.Thread(target=studio.jobs.cancel, args=(job.id,))
        wait_until(lambda: number % 8 < 2 or len(studio.jobs.get(job.id).pictures) >= number % 3)  # noqa: B023
        ends.start()
        ends.join()
        ended = studio.jobs.wait(job.id, 30)
        outcomes.add(ended.state)
        assert ended.state in ("done", "cancelled")
        assert ended.error is None
        assert len(ended.pictures) == 2 or ended.state == "cancelled"
        assert studio.jobs.get(job.id) == ended
        assert seeds(studio, job) == list(range(number, number + len(ended.pictures)))
    assert outcomes == {"done", "cancelled"}


def test_many_cancel_one_job_at_once(studio, gated):
    for _ in range(5):
        job = studio.submit("an apple", engine="gated", **SMALL)
        until_running(studio, job)
        threads = [threading.Thread(target=studio.jobs.cancel, args=(job.id,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        ended = studio.jobs.wait(job.id, 30)
        assert ended.state == "cancelled"
        assert [entry.message for entry in ended.log].count("Cancelled.") == 1


def test_a_full_queue_says_when_to_come_again(home):
    with open_studio(queue_size=2) as studio:
        gated = studio.registry.resolve("gated")
        first = studio.submit("apple 0", engine="gated", steps=2, **SMALL)
        until_running(studio, first)
        jobs = [studio.submit(f"apple {n}", engine="gated", steps=2, **SMALL) for n in (1, 2)]
        init = Image.new("RGB", (64, 48), "navy")
        with pytest.raises(QueueFullError, match="no more than 2 jobs may wait") as raised:
            studio.submit("apple 3", engine="gated", init_image=init, **SMALL)
        assert raised.value.hint
        assert raised.value.retry_after_s >= 1
        assert len(studio.jobs.list()[0]) == 3
        assert list(studio.gallery.blobs.list("sources")) == [], "what it would have begun from is not kept"
        studio.jobs.cancel(jobs[0].id)
        studio.submit("apple 4", engine="gated", **SMALL)
        gated.gate.release(100)


def test_when_to_come_again_is_measured(home):
    with open_studio(queue_size=1) as studio:
        gated = studio.registry.resolve("gated")
        running = studio.submit("apple", engine="gated", steps=100, count=10, **SMALL)
        until_running(studio, running)
        studio.submit("pear", engine="gated", **SMALL)
        gated.gate.release(10)
        # Ten steps are done; at the eleventh it waits, so that nothing changes any more.
        wait_until(lambda: (p := studio.jobs.get(running.id).progress) and p.step == 11)
        left = studio.jobs.get(running.id).progress.seconds_left
        with pytest.raises(QueueFullError) as raised:
            studio.submit("plum", engine="gated", **SMALL)
        assert raised.value.retry_after_s == max(1.0, left)


@pytest.mark.parametrize(
    ("prompt", "message", "name"),
    [
        ("engine", "The paint ran out.", "engine"),
        ("crash", "Engine 'faulty' crashed (ZeroDivisionError).", "engine"),
        ("exit", "Engine 'faulty' crashed (SystemExit).", "engine"),
        ("stop", "Engine 'faulty' stopped before it was done.", "engine"),
        ("few", "Engine 'faulty' made 1 of 3 pictures.", "engine"),
    ],
)
def test_an_engine_that_fails_fails_its_job_alone(studio, caplog, prompt, message, name):
    job = studio.submit(prompt, engine="faulty", count=3, seed=1, **SMALL)
    ended = studio.jobs.wait(job.id, 30)
    assert (ended.state, seeds(studio, job)) == ("failed", [1])
    assert ended.error is not None
    assert (ended.error.message, ended.error.name) == (message, name)
    assert ended.error.hint
    after = studio.submit("an apple", **SMALL)
    assert studio.jobs.wait(after.id, 30).state == "done", "the worker lives on"
    assert studio.jobs.alive


def test_a_crash_is_in_the_log_without_keys(home, write_config, caplog):
    write_config('[engines.faulty]\napi_key = "sk-very-secret"\n')
    with open_studio() as studio, caplog.at_level(logging.INFO, "studiolo.jobs"):
        job = studio.submit("crash", engine="faulty", count=2, **SMALL)
        ended = studio.jobs.wait(job.id, 30)
        wait_until(lambda: "is failed" in caplog.text)
    assert "ZeroDivisionError: division by ***" in caplog.text
    assert "engines.py" in caplog.text
    assert "sk-very-secret" not in caplog.text + ended.model_dump_json()


def test_previews_that_fail_do_not_fail_the_picture(studio, caplog):
    listener = Listener(studio)
    job = studio.submit("an apple", engine="blind", **SMALL)
    assert studio.jobs.wait(job.id, 30).state == "done"
    listener.subscription.close()
    assert caplog.text.count("no previews") == 1


def test_notes_and_the_original_prompt_are_kept_with_the_pictures(studio):
    job = studio.submit("눈 속의 빨간 사과", engine="pocket", width=256, height=256, strength=0)
    ended = studio.jobs.wait(job.id, 120)
    assert ended.state == "done"
    picture = studio.gallery.get(ended.pictures[0])
    assert picture.original_prompt == "눈 속의 빨간 사과"
    assert ended.notes == picture.notes
    assert ended.notes
    job = studio.submit("a red apple", original_prompt="ein roter Apfel", **SMALL)
    [picture_id] = studio.jobs.wait(job.id, 30).pictures
    assert studio.gallery.get(picture_id).original_prompt == "ein roter Apfel"


def test_lists_are_pages_newest_first(studio, gated):
    jobs = [
        studio.submit(f"apple {n}", engine="gated", owner="ann" if n % 2 else "", **SMALL) for n in range(5)
    ]
    ids = [job.id for job in jobs][::-1]
    until_running(studio, jobs[0])
    page, following = studio.jobs.list(limit=3)
    assert [job.id for job in page] == ids[:3]
    rest, end = studio.jobs.list(limit=3, before=following)
    assert ([job.id for job in rest], end) == (ids[3:], None)
    assert [job.id for job in studio.jobs.list(owner="ann")[0]] == [ids[1], ids[3]]
    assert [job.id for job in studio.jobs.list(states=["running"])[0]] == [jobs[0].id]
    assert studio.jobs.list(states=[]) == ((), None)
    with pytest.raises(InvalidRequestError):
        studio.jobs.list(before="'; DROP TABLE jobs")


def test_a_job_of_another_is_not_found(studio, gated):
    job = studio.submit("an apple", engine="gated", owner="ann", **SMALL)
    assert studio.jobs.get(job.id, owner="ann").id == job.id
    for ask in (studio.jobs.get, studio.jobs.cancel, studio.jobs.again):
        with pytest.raises(NotFoundError) as raised:
            ask(job.id, owner="bob")
        with pytest.raises(NotFoundError) as none:
            ask("0" * 9 + "-0000", owner="bob")
        assert raised.value.message.replace(job.id, "") == none.value.message.replace("0" * 9 + "-0000", "")
    with pytest.raises(NotFoundError):
        studio.jobs.set_priority(job.id, 3, owner="bob")
    assert studio.jobs.get(job.id).state in ("queued", "running")


@pytest.mark.parametrize("job_id", ["", "x", "../../etc/passwd", "\ud800", "1" * 10_000, "1kqz8m4t2-7k3f"])
def test_what_is_no_id_is_not_found(studio, job_id):
    with pytest.raises(NotFoundError):
        studio.jobs.get(job_id)
    assert studio.jobs.preview(job_id, 0) is None


def test_waiting_ends_with_the_job_or_the_time(studio, gated):
    job = studio.submit("an apple", engine="gated", **SMALL)
    assert not studio.jobs.wait(job.id, 0.05).ended
    threading.Timer(0.1, studio.jobs.cancel, args=(job.id,)).start()
    assert studio.jobs.wait(job.id).state == "cancelled"
    with pytest.raises(NotFoundError):
        studio.jobs.wait("0" * 9 + "-0000")


def test_pictures_to_begin_from_outlive_everything_but_the_job(studio, gated):
    running = studio.submit("running", engine="gated", **SMALL)
    until_running(studio, running)
    init, mask = Image.new("RGB", (64, 48), "teal"), Image.new("L", (64, 48), 128)
    job = studio.submit("an apple", init_image=init, mask=mask, strength=0.5, **SMALL)
    assert len(list(studio.gallery.blobs.list("sources"))) == 2
    report = studio.gallery.check(mend=True)
    assert report.orphans == ()
    [direct] = studio.generate("a pear", init_image=init, mask=mask, strength=0.5, **SMALL)
    studio.gallery.delete([direct.id])
    studio.gallery.purge()
    studio.gallery.uploads.keep(SourceImage(init))
    studio.gallery.uploads.tidy(older_than=timedelta(-1))
    assert len(list(studio.gallery.blobs.list("sources"))) == 2
    studio.jobs.cancel(running.id)
    ended = studio.jobs.wait(job.id, 30)
    assert ended.state == "done"
    assert studio.gallery.request(ended.pictures[0]).mask is not None


def test_a_source_that_is_gone_fails_the_job_with_a_hint(studio, gated):
    running = studio.submit("running", engine="gated", **SMALL)
    until_running(studio, running)
    job = studio.submit("an apple", init_image=Image.new("RGB", (64, 48), "teal"), **SMALL)
    for key in studio.gallery.blobs.list("sources"):
        studio.gallery.blobs.delete(key)
    studio.jobs.cancel(running.id)
    ended = studio.jobs.wait(job.id, 30)
    assert ended.state == "failed"
    assert ended.error is not None
    assert ended.error.hint


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_gallery_that_cannot_be_written_takes_no_jobs(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # pytest's own are closed to other users
        Path(name).chmod(0o755)
        monkeypatch.chdir(name)
        monkeypatch.setenv("STUDIOLO_HOME", name)
        with open_studio() as studio:
            done = studio.submit("an apple", **SMALL)
            studio.jobs.wait(done.id, 30)
            folder = studio.settings.gallery_folder
        with no_permission_to_write(folder), open_studio() as studio:
            studio.jobs.start()
            assert [job.id for job in studio.jobs.list()[0]] == [done.id]
            with pytest.raises(GalleryReadOnlyError):
                studio.submit("an apple", **SMALL)


def test_a_closed_studio_takes_no_jobs(home):
    studio = open_studio()
    jobs = studio.jobs
    job = studio.submit("an apple", **SMALL)
    jobs.wait(job.id, 30)
    studio.close()
    assert not jobs.alive
    with pytest.raises(GalleryError, match="closed"):
        studio.submit("an apple", **SMALL)
    jobs.close()


def test_nothing_runs_before_it_is_asked_for(studio):
    before = threading.active_count()
    assert not studio.jobs.alive
    assert studio.jobs.load() == {}
    assert threading.active_count() == before
    studio.jobs.start()
    assert studio.jobs.alive


def test_jobs_asked_for_by_many_at_once_are_all_painted(studio):
    jobs = []

    def ask(owner):
        jobs.extend(studio.submit("an apple", owner=owner, steps=1, seed=n, **SMALL) for n in range(6))

    threads = [threading.Thread(target=ask, args=(owner,)) for owner in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({job.id for job in jobs}) == 24
    assert {studio.jobs.wait(job.id, 60).state for job in jobs} == {"done"}
    assert studio.gallery.count(PictureFilter()) == 24
