"""Who is alive, what becomes of the jobs of those that are not, and what is forgotten in the end."""

import json
import os
import socket
import time
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from studiolo.engines.fake import FakeImageEngine
from studiolo.gallery.picture import PictureFilter, to_microseconds
from studiolo.jobs.presence import LEASE_S
from tests.gallery.test_faults import full_disk
from tests.jobs.conftest import SMALL, Listener, open_studio, until_running, wait_until
from tests.jobs.engines import GatedEngine

ELSEWHERE = "another-machine"


def leave_behind(host, process, age_s, *, engine="fake", state="running", count=1):
    """A job of a queue that spoke last so long ago, as another process would have left it."""
    with open_studio() as studio:
        gated = studio.submit("an apple", engine="gated", **SMALL)
        until_running(studio, gated)
        job = studio.submit("a pear", engine="gated", seed=5, count=count, **SMALL)
        studio.jobs.cancel(gated.id)
        studio.jobs.wait(gated.id)
    with open_studio() as studio, studio.gallery.catalog.database.write() as connection:
        connection.execute(
            "INSERT INTO job_queues (id, host, process, beat) VALUES ('theirs', ?, ?, ?)",
            (host, process, int(time.time() - age_s)),
        )
        connection.execute(
            "UPDATE jobs SET queue = 'theirs', engine = ?, state = ? WHERE id = ?", (engine, state, job.id)
        )
    return job.id


@pytest.mark.parametrize("state", ["queued", "running"])
@pytest.mark.parametrize(
    ("host", "process", "age_s"),
    [
        (ELSEWHERE, 1, LEASE_S + 5),
        (socket.gethostname(), 2**22 + 1, 0),  # above the largest number Linux gives
        (socket.gethostname(), os.getpid(), 50_000),  # another process had our number, as in a container
    ],
    ids=["silent-elsewhere", "gone-here", "number-used-again"],  # the same in every worker of a test run
)
def test_what_the_dead_left_is_painted(home, host, process, age_s, state):
    job_id = leave_behind(host, process, age_s, state=state)
    with open_studio() as studio:
        assert studio.jobs.get(job_id).state == state
        studio.jobs.start()
        ended = studio.jobs.wait(job_id, 30)
        assert ended.state == "done"
        assert any("Taken up again" in entry.message for entry in ended.log)
        with studio.gallery.catalog.database.read() as connection:
            assert connection.execute("SELECT 1 FROM job_queues WHERE id = 'theirs'").fetchone() is None


@pytest.mark.parametrize(
    ("host", "process", "age_s"),
    [(ELSEWHERE, 1, LEASE_S - 20), (socket.gethostname(), os.getppid(), 0)],
    ids=["elsewhere", "here"],
)
def test_what_the_living_have_is_left_to_them(home, host, process, age_s):
    job_id = leave_behind(host, process, age_s)
    with open_studio() as studio:
        other = studio.submit("a plum", **SMALL)
        studio.jobs.wait(other.id, 30)
        job = studio.jobs.get(job_id)
        assert (job.state, job.pictures) == ("running", ())


def test_jobs_for_engines_that_are_not_here_wait_for_who_has_them(home):
    job_id = leave_behind(ELSEWHERE, 1, LEASE_S + 5, engine="not-installed")
    with open_studio() as studio:
        studio.jobs.start()
        assert studio.jobs.get(job_id).state == "queued"
    with open_studio() as studio:
        studio.registry.register("not-installed", FakeImageEngine)
        studio.jobs.start()
        assert studio.jobs.wait(job_id, 30).state == "done"
    job_id = leave_behind(ELSEWHERE, 1, LEASE_S + 5, engine="not-installed")
    with open_studio() as studio:
        studio.jobs.start()
        assert studio.jobs.cancel(job_id).state == "cancelled"


def test_who_lost_a_job_keeps_nothing_more_of_it(studio, gated):
    """As after a machine slept: another has taken the job over meanwhile."""
    job = studio.submit("an apple", engine="gated", steps=1, count=2, **SMALL)
    until_running(studio, job)
    with studio.gallery.catalog.database.write() as connection:
        connection.execute("INSERT INTO job_queues VALUES ('theirs', ?, 1, ?)", (ELSEWHERE, int(time.time())))
        connection.execute("UPDATE jobs SET queue = 'theirs' WHERE id = ?", (job.id,))
    gated.gate.release(5)
    after = studio.submit("a pear", **SMALL)
    studio.jobs.wait(after.id, 30)
    lost = studio.jobs.get(job.id)
    assert (lost.state, lost.pictures) == ("running", ())
    assert studio.gallery.count(PictureFilter()) == 1
    assert studio.gallery.check(mend=False).orphans == ()


