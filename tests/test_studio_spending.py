"""What paintings cost: told before, refused where it is too much, and counted as they come."""

import math

import pytest

from studiolo.engines.pricing import FREE, UNKNOWN, Estimate
from studiolo.errors import (
    ContentRefusedError,
    CostLimitError,
    EngineTimeoutError,
    InvalidRequestError,
    UnsupportedRequestError,
)
from studiolo.requests import ignore_progress
from studiolo.studio.spending import Budget, Quote, dollars, limit_of
from tests.jobs.conftest import SMALL, open_studio
from tests.jobs.engines import Metered


@pytest.fixture
def studio(home):
    with open_studio() as studio:
        yield studio


def engine(studio, name):
    return studio.registry.resolve(name)


def test_an_estimate_paints_nothing(studio):
    quote = studio.estimate("a red apple", engine="priced", count=3)
    assert quote == Quote(
        engine="priced", count=3, usd=pytest.approx(0.12), firm=True, basis="3 pictures at $0.04 (a list)"
    )
    assert studio.estimate("a red apple").usd == 0
    assert engine(studio, "priced").asked == []
    with pytest.raises(InvalidRequestError, match="takes 60"):
        studio.estimate("an apple " * 9, engine="priced")


def test_a_mask_that_is_not_found_yet_has_a_price(studio, tmp_path):
    """Finding it takes a model and a while: not for an estimate."""
    from PIL import Image

    quote = studio.estimate(
        "a cat", engine="priced", init_image=Image.new("RGB", (64, 64)), mask_prompt="the dog"
    )
    assert quote.usd == pytest.approx(0.04)


def test_what_is_too_dear_is_refused_before_anything_is_sent(studio):
    with pytest.raises(CostLimitError) as caught:
        studio.generate_each("a red apple", engine="priced", count=4, max_cost=0.1)
    assert caught.value.message == (
        "It would cost $0.16, and only $0.10 is allowed: 4 pictures at $0.04 (a list)."
    )
    assert "2 pictures would do" in caught.value.hint
    assert "--max-cost" in caught.value.hint
    with pytest.raises(CostLimitError, match=r"\$0\.01 is allowed") as caught:
        studio.generate("a red apple", engine="priced", max_cost=0.01)
    assert "Not even one" in caught.value.hint
    assert engine(studio, "priced").asked == []
    assert studio.gallery.count() == 0


def test_a_firm_price_within_the_limit_is_painted_at_once(studio):
    pictures = studio.generate("a red apple", engine="priced", count=3, max_cost=0.12, **SMALL)
    assert [picture.cost for picture in pictures] == [0.04] * 3
    assert [request.count for request in engine(studio, "priced").asked] == [3]


def test_what_nobody_knows_the_price_of_is_refused_under_a_limit(studio):
    with pytest.raises(CostLimitError, match="Nobody knows") as caught:
        studio.generate("a red apple", engine="unpriced:large", max_cost=5)
    assert "engines.unpriced.price_per_image" in caught.value.hint
    assert engine(studio, "unpriced:large").asked == []
    [picture] = studio.generate("a red apple", engine="unpriced", **SMALL)
    assert picture.cost is None


def test_a_guess_is_painted_one_at_a_time_until_the_limit(studio):
    """It says four cents and takes five: four would fit its guess of 0.17, three fit what was paid."""
    seen = []
    painting = studio.generate_each(
        "a red apple", engine="metered", count=4, seed=5, max_cost=0.17, progress=seen.append, **SMALL
    )
    with pytest.raises(CostLimitError, match=r"after 3 pictures for \$0\.15: the next may cost \$0\.05"):
        list(painting)
    assert [(request.seed, request.count) for request in engine(studio, "metered").asked] == [
        (5, 1), (6, 1), (7, 1),
    ]  # fmt: skip
    assert [picture.seed for picture in studio.gallery.list().pictures] == [7, 6, 5]
    assert {(step.index, step.count) for step in seen} == {(0, 4), (1, 4), (2, 4)}


def test_a_guess_without_a_limit_is_painted_at_once(studio):
    studio.generate("a red apple", engine="metered", count=3, **SMALL)
    assert len(engine(studio, "metered").asked) == 1


def test_the_settings_have_a_limit_that_a_call_may_change(home):
    with open_studio(max_cost=0.05) as studio:
        for refused in ({}, {"max_cost": 0.06}):
            with pytest.raises(CostLimitError):
                studio.generate("a red apple", engine="priced", count=2, **refused)
        for allowed in ({"max_cost": 0.08}, {"max_cost": math.inf}):
            assert len(studio.generate("a red apple", engine="priced", count=2, **allowed, **SMALL)) == 2
        assert len(studio.generate("a red apple", engine="fake", count=2, max_cost=0, **SMALL)) == 2


