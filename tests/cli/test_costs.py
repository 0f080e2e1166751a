"""What painting costs, on the command line: said before, limited, counted after."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studiolo.cli.engine_facts import details, knobs
from studiolo.engines.base import Availability
from studiolo.engines.capabilities import Capabilities, Sizes
from studiolo.engines.kinds import Kind
from studiolo.imaging.metadata import read_metadata
from studiolo.registry import EngineRegistry
from studiolo.requests import ImageRequest
from studiolo.studio.engines import EngineFacts
from tests.jobs.engines import ENGINES, Priced

from .conftest import Done

Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def _services(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engines of the queue's own tests, as if they were installed."""
    made = EngineRegistry.__init__

    def with_services(self: EngineRegistry, *parts: Any, **named: Any) -> None:
        made(self, *parts, **named)
        for name, engine in ENGINES.items():
            self.register(name, engine)

    monkeypatch.setattr(EngineRegistry, "__init__", with_services)


def test_the_price_is_said_before_and_what_was_paid_after(run: Run):
    done = run("generate", "an apple", "-n", 4, "-e", "priced")
    assert (done.code, len(done.paths)) == (0, 4)
    assert done.err == "$0.16: 4 pictures at $0.04 (a list)\npaid $0.16\n"
    several = run("generate", "an apple", "a pear", "-e", "metered")
    about = "about $0.08 for 2 pictures: 1 picture of about 4 s at $0.01 a second (a guess), 2 times"
    assert several.err == f"{about}\npaid $0.10\n"
    assert (
        run("generate", "an apple", "-e", "unpriced").err
        == "The price is not known: price_per_image in the engine's settings would tell it.\n"
    )
    assert run("generate", "an apple").err == ""


def test_json_has_the_estimate_and_the_cost_of_each_picture(run: Run):
    done = run("generate", "an apple", "-n", 2, "-e", "metered", "--json")
    assert done.err == ""
    assert [(made["estimate"], made["cost"]) for made in map(json.loads, done.lines)] == [(0.04, 0.05)] * 2
    free, unknown = (run("generate", "x", "-e", name, "--json").json for name in ("fake", "unpriced"))
    assert (free["estimate"], free["cost"], unknown["estimate"]) == (0, None, None)


def test_above_the_limit_nothing_is_painted(run: Run):
    done = run("generate", "an apple", "a pear", "-n", 2, "-e", "priced", "--max-cost", "0.15")
    assert (done.code, done.out) == (2, "")
    assert "error: It would cost $0.16, and only $0.15 is allowed" in done.err
    assert "hint: 3 pictures would do" in done.err
    assert done.err.count("(a list)") == 1
    refused = run("generate", "an apple", "-e", "unpriced", "--max-cost", "1", "--json")
    assert json.loads(refused.err)["error"]["type"] == "CostLimitError"
    assert run("upscale", "latest", "-e", "priced", "--max-cost", "0.01").code == 2
    assert run("gallery", "list").out == ""


def test_a_price_with_a_comma_is_no_number(run: Run):
    done = run("generate", "an apple", "-e", "priced", "--max-cost", "0,15")
    assert done.code == 2
    assert "'--max-cost': '0,15' is no number.\nhint: Write 0.15, with a point. See: " in done.err


def test_a_guess_stops_at_the_limit_and_keeps_what_is_finished(run: Run):
    done = run("generate", "an apple", "a pear", "a plum", "-e", "metered", "--max-cost", "0.12")
    assert (done.code, len(done.paths)) == (2, 2)
    assert "paid $0.10\n" in done.err
    assert "error: Stopped after 2 pictures for $0.10" in done.err


def test_the_settings_limit_holds_and_inf_lifts_it(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_MAX_COST", "0.03")
    assert run("generate", "an apple", "-e", "priced").code == 2
    assert run("generate", "an apple", "-e", "priced", "--max-cost", "inf").code == 0
    assert "max_cost" in run("generate", "an apple", "--max-cost", "nan").err
    monkeypatch.setenv("STUDIOLO_MAX_COST", "much")
    assert "max_cost" in run("generate", "an apple").err


def test_one_prompt_that_fails_does_not_lose_the_others(run: Run):
    """The engine fails at the third picture of the second prompt; it finishes the last one first."""
    done = run("generate", "an apple", "fails", "a pear", "-n", 3, "-e", "last-first", "-o", "out")
    assert done.code == 1
    assert len(done.paths) == 3 + 2 + 3
    assert "error: 'fails': The paint ran out." in done.err
    assert "paid $0.32" in done.err
    assert (Path("out") / "contact-sheet.png").exists()


def test_all_that_failed_is_said(run: Run):
    both = run("generate", "fails", "a pear", "fails", "-n", 3, "-e", "last-first", "--json")
    assert [json.loads(line)["error"]["message"] for line in both.err.splitlines()] == [
        "'fails': The paint ran out."
    ] * 2


def test_files_are_numbered_by_their_places_whichever_is_finished_first(run: Run):
    done = run("generate", "an apple", "-n", 3, "--seed", 5, "-e", "last-first", "-o", "apple.png")
    assert [path.name for path in done.paths] == ["apple-3.png", "apple-2.png", "apple.png"]
    assert [read_metadata(Path(name)).seed for name in ("apple.png", "apple-2.png", "apple-3.png")] == [
        5,
        6,
        7,
    ]


def test_what_an_engine_charges_is_told_of_it(run: Run):
    [priced, unpriced, free] = run("engines", "priced", "unpriced", "fake", "--kind", "image", "--json").json
    assert priced["price"] == {"usd": 0.04, "basis": "1 picture at $0.04 (a list)", "firm": True}
    assert (unpriced["price"]["usd"], free["price"]["usd"]) == (None, 0)


class Listed(Priced):
    """Paints two sizes, and seeds do nothing."""

    @property
    def capabilities(self) -> Capabilities:
        sizes = Sizes.among([(64, 64), (96, 64)])
        return super().capabilities.model_copy(update={"sizes": sizes, "seeded": False})


def test_lists_of_sizes_and_what_seeds_do_are_told():
    engine = Listed()
    facts = EngineFacts(
        kind=Kind.IMAGE,
        name="listed",
        default=False,
        availability=Availability(ready=True),
        capabilities=engine.capabilities,
        price=engine.estimate(ImageRequest(prompt="picture")),
    )
    told = dict(details(facts))
    assert told["size"] == "64x64, 96x64; default 64x64"
    assert told["seed"].endswith("which only numbers the pictures")
    assert told["prompt"] == "up to 60 characters"
    assert told["price"] == "$0.04 a picture: 1 picture at $0.04 (a list)"
    assert knobs(facts).startswith("2 sizes, ")


def test_what_was_paid_is_summed_up(run: Run):
    assert run("gallery", "spent") == Done(0, "", "")
    run("generate", "an apple", "-n", 3, "-e", "priced")
    run("generate", "a pear", "-n", 2, "-e", "last-first")
    run("generate", "a plum")
    rows = [line.split("\t") for line in run("gallery", "spent").lines]
    assert [row[1:] for row in rows] == [["fake", "pictures", "5", "0.200000"]]
    found = run("gallery", "spent", "--json", "--since", "1h").json
    assert (found["usd"], found["spent"][0]["count"]) == (0.2, 5)
    assert run("gallery", "spent", "--json", "--since", "2126-01-01").json == {"spent": [], "usd": 0}
