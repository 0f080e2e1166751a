"""Scenes → pictures: what was asked is where it was asked to be, at every seed."""

import numpy as np
import pytest

from studiolo.engines.pocket.backgrounds.paint import PAINTERS
from studiolo.engines.pocket.composer import compose, render_layout
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.layout import plan_layout
from studiolo.engines.pocket.planner import plan
from studiolo.engines.pocket.scene import Place, Scene
from studiolo.engines.pocket.vocabulary_places import PLACES

SEEDS = range(20)
SIZE = 192


@pytest.fixture(scope="module")
def library():
    return DrawingLibrary()


def layout_of(library, prompt, seed):
    return plan_layout(plan(prompt, library), library, SIZE, SIZE, np.random.default_rng(seed))


def boxes(layout, thing):
    return [p.box for p in layout.placed if p.thing == thing]


def centre(box):
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


RELATIONS = {
    "two red apples left of a blue car in the snow": lambda a, b: (
        centre(a)[0] < centre(b)[0] and a[2] <= b[0] + 5
    ),
    "a cat right of a dog": lambda a, b: centre(a)[0] > centre(b)[0],
    "a star above a house": lambda a, b: a[3] <= b[1] + 2,
    "a ball below a bird": lambda a, b: a[1] >= b[3] - 2,
    "a bird on a house": lambda a, b: a[3] < b[3] and b[0] < centre(a)[0] < b[2],
    "a cat in a basket": lambda a, b: centre(a)[1] < centre(b)[1] and b[0] < centre(a)[0] < b[2],
    "a frog under a mushroom": lambda a, b: centre(a)[1] > centre(b)[1],
    "a dog wearing a hat": lambda a, b: b[1] < a[1] and a[0] < centre(b)[0] < a[2],
    "a house behind a tree": lambda a, b: a[3] < b[3],
}


@pytest.mark.parametrize("prompt", RELATIONS)
def test_relations_hold_at_every_seed(library, prompt):
    for seed in SEEDS:
        layout = layout_of(library, prompt, seed)
        for a in boxes(layout, 0):
            for b in boxes(layout, 1):
                assert RELATIONS[prompt](a, b), (seed, a, b)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 9])
def test_counts_and_nothing_leaves_the_picture(library, count):
    for seed in SEEDS:
        layout = layout_of(library, f"{count} balloons", seed)
        assert len(layout.placed) == count
        for left, top, right, bottom in boxes(layout, 0):
            assert left >= -1
            assert top >= -1
            assert right <= SIZE + 1
            assert bottom <= SIZE + 1


def test_between_is_between(library):
    for seed in SEEDS:
        layout = layout_of(library, "a ball between a cat and a dog", seed)
        middle, *sides = (centre(boxes(layout, i)[0])[0] for i in range(3))
        assert min(sides) < middle < max(sides)


def test_between_two_of_a_kind(library):
    for seed in SEEDS:
        layout = layout_of(library, "a heart between two stars", seed)
        left, right = sorted(centre(b)[0] for b in boxes(layout, 1))
        assert left < centre(boxes(layout, 0)[0])[0] < right


def test_the_promised_picture(library):
    scene = plan("two red apples left of a blue car in the snow", library)
    for seed in SEEDS:
        layout = plan_layout(scene, library, SIZE, SIZE, np.random.default_rng(seed))
        apples, cars = boxes(layout, 0), boxes(layout, 1)
        assert (len(apples), len(cars)) == (2, 1)
        assert layout.backdrop.place == "snow"
        assert max(right for _, _, right, _ in apples) <= cars[0][0] + 5
    draft = render_layout(layout, library)
    car = next(b.box for b in draft.boxes if b.thing == 1)
    seen = draft.image[car[1] : car[3], car[0] : car[2]].reshape(-1, 3).astype(int)
    apple = next(b.box for b in draft.boxes if b.thing == 0)
    red = draft.image[apple[1] : apple[3], apple[0] : apple[2]].reshape(-1, 3).astype(int)
    assert ((seen[:, 2] - seen[:, 0]) > 80).mean() > 0.25
    assert ((red[:, 0] - red[:, 2]) > 80).mean() > 0.4


def test_the_same_seed_gives_the_same_bytes_and_another_a_different_picture(library):
    scene = plan("a fox in a forest", library)
    first, again, other = (compose(scene, library, 256, 256, np.random.default_rng(s)) for s in (1, 1, 2))
    assert np.array_equal(first.image, again.image)
    assert np.abs(first.image.astype(int) - other.image).mean() > 4


@pytest.mark.parametrize(("width", "height"), [(64, 64), (512, 256), (192, 448), (100, 333)])
def test_any_size_and_shape(library, width, height):
    draft = compose(
        plan("a cat on a sofa and two balloons", library), library, width, height, np.random.default_rng(0)
    )
    assert draft.image.shape == (height, width, 3)
    assert draft.mask.shape == (height, width)
    assert draft.mask.any()
    assert draft.image.dtype == draft.mask.dtype == np.uint8


def test_what_has_no_drawing_is_said_and_not_replaced(library):
    draft = compose(plan("a samovar next to a cat", library), library, 128, 128, np.random.default_rng(0))
    assert draft.notes == ("painted without a draft: samovar",)
    assert {b.name for b in draft.boxes} == {"cat"}


def test_one_layout_in_two_styles(library):
    layout = layout_of(library, "a cat left of a car", 3)
    flat = render_layout(
        layout, library, lambda p: next(d for d in p.choices if d.set == "fluent-emoji-flat")
    )
    noto = render_layout(layout, library, lambda p: next(d for d in p.choices if d.set == "noto"))
    assert {d.split(":")[0] for d in flat.drawings} == {"fluent-emoji-flat"}
    assert {d.split(":")[0] for d in noto.drawings} == {"noto"}
    for a, b in zip(flat.boxes, noto.boxes, strict=True):
        assert abs(centre(a.box)[0] - centre(b.box)[0]) < 3


def test_every_place_has_a_painter_and_a_ground(library):
    assert set(PLACES) == set(PAINTERS)
    for kind in PAINTERS:
        layout = plan_layout(Scene(place=Place(kind)), library, 96, 96, np.random.default_rng(0))
        assert 0 < layout.backdrop.ground <= 96
        assert layout.backdrop.image.std() > 3


@pytest.mark.parametrize("style", ["pixel", "sketch", "outline", "watercolour", "sticker"])
def test_looks(library, style):
    scene = plan(f"a cat, {style} style", library)
    assert scene.style == style
    assert compose(scene, library, 128, 128, np.random.default_rng(0)).image.shape == (128, 128, 3)


def test_odd_scenes_do_not_fail(library):
    prompts = [
        "",
        "a cat on a cat",
        "a hat wearing a dog",
        "nine cats wearing hats on a sofa in a box",
        "a cat left of a dog left of a cat left of a bird",
        "a tiny huge cat",
        "a cat on a dog on a horse on a car",
    ]
    for prompt in prompts:
        for seed in range(2):
            assert compose(plan(prompt, library), library, 96, 96, np.random.default_rng(seed)).image.any()
