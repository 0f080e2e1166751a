"""Engines that finish the last picture first: nothing is lost, mixed up, or paid for twice."""

import pytest

from studiolo.errors import CostLimitError
from studiolo.jobs.events import PictureFinished
from tests.jobs.conftest import SMALL, Listener, open_studio


def seeds(studio, job):
    return [studio.gallery.get(picture_id).seed for picture_id in studio.jobs.get(job.id).pictures]


def ended(studio, job):
    return studio.jobs.wait(job.id, 30)


def test_pictures_are_in_the_order_of_their_seeds_whichever_comes_first(studio):
    listener = Listener(studio)
    job = studio.submit("an apple", engine="last-first", count=3, seed=5, **SMALL)
    assert ended(studio, job).state == "done"
    assert seeds(studio, job) == [5, 6, 7]
    told = [event for event in listener.of("picture", job.id) if isinstance(event, PictureFinished)]
    assert [(each.index, each.picture.seed) for each in told] == [(2, 7), (1, 6), (0, 5)]
    fractions = [progress.fraction for progress in listener.of("progress", job.id)]
    assert fractions == sorted(fractions)
    assert fractions[-1] <= 1


def test_again_paints_what_is_missing_and_no_more(studio):
    """It fails when two of four are there: those at the end."""
    job = studio.submit("fails", engine="last-first", count=4, seed=5, **SMALL)
    assert ended(studio, job).state == "failed"
    assert seeds(studio, job) == [7, 8]
    engine = studio.registry.resolve("last-first")
    rest = studio.jobs.again(job.id)
    assert (rest.count, rest.request["seed"]) == (2, 5)
    assert ended(studio, rest).state == "done"
    assert [(each.seed, each.count) for each in engine.asked] == [(5, 4), (5, 2)]


def test_what_lies_between_the_missing_is_taken_over(studio):
    """The second and the last of four were kept: the first and the third are painted, and no other."""
    job = studio.submit("lossy", engine="odd", count=4, seed=5, **SMALL)
    assert ended(studio, job).state == "failed"
    assert seeds(studio, job) == [6, 8]
    between = studio.jobs.get(job.id).pictures[0]
    rest = studio.jobs.again(job.id)
    assert (rest.count, rest.request["seed"], rest.pictures) == (3, 5, (between,))
    done = ended(studio, rest)
    assert done.state == "done"
    assert seeds(studio, rest) == [5, 6, 7]
    assert done.pictures[1] == between
    asked = studio.registry.resolve("odd").asked
    assert [(each.seed, each.count) for each in asked] == [(5, 4), (5, 1), (7, 1)]
    assert studio.gallery.count() == 4


def test_what_a_translation_said_holds_for_the_rest(studio):
    """A language model may say it otherwise the next time; the first that was finished decides."""
    job = studio.submit("verlierbar", engine="odd", count=4, seed=5, translate=False, **SMALL)
    ended(studio, job)
    kept = studio.gallery.get(studio.jobs.get(job.id).pictures[0])
    with studio.gallery.catalog.database.write() as connection:
        connection.execute("UPDATE pictures SET prompt = 'losable' WHERE id = ?", (kept.id,))
    rest = studio.jobs.again(job.id)
    ended(studio, rest)
    assert [each.prompt for each in studio.registry.resolve("odd").asked[1:]] == ["losable", "losable"]


def test_a_limit_is_kept_with_the_job(home):
    with open_studio(max_cost=0.2) as studio:
        job = studio.submit("an apple", engine="priced", count=4, max_cost=0.16, **SMALL)
        assert ended(studio, job).max_cost == 0.16
        assert studio.jobs.again(job.id).max_cost == 0.16
        assert studio.submit("an apple", engine="priced", **SMALL).max_cost == 0.2
        assert studio.submit("an apple", max_cost=float("inf"), **SMALL).max_cost is None
        for refused in ({"max_cost": 0.15, "count": 4}, {"count": 6}):
            with pytest.raises(CostLimitError):
                studio.submit("an apple", engine="priced", **refused)
    with open_studio() as studio:
        assert studio.jobs.get(job.id).max_cost == 0.16
        assert len(studio.jobs.list()[0]) == 4


def test_a_job_that_comes_to_its_limit_keeps_what_was_paid(studio):
    job = studio.submit("an apple", engine="metered", count=4, seed=5, max_cost=0.16, **SMALL)
    failed = ended(studio, job)
    assert (failed.state, failed.error.name, seeds(studio, job)) == ("failed", "cost-limit", [5, 6, 7])
    assert "after 3 pictures for $0.15" in failed.error.message
    assert len(studio.registry.resolve("metered").asked) == 3


def test_a_job_that_was_cut_off_counts_what_it_has_paid(studio):
    """Two of three pictures are there, for ten cents: three more are not enough for the third."""
    studio.submit("an apple", engine="metered", count=3, seed=5, max_cost=0.13, **SMALL)
    [job], _ = studio.jobs.list()
    assert ended(studio, job).error.name == "cost-limit"
    with studio.gallery.catalog.database.write() as connection:
        connection.execute("UPDATE jobs SET state = 'queued', error = NULL WHERE id = ?", (job.id,))
    studio.submit("a pear", engine="metered", **SMALL)  # rings the bell
    again = ended(studio, job)
    assert (again.state, again.error.name) == ("failed", "cost-limit")
    assert len([each for each in studio.registry.resolve("metered").asked if each.prompt == "an apple"]) == 2
