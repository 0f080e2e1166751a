"""Several requests in one call: at once where a service takes several, each picture as it is finished."""

import threading
import time

import pytest

from studiolo.engines.fake import FakeImageEngine
from studiolo.engines.parallel import Places
from studiolo.errors import (
    Cancelled,
    CostLimitError,
    CredentialsError,
    EngineError,
    GalleryError,
    InvalidRequestError,
)
from studiolo.requests import Progress, ignore_progress
from tests.jobs.conftest import SMALL, open_studio

MET_S = 20


class Meeting(FakeImageEngine):
    """Paints only when ``parties`` paintings are under way; the prompt says what goes wrong."""

    parties = 2

    def __init__(self, config=None):
        super().__init__(config)
        self.met = threading.Barrier(self.parties, timeout=MET_S)
        self.begun = []

    @property
    def capabilities(self):
        return super().capabilities.model_copy(
            update={"device": "service", "parallel": self.parties, "offline": False}
        )

    def generate(self, request, progress=ignore_progress):
        self.begun.append(request.prompt)
        if "alone" not in request.prompt:
            self.met.wait()
        if "fails" in request.prompt:
            raise EngineError("The paint ran out.", hint="Buy paint.")
        if "key" in request.prompt:
            raise CredentialsError("It takes no such key.", hint="Set it.")
        if "breaks" in request.prompt:
            raise ZeroDivisionError
        yield from super().generate(request, progress)


class Endless(Meeting):
    """Paints until it is called off; gives what it has painted by then."""

    def generate(self, request, progress=ignore_progress):
        self.begun.append(request.prompt)
        self.met.wait()
        [picture] = FakeImageEngine.generate(self, request)
        try:
            while True:
                time.sleep(0.01)
                progress(Progress(step=0, total=1))
        except Cancelled:
            if "paid" in request.prompt:
                yield picture
            raise


@pytest.fixture
def studio(home):
    with open_studio() as studio:
        for name, engine in (("meeting", Meeting), ("endless", Endless)):
            studio.registry.register(name, engine)
        yield studio


def asked(studio, *prompts, **fields):
    return [studio.request(prompt, **{**SMALL, **fields}) for prompt in prompts]


def test_a_service_paints_several_prompts_at_once(studio):
    """Each waits for another one to be under way: in turn they would never meet."""
    prompts = ["a red apple", "a blue car", "a cat", "a house"]
    painted = list(studio.generate_many(asked(studio, *prompts, count=2, seed=3), engine="meeting"))
    assert {(each.request, each.index) for each in painted} == {(n, i) for n in range(4) for i in range(2)}
    for each in painted:
        assert each.picture.prompt == prompts[each.request]
        assert each.picture.seed == 3 + each.index
        assert studio.gallery.get(each.picture.id) == each.picture


def test_this_machine_paints_one_after_the_other(studio):
    seen = []
    thread = threading.get_ident()

    def progress(step):
        assert threading.get_ident() == thread
        seen.append((step.index, step.count))

    painting = studio.generate_many(asked(studio, "an apple", "a pear", count=2), progress=progress)
    assert [(each.request, each.index) for each in painting] == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert list(dict.fromkeys(seen)) == [(0, 4), (1, 4), (2, 4), (3, 4)]


def test_progress_of_all_is_told_in_the_thread_that_asked(studio):
    threads, places = set(), set()

    def progress(step):
        threads.add(threading.get_ident())
        places.add((step.index, step.count))

    requests = asked(studio, "an apple", count=2) + asked(studio, "a pear")
    assert len(list(studio.generate_many(requests, engine="meeting", progress=progress))) == 3
    assert threads == {threading.get_ident()}
    assert places == {(0, 3), (1, 3), (2, 3)}


def test_prompts_alone_and_what_was_typed(studio):
    painting = studio.generate_many(["an apple", "a pear"], original_prompts=["Apfel", ""])
    assert [each.picture.original_prompt for each in painting] == ["Apfel", ""]
    with pytest.raises(InvalidRequestError, match="2 requests and 1"):
        studio.generate_many(["an apple", "a pear"], original_prompts=["Apfel"])


@pytest.mark.parametrize("engine", ["fake", "meeting"])
def test_one_that_fails_does_not_lose_the_others(studio, engine):
    if engine == "fake":
        studio.registry.register("fake", type("InTurn", (Meeting,), {"parties": 1}))
    told = []
    painting = studio.generate_many(
        asked(studio, "an apple", "it fails", "a pear", "fails too"),
        engine=engine,
        failed=lambda number, error: told.append((number, error.message)),
    )
    painted = []
    with pytest.raises(EngineError, match="The paint ran out") as caught:
        painted.extend(each.request for each in painting)
    assert sorted(painted) == [0, 2]
    assert sorted(told) == [(1, "'it fails': The paint ran out."), (3, "'fails too': The paint ran out.")]
    assert caught.value.hint == "Buy paint."
    assert studio.gallery.count() == 2


