"""Runs that are paid for: once each, whatever happens to their replies; called off, and counted."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.pictures import as_data_url, as_png
from studiolo.engines.pricing import UNKNOWN
from studiolo.engines.replicate import painting
from studiolo.engines.replicate.image import ReplicateImageEngine
from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    RateLimitedError,
)
from tests.engines.replicate.asking import SMALL, complete, only, paint, paths
from tests.engines.replicate.hosting import ReplicateHosting
from tests.engines.replicate.server import TOKEN, Run

PATIENCE_S = 10
PNG = as_png(Image.new("RGB", (8, 8), "green"))
EDITOR = "somebody/editor"
SCHNELL = "black-forest-labs/flux-schnell"


@pytest.fixture
def hosting(server):
    return ReplicateHosting(server)


# Lost replies


@pytest.mark.parametrize("model", [None, SCHNELL], ids=["version", "official"])
def test_a_run_whose_reply_is_lost_is_found_again_and_not_paid_twice(server, paint_with, model):
    server.break_with("hangs-up-after")
    painted = only(paint(paint_with(model)))
    assert len(server.paintings) == 1
    assert painted.notes == ("Replicate's reply was lost; the run was found again, and not paid for twice.",)
    listed = next(path for path in paths(server) if path.startswith("/v1/predictions?"))
    assert listed.startswith("/v1/predictions?created_after=20")


def test_each_of_several_lost_replies_is_found_by_its_own_seed(server, paint_with):
    server.break_with("hangs-up-after")
    painted = paint(paint_with(), **SMALL, count=3)
    assert sorted(picture.seed for picture in painted) == [7, 8, 9]
    assert len({picture.image.tobytes() for picture in painted}) == 3
    assert len(server.paintings) == 3


def test_a_run_whose_reply_is_on_its_way_is_not_taken_for_one_whose_reply_is_lost(server, paint_with):
    """Two requests for the same: the reply to one is lost while that to the other is awaited."""
    server.break_with("hangs-up-after", after=9)
    server.runs.append(Run(picture=PNG, streams=False, broken=True))
    server.runs.append(Run(picture=PNG, streams=False))
    second = threading.Event()

    def on_begun(run):
        if run.broken:
            assert second.wait(PATIENCE_S)
        else:
            second.set()
            threading.Event().wait(0.5)  # in which who has lost its reply could look

    server.on_begun = on_begun
    engine = paint_with()
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda _: only(paint(engine, **SMALL)), range(2)))
    assert sorted(len(picture.notes) for picture in both) == [1, 2]  # both were resized
    assert sorted(path for path in paths(server) if path.startswith("/pbxt/")) == [
        "/pbxt/p0/out-0.png",
        "/pbxt/p1/out-0.png",
    ]


def test_without_a_seed_an_older_run_of_the_same_input_is_another(server, paint_with):
    server.runs.append(Run(picture=PNG, streams=False))
    server.runs.append(Run(picture=PNG, streams=False))
    fields = {"init_image": Image.new("RGB", (64, 64)), "width": 1024, "height": 1024}
    paint(paint_with(EDITOR), **fields)
    server.last.created = server.last.created.replace("20", "19", 1)
    server.break_with("hangs-up-before")
    with pytest.raises(EngineError, match="Nor is the run among those of the account"):
        paint(paint_with(EDITOR), **fields)  # as after a restart: it knows of no run


@pytest.mark.parametrize("reply", ["lost", "awaited"])
def test_nobody_elses_run_is_called_off(server, paint_with, hosting, reply):
    """It was begun by another process, and has the same input; ours is not begun at all."""
    server.break_with("cancelled")
    waits = threading.Event()

    def on_begun(run):
        if len(server.predictions) > 1:
            del server.predictions["p1"]
            waits.set()
            threading.Event().wait(0.5)  # in which ours is called off

    def stop_ours(report):
        if waits.is_set():
            raise Cancelled

    def look(report):
        if not hosting.under_way:
            return
        server.last.created = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        server.on_begun = on_begun
        server.fault = "hangs-up-before" if reply == "lost" else None
        with pytest.raises(EngineError if reply == "lost" else Cancelled):
            paint(paint_with(total_timeout_s=5), stop_ours, **SMALL)
        assert server.called_off == 0
        raise Cancelled

    with pytest.raises(Cancelled):
        paint(paint_with(), look, **SMALL)
    assert server.called_off == 1


def test_a_reply_that_cannot_be_read_is_a_lost_one(server, paint_with):
    state, read = server.state, []

    def first_is_garbled(name):
        read.append(name)
        return {"oops": name} if len(read) == 1 else state(name)

    server.state = first_is_garbled
    assert only(paint(paint_with(), **SMALL)).notes
    assert len(server.paintings) == 1


def test_another_run_is_not_taken_for_it(server, paint_with):
    engine = paint_with()
    paint(engine, **SMALL)  # the same input, but known to be another
    paint(engine, **SMALL, prompt="a green pear")
    paint(engine, **SMALL, seed=8)
    server.break_with("hangs-up-before")
    with pytest.raises(EngineError, match="Nor is the run among those of the account") as caught:
        paint(engine, **SMALL)
    assert "charged" in caught.value.hint
    assert len(server.paintings) == 3


def test_if_it_cannot_be_looked_for_it_is_said_that_it_may_be_paid(server, paint_with):
    server.break_with("hangs-up-after")
    server.state = lambda name: {"oops": name}
    with pytest.raises(EngineError) as caught:
        paint(paint_with(), **SMALL)
    assert "charged" in caught.value.hint
    assert len(server.paintings) == 1


def test_a_reply_that_breaks_off_is_a_lost_one(server, paint_with):
    engine = paint_with()
    request = complete(engine, **SMALL)
    engine._account.target(lambda: None)
    server.half_replies = 1
    painted = only(list(engine.generate(request)))
    assert painted.notes
    assert len(server.paintings) == 1


def test_looks_that_fail_do_not_end_a_run_that_is_paid_for(server, paint_with):
    failed = []

    def fail_twice(report):
        if server.paintings and len(failed) < 2 and not server.faults:
            failed.append(1)
            server.faults.append((500, {"detail": "Internal server error"}))

    assert only(paint(paint_with(), fail_twice, **SMALL)).image.size == (256, 256)
    assert len(failed) == 2
    assert len(server.paintings) == 1


# Calling off


def test_cancelling_calls_the_run_off(server, paint_with, hosting):
    server.break_with("cancelled")

    def stop(report):
        if hosting.under_way:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(paint_with(), stop, **SMALL)
    assert server.last.cancelled.wait(PATIENCE_S)
    assert server.called_off == 1


def test_closing_the_generator_calls_the_others_off(server, paint_with):
    server.break_with("cancelled", after=1)
    engine = paint_with()
    pictures = engine.generate(complete(engine, **SMALL, count=2))
    next(pictures)
    pictures.close()
    assert server.called_off == 1


def test_one_that_is_called_off_while_it_is_begun_is_called_off_there(server, paint_with):
    """The reply is still awaited: nobody knows the run's id yet."""
    server.slow_replies = threading.Event()

    def stop(report):
        if server.paintings:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(paint_with(), stop, **SMALL)
    server.slow_replies.set()
    assert server.called_off == 1