def test_a_full_disk_fails_the_job_and_says_so_at_once(studio, gated):
    listener = Listener(studio)
    before = studio.submit("a pear", **SMALL)
    studio.jobs.wait(before.id, 30)
    job = studio.submit("an apple", engine="gated", steps=1, seed=3, **SMALL)
    until_running(studio, job)
    with full_disk(300):
        gated.gate.release()
        listener.wait_for(lambda: any(told.ended for told in listener.of("job", job.id)))
        told = listener.of("job", job.id)[-1]
        assert told.state == "failed"
        assert told.error is not None
        # What SQLite cannot append it calls an error of input and output.
        assert told.error.name in ("disk-full", "gallery")
        assert "disk" in told.error.message + told.error.hint
        assert studio.jobs.wait(job.id, 10).state == "failed"

    def kept():
        with studio.gallery.catalog.database.read() as connection:
            query = "SELECT state FROM jobs WHERE id = ?"
            return connection.execute(query, (job.id,)).fetchone() == ("failed",)

    wait_until(kept)
    after = studio.submit("a plum", **SMALL)
    assert studio.jobs.wait(after.id, 30).state == "done", "and when there is room again, it works again"
    report = studio.gallery.check(deep=True, mend=False)
    assert (report.orphans, report.missing, report.damaged) == ((), (), ())


def test_jobs_and_what_they_began_from_are_forgotten_after_a_week(home):
    old, young = Image.new("RGB", (64, 48), "navy"), Image.new("RGB", (64, 48), "teal")
    with open_studio() as studio:
        gated = studio.registry.resolve("gated")
        jobs = [
            studio.submit("an apple", engine="gated", init_image=image, **SMALL)
            for image in (old, old, young)
        ]
        for job in jobs:
            studio.jobs.cancel(job.id)
            studio.jobs.wait(job.id, 30)
        gated.gate.release(100)
        waiting = studio.submit("a plum", engine="other", **SMALL)
        long_ago = to_microseconds(datetime.now(UTC) - timedelta(days=8))
        with studio.gallery.catalog.database.write() as connection:
            ids = json.dumps([job.id for job in jobs[:2]] + [waiting.id])
            query = "UPDATE jobs SET created = ?1, finished = CASE state WHEN 'cancelled' THEN ?1 END"
            connection.execute(f"{query} WHERE id IN (SELECT value FROM json_each(?2))", (long_ago, ids))
    with open_studio() as studio:
        studio.jobs.start()
        assert {job.id for job in studio.jobs.list()[0]} == {jobs[2].id, waiting.id}
        assert len(list(studio.gallery.blobs.list("sources"))) == 1
        assert studio.gallery.check(mend=False).orphans == ()


def test_only_the_newest_thousand_that_ended_are_remembered(home):
    with open_studio() as studio:
        job = studio.submit("an apple", **SMALL)
        studio.jobs.wait(job.id, 30)
        with studio.gallery.catalog.database.write() as connection:
            columns = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
            copied = ", ".join("?" if column == "id" else column for column in columns)
            connection.executemany(
                f"INSERT INTO jobs SELECT {copied} FROM jobs WHERE id = ?",
                [(f"0000000{n // 32:02}-00{n % 32:02}", job.id) for n in range(1005)],
            )
    with open_studio() as studio:
        studio.jobs.start()
        with studio.gallery.catalog.database.read() as connection:
            assert connection.execute("SELECT count(*) FROM jobs").fetchone() == (1000,)
        assert studio.jobs.get(job.id).state == "done"


class English(GatedEngine):
    @property
    def capabilities(self):
        return super().capabilities.model_copy(update={"languages": ("en",)})


def test_the_pictures_of_a_job_share_one_translation_across_a_restart(home):
    def opened(translation):
        reply = json.dumps({"language": "German", "english": translation})
        studio = open_studio(assistant="fake", engines={"fake": {"reply": reply}})
        studio.registry.register("english", English)
        return studio

    typed = "ein roter Apfel auf dem Tisch"
    with opened("a red apple") as studio:
        job = studio.submit(typed, engine="english", steps=1, count=2, **SMALL)
        studio.registry.resolve("english").gate.release()
        wait_until(lambda: studio.jobs.get(job.id).pictures)
    with opened("a crimson fruit") as studio:
        studio.registry.resolve("english").gate.release(5)
        studio.jobs.start()
        ended = studio.jobs.wait(job.id, 30)
        pictures = [studio.gallery.get(picture_id) for picture_id in ended.pictures]
        assert [picture.prompt for picture in pictures] == ["a red apple"] * 2
        assert {picture.original_prompt for picture in pictures} == {typed}
        other = studio.submit(typed, engine="english", steps=1, **SMALL)
        [picture_id] = studio.jobs.wait(other.id, 30).pictures
        assert studio.gallery.get(picture_id).prompt == "a crimson fruit", "the assistant has changed"


def test_what_another_process_paints_is_told_here_too(home, monkeypatch):
    monkeypatch.setattr("studiolo.jobs.dispatch.BEAT_S", 0.05)
    with open_studio() as mine, open_studio() as theirs:
        mine.jobs.start()
        listener = Listener(mine)
        gated = theirs.registry.resolve("gated")
        job = theirs.submit("an apple", engine="gated", **SMALL)
        listener.wait_for(lambda: any(told.state == "running" for told in listener.of("job", job.id)))
        gated.gate.release(100)
        listener.wait_for(lambda: any(told.state == "done" for told in listener.of("job", job.id)))
        [*_, told] = listener.of("job", job.id)
        assert len(told.pictures) == 1