def test_what_concerns_all_begins_no_more_and_finishes_what_is_under_way(studio):
    requests = asked(studio, "an apple", "no key", *(f"alone {n}" for n in range(20)))
    painted = []
    with pytest.raises(CredentialsError) as caught:
        painted.extend(each.picture.prompt for each in studio.generate_many(requests, engine="meeting"))
    assert caught.value.message == "It takes no such key."
    assert "an apple" in painted
    assert sorted(painted) == sorted(set(studio.registry.resolve("meeting").begun) - {"no key"})
    assert len(painted) < 21


def test_a_crash_is_raised_after_what_was_under_way(studio):
    painted = []
    with pytest.raises(ZeroDivisionError):
        painted.extend(studio.generate_many(asked(studio, "an apple", "it breaks"), engine="meeting"))
    assert [each.picture.prompt for each in painted] == ["an apple"]


def test_a_wrong_request_is_refused_before_the_first_is_painted(studio):
    requests = [*asked(studio, "an apple"), studio.request("a pear", steps=500)]
    with pytest.raises(InvalidRequestError, match="steps 500"):
        studio.generate_many(requests)
    assert studio.gallery.count() == 0


def test_cancelled_ends_all_and_gives_what_was_paid_for(studio):
    cancel = threading.Event()
    painted = []
    painting = studio.generate_many(
        asked(studio, "paid", "not yet"), engine="endless", cancel=cancel, progress=lambda _: cancel.set()
    )
    with pytest.raises(Cancelled):
        painted.extend(painting)
    assert [each.picture.prompt for each in painted] == ["paid"]
    assert not [thread for thread in threading.enumerate() if "easel" in thread.name]


def test_who_turns_away_calls_all_off(studio):
    class EnoughError(Exception):
        pass

    def progress(step):
        raise EnoughError

    with pytest.raises(EnoughError):
        list(studio.generate_many(asked(studio, "one", "two"), engine="endless", progress=progress))
    painting = studio.generate_many(asked(studio, "alone", "alone too"), engine="meeting")
    next(painting)
    painting.close()
    assert not [thread for thread in threading.enumerate() if "easel" in thread.name]


def test_a_limit_is_for_all_of_them_together(studio):
    requests = asked(studio, "an apple", "a pear", "a plum")
    with pytest.raises(CostLimitError, match=r"\$0\.12"):
        studio.generate_many(requests, engine="priced", max_cost=0.1)
    assert len(list(studio.generate_many(requests, engine="priced", max_cost=0.12))) == 3
    painted = []
    with pytest.raises(CostLimitError, match="after 2 pictures"):
        painted.extend(studio.generate_many(requests, engine="metered", max_cost=0.12))
    assert [each.request for each in painted] == [0, 1]


class OneByOne(FakeImageEngine):
    """A service that paints one after the other, each when its ``gate`` lets it, and is paid for each."""

    def __init__(self, config=None):
        super().__init__(config)
        self.places = Places(1)
        self.gate = threading.Semaphore(1)
        self.begun = []

    def generate(self, request, progress=ignore_progress):
        def paint(single, tell):
            self.begun.append(single.seed)
            while not self.gate.acquire(timeout=0.01):
                tell(Progress(step=0, total=1))
            return next(FakeImageEngine.generate(self, single))

        yield from self.places.paint_each(request, paint, progress)


@pytest.mark.parametrize("queued", [False, True], ids=["called", "queued"])
def test_what_cannot_be_kept_calls_off_the_rest(studio, queued):
    """The error is held on to, which must not keep the service painting for nobody."""
    studio.registry.register("service", OneByOne)
    service = studio.registry.resolve("service")
    with studio.gallery.catalog.database.write() as connection:
        full = "BEGIN SELECT RAISE(ABORT, 'no room'); END"
        connection.execute(f"CREATE TRIGGER full BEFORE INSERT ON pictures {full}")
    fields = {"engine": "service", "count": 6, "seed": 1, **SMALL}
    if queued:
        job = studio.jobs.wait(studio.submit("an apple", **fields).id, MET_S)
        assert job.error.name == "gallery"
    else:
        painting = studio.generate_each("an apple", **fields)
        with pytest.raises(GalleryError) as held:
            next(painting)
        assert held.value.__traceback__ is not None
    assert not [thread for thread in threading.enumerate() if "studiolo-picture" in thread.name]
    assert len(service.begun) < 6