def test_a_picture_that_is_painted_and_on_its_way_is_kept_when_it_is_called_off(server, paint_with):
    """It is paid for."""
    server.slow_deliveries = threading.Event()
    soon = threading.Timer(0.3, server.slow_deliveries.set)  # after some beats that would end it

    def stop(report):
        if any(path.startswith("/pbxt/") for path in paths(server)):
            soon.start()
            raise Cancelled

    engine, kept = paint_with(), []
    with pytest.raises(Cancelled):
        kept.extend(picture.seed for picture in engine.generate(complete(engine, **SMALL), stop))
    soon.join()
    assert kept == [7]


def test_a_delivery_that_takes_too_long_is_not_waited_for_by_who_turned_away(monkeypatch):
    monkeypatch.setattr(painting, "_GRACE_S", 0.0)

    def turn_away():
        raise Cancelled

    beat = painting.unhurried(turn_away)
    beat()
    time.sleep(0.01)
    with pytest.raises(Cancelled):
        beat()


def test_a_run_that_ended_is_not_called_off(server, paint_with):
    paint(paint_with(), **SMALL)
    assert not any(path.endswith("/cancel") for path in paths(server))


def test_each_run_has_a_deadline_of_its_own_at_replicate(server, paint_with):
    paint(paint_with(total_timeout_s=77), **SMALL)
    begun = next(one for one in server.received if one.path == "/v1/predictions")
    assert begun.headers["cancel-after"] == "77s"


# Ends


@pytest.mark.parametrize(
    ("status", "charged"), [("canceled", "it is charged"), ("aborted", "it is not charged")]
)
def test_a_run_that_was_called_off_there(server, paint_with, status, charged):
    server.runs.append(Run(status=status, picture=b"x", streams=False))
    with pytest.raises(EngineTimeoutError, match=charged):
        paint(paint_with(), **SMALL)


@pytest.mark.parametrize(
    "said",
    [
        "NSFW content detected. Try running it again, or try a different prompt.",
        "All generated images contained NSFW content. Try running it again with a different prompt.",
        "The input or output was flagged as sensitive. Please try again with different inputs. (E005)",
    ],
)
def test_what_a_filter_declines_is_a_refusal(server, paint_with, said):
    server.runs.append(Run(status="failed", error=said, picture=b"x", streams=False))
    with pytest.raises(ContentRefusedError, match=said[:20]):
        paint(paint_with(), **SMALL)


