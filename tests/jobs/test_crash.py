"""Killed for real, at any moment: what was promised is painted, and painted once."""

import multiprocessing
import os
import random
import sys
import time

import pytest

from studiolo.gallery.picture import PictureFilter
from tests.jobs.conftest import wait_until
from tests.jobs.crashing import (
    FIELDS,
    ask_and_paint,
    die_at_line,
    die_of_the_engine,
    do_nothing,
    open_studio,
    serve,
    take_up,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.jobs.crashing"])
    with pytest.MonkeyPatch.context() as patch:
        # The server that forks our children starts with the first; it must find what it is to load.
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        first = context.Process(target=do_nothing)
        first.start()
        first.join()
        first.close()
    return context


@pytest.fixture
def run(processes):
    """Start a child; whatever becomes of the test, it does not outlive it."""
    children = []

    def start(target, *arguments):
        child = processes.Process(target=target, args=arguments)
        child.start()
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.join()
        child.close()


def finish(run, home):
    child = run(take_up, str(home))
    child.join(120)
    assert child.exitcode == 0


def assert_painted_once(home, *, acknowledged=(), cancelled=0):
    """Every job is done, with each of its pictures, and the gallery has these and no others, all whole."""
    with open_studio(str(home)) as studio:
        jobs, following = studio.jobs.list(limit=500)
        assert following is None
        assert set(acknowledged) <= {job.id for job in jobs}
        assert len([job for job in jobs if job.state == "cancelled"]) == cancelled
        expected = []
        for job in jobs:
            if job.state == "cancelled":
                expected += job.pictures
                continue
            assert (job.state, job.error) == ("done", None)
            first = job.request["seed"]
            seeds = [studio.gallery.get(picture_id).seed for picture_id in job.pictures]
            assert seeds == list(range(first, first + job.count))
            expected += job.pictures
        pictures = studio.gallery.list(PictureFilter(), limit=5000).pictures
        assert sorted(picture.id for picture in pictures) == sorted(expected)
        report = studio.gallery.check(deep=True, mend=False)
        assert (report.orphans, report.missing, report.damaged) == ((), (), ())
        return jobs


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments(tmp_path, run, seed):
    """Four times in a row: of a job that saw five deaths and made no picture, the job is guilty."""
    chance = random.Random(seed)
    home, notes = tmp_path / "home", tmp_path / "acknowledged"
    notes.touch()
    for number in range(4):
        before = notes.stat().st_size
        child = run(ask_and_paint, str(home), 4, 8, 10_000 * number, str(notes))
        wait_until(lambda: notes.stat().st_size > before)  # noqa: B023
        time.sleep(chance.random() * 0.25)
        child.kill()
        child.join()
    finish(run, home)
    acknowledged = notes.read_text().split()
    assert len(acknowledged) >= 4
    jobs = assert_painted_once(home, acknowledged=acknowledged)
    assert len(jobs) <= len(acknowledged) + 4  # killed between the row and its note
    assert any("Taken up again" in entry.message for job in jobs for entry in job.log)


def test_killed_at_every_few_lines(tmp_path, run):
    """One home for each moment: from the first line of the asking to the last of the closing."""
    outcomes = set()
    for number, line in enumerate(range(0, 20_000, 97)):
        home = tmp_path / str(number)
        child = run(die_at_line, str(home), line)
        child.join(60)
        outcomes.add(child.exitcode)
        with open_studio(str(home)) as studio:
            studio.jobs.start()
            wait_until(lambda: not studio.jobs.list(states=["queued", "running"])[0])
        jobs = assert_painted_once(home)
        assert len(jobs) <= 1
        if child.exitcode == 0:  # beyond the last line: the whole job ran
            assert len(jobs) == 1
            break
    assert outcomes == {-9, 0}


def test_a_closed_studio_puts_back_what_it_was_painting(tmp_path, run):
    home = tmp_path / "home"
    with open_studio(str(home)) as studio:
        jobs = [studio.submit("an apple", count=20, seed=100 * n, **FIELDS) for n in range(3)]
        wait_until(lambda: studio.jobs.get(jobs[0].id).pictures)
    with open_studio(str(home)) as studio:
        first, *others = [studio.jobs.get(job.id) for job in jobs]
        assert [job.state for job in (first, *others)] == ["queued"] * 3
        assert 0 < len(first.pictures) < 20
        kept = first.pictures
        studio.jobs.start()
        for job in jobs:
            studio.jobs.wait(job.id, 60)
        assert studio.jobs.get(first.id).pictures[: len(kept)] == kept
    assert_painted_once(home, acknowledged=[job.id for job in jobs])


def test_a_living_process_takes_up_what_a_dead_one_left(tmp_path, run):
    home, ready, notes = tmp_path / "home", tmp_path / "ready", tmp_path / "acknowledged"
    run(serve, str(home), str(ready))
    wait_until(ready.exists)
    other = run(ask_and_paint, str(home), 3, 30, 0, str(notes))
    wait_until(lambda: notes.exists() and notes.read_text().count("\n") == 3)
    other.kill()
    other.join()
    with open_studio(str(home)) as studio:
        wait_until(lambda: not studio.jobs.list(states=["queued", "running"])[0], 60)
        assert not studio.jobs.alive, "it only looked"
    assert_painted_once(home, acknowledged=notes.read_text().split())


def test_several_processes_never_paint_one_job_twice(tmp_path, run):
    home, notes = tmp_path / "home", tmp_path / "acknowledged"
    first = run(ask_and_paint, str(home), 6, 5, 0, str(notes))
    wait_until(lambda: notes.exists() and notes.read_text().count("\n") == 6)
    first.kill()
    first.join()
    children = [run(take_up, str(home)) for _ in range(3)]
    children += [run(ask_and_paint, str(home), 3, 4, 5000 * (n + 1), str(notes)) for n in range(2)]
    for child in children:
        child.join(120)
        assert child.exitcode == 0
    assert len(assert_painted_once(home, acknowledged=notes.read_text().split())) == 12


def test_a_job_asked_to_stop_is_not_taken_up_again(tmp_path, run):
    home, notes = tmp_path / "home", tmp_path / "acknowledged"
    child = run(ask_and_paint, str(home), 2, 60, 0, str(notes))
    wait_until(lambda: notes.exists() and notes.read_text().count("\n") == 2)
    first, second = notes.read_text().split()
    with open_studio(str(home)) as studio:
        wait_until(lambda: studio.jobs.get(first).pictures)
        studio.jobs.cancel(first)
        child.kill()  # before it looks around
        child.join()
        assert studio.jobs.cancel(second).state == "cancelled"
    finish(run, home)
    with open_studio(str(home)) as studio:
        assert [studio.jobs.get(job_id).state for job_id in (first, second)] == ["cancelled"] * 2
        assert len(studio.jobs.get(first).pictures) < 60
    assert_painted_once(home, cancelled=2)


def test_another_process_can_end_what_runs_here(tmp_path, run):
    home, notes = tmp_path / "home", tmp_path / "acknowledged"
    child = run(ask_and_paint, str(home), 1, 64, 0, str(notes))
    wait_until(lambda: notes.exists() and notes.read_text().count("\n") == 1)
    [job_id] = notes.read_text().split()
    with open_studio(str(home)) as studio:
        wait_until(lambda: studio.jobs.get(job_id).pictures)
        studio.jobs.cancel(job_id)
        assert studio.jobs.wait(job_id, 60).ended
    child.join(60)
    assert child.exitcode == 0


def test_a_job_that_kills_the_studio_is_given_up(tmp_path, run):
    home = tmp_path / "home"
    deaths = 0
    asking = run(ask_for_death, str(home))
    asking.join(60)
    for _ in range(10):
        child = run(die_of_the_engine, str(home))
        child.join(60)
        if child.exitcode == 0:
            break
        deaths += 1
    with open_studio(str(home)) as studio:
        [job] = studio.jobs.list()[0]
        assert job.state == "failed"
        assert job.error is not None
        assert "died 5 times" in job.error.message
    assert deaths == 4, "and once when it was asked for"


def ask_for_death(home):
    studio = open_studio(home)
    studio.submit("an apple", engine="deadly", **FIELDS)
    time.sleep(60)