def test_a_trial_keeps_to_the_settings_limit(home):
    with open_studio(max_cost=0.01) as studio:
        trial = studio.try_engine("image", "priced")
        assert (trial.ok, engine(studio, "priced").asked) == (False, [])
        assert "$0.04" in trial.said
        assert studio.try_engine("image", "fake").ok
    with open_studio() as studio:
        assert studio.try_engine("image", "priced").cost == 0.04


@pytest.mark.parametrize("wrong", [-1, math.nan, True, "1"], ids=str)
def test_what_is_no_sum_of_money_is_refused(studio, wrong):
    with pytest.raises(InvalidRequestError, match="max_cost"):
        studio.generate("a red apple", max_cost=wrong)


def test_a_limit_is_what_is_said_or_else_what_is_usual():
    assert [limit_of(said, 2.0) for said in (None, 1, math.inf, 10**400)] == [2.0, 1.0, None, None]


@pytest.mark.parametrize(
    ("usd", "said"),
    [(0, "$0.00"), (0.16, "$0.16"), (12.5, "$12.50"), (0.0023, "$0.0023"), (0.00001, "less than $0.0001")],
)
def test_money_has_cents(usd, said):
    assert dollars(usd) == said


class Bill:
    """As much of a painting as a budget looks at."""

    def __init__(self, estimate, count=1):
        self.quote = Quote.of(estimate, engine="lab", count=count)


def test_several_paintings_share_a_limit():
    price = Estimate.per_image(0.1, 1, source="a list")
    Budget(0.3).admit([Bill(price)] * 3)  # three times ten cents are no more than thirty
    with pytest.raises(CostLimitError, match=r"\$0\.40"):
        Budget(0.3).admit([Bill(price)] * 4)
    with pytest.raises(CostLimitError, match="Nobody knows"):
        Budget(0.3).admit([Bill(price), Bill(UNKNOWN)])
    budget = Budget(0.3)
    budget.admit([Bill(price), Bill(FREE)])
    assert not budget.one_by_one
    budget.admit([Bill(price), Bill(Estimate.per_second(0.01, 2, 1, source="a guess"))])
    assert budget.one_by_one


def test_a_translation_is_shown_to_the_engines_own_check(studio):
    speaking = engine(studio, "particular")
    speaking.languages = ("en",)
    with pytest.raises(UnsupportedRequestError, match="seven"):
        studio.generate("일곱 사과", engine="particular", **SMALL)
    assert speaking.asked == []


def test_a_translation_that_is_too_long_is_refused_before_it_is_sent(studio):
    """The limit of the engine is 60 characters; in Korean it is shorter."""
    asked = "눈 속의 빨간 사과와 파란 자동차와 검은 고양이와 하얀 집과 큰 나무"
    speaking = engine(studio, "priced")
    speaking.languages = ("en",)
    assert len(asked) < 60
    with pytest.raises(InvalidRequestError, match="Put into English, the prompt has"):
        studio.generate(asked, engine="priced", **SMALL)
    assert speaking.asked == []
    [picture] = studio.generate("빨간 사과", engine="priced", **SMALL)
    assert picture.prompt == "red apple"


class Lossy(Metered):
    """Its answers may be lost, or refused: the prompt says which."""

    def generate(self, request, progress=ignore_progress):
        self.asked.append(request)
        if "lost" in request.prompt:
            raise EngineTimeoutError("It took too long.", hint="It may charge for it all the same.")
        if "declined" in request.prompt:
            raise ContentRefusedError("It declined.", hint="Say it in other words.")
        yield from super().generate(request, progress)


def test_what_is_lost_may_have_been_paid_for(studio):
    studio.registry.register("lossy", Lossy)
    told = []
    painting = studio.generate_many(
        [studio.request(prompt, **SMALL) for prompt in ("it is lost", "an apple", "a pear")],
        engine="lossy",
        max_cost=0.12,
        failed=lambda _, error: told.append(error.message),
    )
    with pytest.raises(EngineTimeoutError):
        list(painting)
    assert told[1].startswith(
        "Stopped after 1 picture for $0.05 (what failed may have cost $0.04 more): the next may cost $0.05"
    )
    assert studio.gallery.count() == 1


def test_what_was_declined_was_not_paid_for(studio):
    studio.registry.register("lossy", Lossy)
    requests = [studio.request(prompt, **SMALL) for prompt in ("declined", "an apple", "a pear")]
    with pytest.raises(ContentRefusedError):
        list(studio.generate_many(requests, engine="lossy", max_cost=0.12))
    assert studio.gallery.count() == 2