def test_a_failed_run_says_why(server, paint_with):
    server.runs.append(Run(status="failed", error="CUDA out of memory\n", picture=b"x", streams=False))
    with pytest.raises(EngineError, match="The model failed: CUDA out of memory"):
        paint(paint_with(), **SMALL)


@pytest.mark.parametrize("output", [None, [], "done", {"text": "a"}], ids=["none", "empty", "text", "object"])
def test_a_run_without_a_picture(server, paint_with, output):
    server.runs.append(Run(picture=b"x", streams=False))
    server.outputs = lambda run: output
    with pytest.raises(EngineError, match="gave no picture"):
        paint(paint_with(), **SMALL)


def test_outputs_of_other_forms_are_read(server, paint_with):
    link = as_data_url(Image.new("RGB", (256, 256), "red"))
    for output in (link, [link], {"image": link, "seed": 7}):
        server.outputs = lambda run, output=output: output
        painted = only(paint(paint_with(), **SMALL))
        assert painted.image.getpixel((0, 0)) == (255, 0, 0)


def test_of_several_pictures_the_first_is_kept_and_it_is_said(server, paint_with):
    server.outputs = lambda run: run.output * 3
    assert only(paint(paint_with(), **SMALL)).notes == ("The run gave 3 pictures; the first was kept.",)


def test_half_a_picture_is_fetched_again_and_not_paid_again(server, paint_with):
    server.break_with("half-sent")
    server.on_delivery = server.mend
    assert only(paint(paint_with(), **SMALL)).image.size == (256, 256)
    assert sum(path.startswith("/pbxt/") for path in paths(server)) == 2
    assert len(server.paintings) == 1


def test_what_cannot_be_fetched_says_where_it_is(server, paint_with):
    server.break_with("expired-link")
    with pytest.raises(EngineError, match="cannot be fetched") as caught:
        paint(paint_with(), **SMALL)
    assert "charged" in caught.value.hint
    assert "https://replicate.com/p/p0" in caught.value.hint


def test_no_credit(server, paint_with):
    server.break_with("spent")
    with pytest.raises(RateLimitedError, match="no credit"):
        paint(paint_with(), **SMALL)


# Prices


@pytest.mark.parametrize(
    ("model", "options", "fields", "usd", "firm"),
    [
        (SCHNELL, {}, {"count": 4}, 0.012, True),
        (None, {}, {"steps": 50}, 0.000975 * (1 + 50 / 6), False),
        (None, {}, {"steps": 50, **SMALL, "count": 2}, 2 * 0.000975 * (1 + 50 / 16 / 6), False),
        (None, {}, {"steps": 50, "refiner": "image"}, 0.000975 * (1 + 65 / 6), False),
        (None, {"price_per_second": 0.002}, {"steps": 60}, 0.022, False),
        (None, {"price_per_image": 0.05}, {"count": 2}, 0.1, True),
        ("somebody/editor", {"price_per_image": 0.05}, {}, 0.05, True),
    ],
)
def test_what_it_costs_is_said_before(server, paint_with, model, options, fields, usd, firm):
    engine = paint_with(model, **options)
    estimate = engine.estimate(complete(engine, **fields))
    assert estimate.usd == pytest.approx(usd)
    assert estimate.firm is firm
    assert ("your setting" if options else "replicate.com/pricing, 2026") in estimate.basis
    assert not server.received


@pytest.mark.parametrize("options", [{}, {"price_per_second": 0.001}], ids=["none", "per second"])
def test_nobody_knows_what_an_unknown_model_costs(paint_with, options):
    engine = paint_with("somebody/editor", **options)
    assert engine.estimate(complete(engine)) == UNKNOWN


@pytest.mark.parametrize(
    ("model", "options", "usd"),
    [
        (None, {}, 1.5 * 0.000975),
        (None, {"price_per_second": 0.002}, 0.003),
        (None, {"price_per_image": 0.05}, 0.05),
        (SCHNELL, {}, 0.003),
    ],
)
def test_what_was_paid_is_in_the_picture(paint_with, model, options, usd):
    size = {"width": 512, "height": 512}
    assert only(paint(paint_with(model, **options), **size)).cost == pytest.approx(usd, abs=1e-6)


def test_offline():
    config = EngineConfig(offline=True, options={"api_key": TOKEN})
    engine = ReplicateImageEngine(config)
    assert not engine.availability().ready
    with pytest.raises(OfflineError):
        paint(engine, **SMALL)
