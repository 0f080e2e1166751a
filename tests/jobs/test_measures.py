"""Who is next, how long it takes, when a preview is made: the small rules, with a clock of our own."""

from studiolo.jobs.line import Waiting, in_order
from studiolo.jobs.observing import JobObserver
from studiolo.jobs.pace import Pace, Paces
from studiolo.jobs.previews import Previews
from tests.jobs.conftest import SMALL


def line(*jobs, served=None):
    waiting = [Waiting(job_id=job_id, owner=owner, priority=priority) for job_id, owner, priority in jobs]
    return in_order(waiting, served or {})


def test_the_oldest_of_one_owner_goes_first():
    assert line(("3", "", 0), ("1", "", 0), ("2", "", 0)) == ["1", "2", "3"]


def test_priority_goes_before_turns():
    assert line(("1", "ann", 0), ("2", "ann", 5), ("3", "bob", 0)) == ["2", "1", "3"]


def test_who_was_served_last_waits_longest():
    jobs = (("1", "ann", 0), ("2", "ann", 0), ("3", "bob", 0), ("4", "cem", 0), ("5", "bob", 0))
    assert line(*jobs) == ["1", "3", "4", "2", "5"]
    assert line(*jobs, served={"ann": 30, "bob": 20}) == ["4", "3", "1", "5", "2"]


KIND = ("pocket", 100)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_what_is_left_follows_from_the_steps_that_were_measured():
    clock, paces = Clock(), Paces()
    pace = Pace(paces, ("pocket", 100), clock)
    clock.now += 50  # loading
    assert pace.step(0, 1) is None
    assert pace.seconds_left(10) is None
    for step in (2, 3, 4):
        clock.now += 2
        assert pace.step(0, step) == 2
    assert pace.seconds_left(10) == 20
    clock.now += 8
    assert pace.step(1, 1) == 8, "decoding and keeping count for the next picture's first step"
    assert pace.step(1, 1) is None, "the same step again is none"
    later = Pace(paces, ("pocket", 100), clock)
    assert later.seconds_left(2) == 7.0
    assert Pace(paces, ("pocket", 400), clock).seconds_left(2) is None


def test_engines_that_report_every_few_steps_are_measured_by_step():
    clock = Clock()
    pace = Pace(Paces(), ("hosted", 1), clock)
    pace.step(0, 5)
    clock.now += 10
    assert pace.step(0, 10) == 2


def test_pictures_painted_at_once_are_measured_together():
    """Two pictures that take ten seconds a step each are two steps in ten seconds."""
    clock = Clock()
    pace = Pace(Paces(), ("hosted", 1), clock)
    pace.step(0, 1)
    pace.step(1, 1)
    for step in (2, 3, 4, 5):
        clock.now += 5
        assert pace.step(0, step) == 5
        assert pace.step(0, step) is None, "told once more while it waits"
        clock.now += 5
        assert pace.step(1, step) == 5
    assert 4.4 < (pace.seconds_per_step or 0) <= 5


def test_only_so_many_kinds_are_remembered():
    paces = Paces()
    for number in range(1000):
        paces.note(("engine", number), 1.0)
    assert paces.get(("engine", 0)) is None
    assert paces.get(("engine", 999)) == 1.0
    assert len(paces._seconds) < 500


def test_previews_come_a_few_times_a_second_and_take_a_twentieth_of_the_time_at_most():
    clock = Clock()
    previews = Previews(clock)

    def slow():
        clock.now += 0.2
        return b"webp"

    def offer(make=lambda: b"webp", watched=True):
        return previews.offer("job", 0, 1, make, watched=watched)

    assert not offer(), "the job does not run"
    previews.open("job", KIND)
    assert not offer(watched=False)
    assert offer()
    assert not offer()
    clock.now += 0.3
    assert offer(slow)
    clock.now += 3.7
    assert not offer()
    clock.now += 0.2
    assert offer()
    clock.now += 5
    previews.get("job", 0)
    assert offer(watched=False), "it was asked for"
    clock.now += 11
    assert not offer(watched=False), "long ago"
    previews.close("job")
    assert previews.get("job", 0) == (1, b"webp"), "who was told of it while it ran may still fetch it"
    clock.now += 11
    assert previews.get("job", 0) is None
    assert not offer()
    assert [known for known in vars(previews).values() if isinstance(known, dict) and known] == []


def test_short_jobs_share_what_previews_may_take():
    clock = Clock()
    previews = Previews(clock)
    made = []

    def paint(job_id, kind):
        """A second, and a preview of a fifth of one if it may."""

        def preview():
            clock.now += 0.2
            return b"webp"

        previews.open(job_id, kind)
        clock.now += 1
        made.append(previews.offer(job_id, 0, 1, preview, watched=True))
        previews.close(job_id)

    for number in range(13):
        paint(str(number), KIND)
    assert [number for number, shown in enumerate(made) if shown] == [0, 4, 8, 12]
    paint("other", ("pocket", 400))
    assert made[-1]


class Counting(JobObserver):
    def __init__(self):
        self.steps, self.pictures, self.ends = [], [], []

    def step(self, engine, seconds):
        self.steps.append((engine, seconds))

    def picture(self, engine, cost):
        self.pictures.append((engine, cost))

    def ended(self, engine, state, seconds, error):
        self.ends.append((engine, state, error))


def test_who_counts_is_told_of_steps_pictures_and_ends(studio):
    counting = Counting()
    studio.jobs.observe(counting)
    for prompt, engine in (("an apple", "fake"), ("engine", "faulty")):
        job = studio.submit(prompt, engine=engine, count=2, steps=5, **SMALL)
        studio.jobs.wait(job.id, 30)
    studio.jobs.close()
    assert len([1 for engine, _ in counting.steps if engine == "fake"]) == 9
    assert all(seconds >= 0 for _, seconds in counting.steps)
    assert counting.pictures == [("fake", None), ("fake", None), ("faulty", None)]
    assert counting.ends == [("fake", "done", None), ("faulty", "failed", "engine")]
