"""Declared data fills in defaults and refuses what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from PIL import Image

from studiolo.engines.capabilities import Capabilities, Range, Sizes, task_of
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.errors import InputError, InvalidRequestError, UnsupportedRequestError
from studiolo.requests import ImageRequest

PICTURE = Image.new("RGB", (512, 512))

SIZES = Sizes(minimum=256, maximum=1024, multiple=64, default=(512, 512), max_pixels=1024 * 768)
PLAIN = Capabilities(description="Words to picture, no knobs.", sizes=SIZES, max_count=4, max_seed=1000)
RICH = Capabilities(
    description="Everything.",
    tasks=frozenset({"text-to-image", "image-to-image", "inpainting"}),
    sizes=SIZES,
    steps=Range(minimum=2, maximum=50, default=20),
    guidance_scale=Range(minimum=0, maximum=10, default=5),
    strength=Range(minimum=0, maximum=1, default=0.6),
    negative_prompt=True,
    schedulers=("euler", "heun"),
    palette=3,
    options=frozenset({"swirl"}),
)
PICTURE = Image.new("RGB", (640, 320))


def asked(**fields: Any) -> ImageRequest:
    return ImageRequest.parse({"prompt": "an apple", **fields})


@pytest.mark.parametrize(
    ("able", "fields", "error", "said"),
    [
        (PLAIN, {"init_image": PICTURE}, UnsupportedRequestError, "does no image-to-image"),
        (PLAIN, {"init_image": PICTURE, "mask": PICTURE}, UnsupportedRequestError, "does no inpainting"),
        (PLAIN, {"negative_prompt": "blur"}, UnsupportedRequestError, "no negative prompt"),
        (PLAIN, {"palette": ["#fff"]}, UnsupportedRequestError, "takes no palette"),
        (PLAIN, {"steps": 5}, UnsupportedRequestError, "no setting 'steps'"),
        (PLAIN, {"strength": 0.5}, UnsupportedRequestError, "no setting 'strength'"),
        (PLAIN, {"scheduler": "euler"}, UnsupportedRequestError, "no choice of scheduler"),
        (PLAIN, {"options": {"swirl": 1}}, InvalidRequestError, "It takes none"),
        (PLAIN, {"count": 5}, InvalidRequestError, "at most 4"),
        (PLAIN, {"seed": 1001}, InvalidRequestError, "from 0 to 1000"),
        (PLAIN, {"seed": 1000, "count": 2}, InvalidRequestError, "from 0 to 999"),
        (PLAIN, {"width": 7}, InvalidRequestError, "nearest it can do is 256x512"),
        (PLAIN, {"width": 500}, InvalidRequestError, "nearest it can do is 512x512"),
        (
            PLAIN,
            {"width": 8192, "height": 8192},
            InvalidRequestError,
            r"at most 786,432 pixels together. The nearest it can do is 832x896",
        ),
        (RICH, {"options": {"swirly": 1}}, InvalidRequestError, r"Did you mean 'swirl'\? Its options: swirl"),
        (
            RICH,
            {"palette": ["#111", "#222", "#333", "#444"]},
            InvalidRequestError,
            "at most 3 colours; 4 were given",
        ),
        (RICH, {"steps": 1}, InvalidRequestError, r"Use 2 to 50 \(default 20\)"),
        (RICH, {"guidance_scale": 10.5}, InvalidRequestError, "Use 0 to 10"),
        (RICH, {"scheduler": "ddim"}, InvalidRequestError, "Its schedulers: euler, heun"),
        (RICH, {"strength": 0.5}, InvalidRequestError, "no picture was given"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    able: Capabilities, fields: dict[str, Any], error: type[InputError], said: str
):
    with pytest.raises(error, match=said):
        check(able, asked(**fields), engine="this")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"width": 1024, "height": 768},
        {"init_image": PICTURE, "strength": 0},
        {"init_image": PICTURE, "mask": PICTURE, "negative_prompt": "blur", "options": {"swirl": 1}},
        {"palette": ["#111", "#222", "#333", "#222222"]},
        {"steps": 50, "guidance_scale": 0, "scheduler": "heun", "count": 16},
    ],
)
def test_what_can_be_passes_and_still_passes_when_complete(fields: dict[str, Any]):
    request = asked(**fields)
    check(RICH, request, engine="this")
    complete = resolve(RICH, request)
    check(RICH, complete, engine="this")
    assert resolve(RICH, complete) == complete


def test_defaults_are_filled_in_and_what_was_given_stays():
    complete = resolve(RICH, asked(steps=7))
    assert (complete.width, complete.height, complete.steps) == (512, 512, 7)
    assert (complete.guidance_scale, complete.scheduler) == (5, "euler")
    assert complete.strength is None, "nothing to start from"
    assert resolve(PLAIN, asked()).steps is None, "no such knob"


TWO_STAGES = Capabilities(
    description="Two stages.",
    tasks=frozenset({"text-to-image", "image-to-image"}),
    sizes=Sizes(minimum=64, maximum=2048, multiple=8, default=(512, 512)),
    steps=Range(minimum=1, maximum=150, default=30),
    strength=Range(minimum=0.05, maximum=1, default=0.6),
    refiners=("ensemble", "image", "none"),
    handover=Range(minimum=0.1, maximum=0.9, default=0.8),
    refiner_strength=Range(minimum=0.1, maximum=0.9, default=0.3),
)


@pytest.mark.parametrize(
    ("fields", "refiner"),
    [
        ({}, "ensemble"),
        ({"steps": 5}, "ensemble"),
        ({"steps": 4}, "none"),
        ({"init_image": PICTURE, "strength": 0.3}, "ensemble"),
        ({"init_image": PICTURE, "strength": 0.2}, "none"),
        ({"init_image": PICTURE, "strength": 0.2, "handover": 0.9}, "ensemble"),
        ({"steps": 1, "refiner": "ensemble"}, "ensemble"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value) or "nothing",
)
def test_no_ensemble_is_the_default_where_one_would_have_nothing_to_do(fields: dict[str, Any], refiner: str):
    request = resolve(TWO_STAGES, ImageRequest.parse({"prompt": "a fox", **fields}))
    assert request.refiner == refiner
    assert (request.handover is not None) == (refiner == "ensemble")
    assert resolve(TWO_STAGES, request) == request


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"handover": 0.5, "refiner": "none"}, "handover is for the refiner 'ensemble'.*paint with 'none'"),
        ({"handover": 0.5, "refiner": "image"}, "would paint with 'image'"),
        ({"refiner_strength": 0.2}, "refiner_strength is for the refiner 'image'.*--refiner image"),
    ],
)
def test_numbers_of_a_second_stage_that_does_not_come_are_refused(fields: dict[str, Any], said: str):
    with pytest.raises(InvalidRequestError, match=said):
        check(TWO_STAGES, ImageRequest.parse({"prompt": "a fox", **fields}), engine="this")
    check(TWO_STAGES, ImageRequest.parse({"prompt": "a fox", "handover": 0.5}), engine="this")


LISTED = Sizes.among([(1024, 1024), (1536, 1024), (1024, 1536), (512, 512)])
BOUNDED = Sizes(
    minimum=480, maximum=3840, multiple=16, default=(1024, 1024),
    max_pixels=3840 * 2160, min_pixels=655_360, max_ratio=3,
)  # fmt: skip


def test_a_list_of_sizes_is_all_there_is():
    assert (LISTED.minimum, LISTED.maximum, LISTED.multiple, LISTED.default) == (512, 1536, 512, (1024, 1024))
    assert LISTED.allows(1536, 1024)
    assert not LISTED.allows(512, 1024)
    assert LISTED.nearest(700, 500) == (512, 512)
    assert LISTED.fitting(3000, 2000) == (1536, 1024)
    assert LISTED.fitting(600, 600) == (512, 512)
    assert LISTED.reaches(1400, 900)
    assert not LISTED.reaches(1400, 1100)
    able = PLAIN.model_copy(update={"sizes": LISTED})
    with pytest.raises(InvalidRequestError, match=r"it paints 1024x1024, 1536x1024, .* nearest .* 1024x1024"):
        check(able, asked(width=1000, height=1000), engine="this")


@pytest.mark.parametrize(
    ("sizes", "wanted", "near"),
    [
        (LISTED, (500, 300), (1536, 1024)),
        (LISTED, (300, 500), (1024, 1536)),
        (LISTED, (700, 700), (512, 512)),
        (BOUNDED, (500, 300), (1040, 640)),
        (BOUNDED, (8000, 4000), (3840, 1920)),
        (BOUNDED, (1000, 1000), (992, 992)),
    ],
)
def test_a_size_that_cannot_be_keeps_its_shape_when_it_is_rounded(
    sizes: Sizes, wanted: tuple[int, int], near: tuple[int, int]
):
    able = PLAIN.model_copy(update={"sizes": sizes})
    width, height = wanted
    with pytest.raises(InvalidRequestError, match=f"nearest it can do is {near[0]}x{near[1]}"):
        check(able, asked(width=width, height=height), engine="this")
    rounded = resolve(able, asked(width=width, height=height, round_size=True))
    assert (rounded.width, rounded.height) == near
    assert sizes.allows(*near)


def test_words_are_counted_where_an_engine_counts_them():
    able = RICH.model_copy(update={"prompt_characters": 10})
    check(able, asked(prompt="a red fox"), engine="this")
    for fields in ({"prompt": "a very red fox"}, {"prompt": "a fox", "negative_prompt": "not a red one"}):
        with pytest.raises(InvalidRequestError, match="characters; engine 'this' takes 10"):
            check(able, asked(**fields), engine="this")


def test_strength_has_one_default_for_a_picture_and_one_for_a_draft():
    drafting = RICH.model_copy(update={"draft_strength": 0.45})
    assert resolve(drafting, asked()).strength == 0.45
    assert resolve(drafting, asked(init_image=PICTURE)).strength == 0.6
    check(drafting, asked(strength=0.2), engine="this")


def test_a_painting_from_a_picture_keeps_its_shape():
    assert resolve(RICH, asked(init_image=PICTURE)).width == 640
    assert resolve(RICH, asked(init_image=PICTURE)).height == 320
    assert resolve(RICH, asked(init_image=PICTURE, width=512, height=512)).height == 512


@pytest.mark.parametrize(
    ("given", "painted"),
    [
        ((4000, 2000), (1024, 512)),
        ((64, 128), (256, 512)),
        ((3000, 3000), (832, 896)),
        ((9000, 30), (1024, 256)),
    ],
)
def test_a_picture_too_large_or_too_small_keeps_its_shape_too(
    given: tuple[int, int], painted: tuple[int, int]
):
    assert SIZES.fitting(*given) == painted
    assert SIZES.allows(*painted)


def test_a_drawn_seed_leaves_room_for_the_count():
    small = PLAIN.model_copy(update={"max_seed": 4, "max_count": 5})
    seeds = {resolve(small, asked(count=4)).seed for _ in range(40)}
    assert seeds <= {0, 1}
    assert resolve(small, asked(count=5)).seed == 0
    assert resolve(RICH, asked()).seed != resolve(RICH, asked()).seed


@pytest.mark.parametrize("wanted", [(1, 1), (512, 512), (700, 300), (8192, 8192), (8192, 64), (1000, 1000)])
def test_the_nearest_size_is_allowed(wanted: tuple[int, int]):
    assert SIZES.allows(*SIZES.nearest(*wanted))


def test_the_task_follows_from_the_pictures():
    assert task_of(asked()) == "text-to-image"
    assert task_of(asked(init_image=PICTURE)) == "image-to-image"
    assert task_of(asked(init_image=PICTURE, mask=PICTURE)) == "inpainting"


def test_capabilities_are_data_that_survives_json():
    assert Capabilities.model_validate_json(RICH.model_dump_json()) == RICH


OPEN = Capabilities(description="Whatever its service has.", sizes=SIZES, open_ended=True)


@pytest.mark.parametrize(
    "fields",
    [
        {"steps": 9, "guidance_scale": 3.5},
        {"scheduler": "somebody's own"},
        {"options": {"go_fast": True}},
        {"refiner": "ensemble", "handover": 0.7},
    ],
)
def test_what_only_the_service_knows_passes_and_stays_as_it_was_asked(fields):
    check(OPEN, asked(**fields), engine="open")
    complete = resolve(OPEN, asked(**fields))
    assert complete.model_dump(include=set(fields)) == fields


def test_of_what_only_the_service_knows_nothing_is_filled_in():
    complete = resolve(OPEN, asked())
    assert (complete.steps, complete.guidance_scale, complete.scheduler, complete.refiner) == (None,) * 4


@pytest.mark.parametrize(
    ("wanted", "near"),
    [
        ((1024, 512), (1024, 640)),
        ((512, 512), (816, 816)),
        ((3840, 480), (3840, 1280)),
        ((480, 1440), (480, 1440)),
        ((3840, 3840), (2880, 2880)),
    ],
)
def test_sizes_may_have_a_least_area_and_a_longest_shape(wanted: tuple[int, int], near: tuple[int, int]):
    assert BOUNDED.nearest(*wanted) == near
    assert BOUNDED.allows(*near)
    assert BOUNDED.allows(*wanted) is (wanted == near)
    assert BOUNDED.allows(*BOUNDED.fitting(*wanted))
    assert BOUNDED.reaches(*wanted) is (wanted != (3840, 3840))


def test_what_is_too_small_together_is_said():
    able = PLAIN.model_copy(update={"sizes": BOUNDED})
    with pytest.raises(InvalidRequestError, match=r"at least 655,360, one at most 3 times the other"):
        check(able, asked(width=640, height=640), engine="e")
