"""What a model takes, read from its OpenAPI document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from studiolo.engines.replicate.catalogue import KNOWN
from studiolo.engines.replicate.schema import Input, inputs_of
from tests.engines.replicate.schemas import EDITOR, FLUX_SCHNELL, SDXL


@pytest.mark.parametrize(
    ("model", "document"),
    [("stability-ai/sdxl", SDXL), ("black-forest-labs/flux-schnell", FLUX_SCHNELL)],
    ids=["sdxl", "flux-schnell"],
)
def test_what_is_known_of_a_model_is_what_its_schema_says(model, document):
    said = {name: replace(each, description="") for name, each in inputs_of(document).items()}
    known = KNOWN[model].takes
    assert {name: said[name] for name in known} == dict(known)
    assert set(said) == set(known)


def test_enums_that_are_referred_to_are_read():
    refine = inputs_of(SDXL)["refine"]
    assert refine.choices == ("no_refiner", "expert_ensemble_refiner", "base_image_refiner")
    assert (refine.kind, refine.default) == ("string", "no_refiner")


def test_what_may_be_null_keeps_its_type_and_bounds():
    takes = inputs_of(EDITOR)
    assert (takes["steps"].kind, takes["steps"].minimum, takes["steps"].default) == ("integer", 1, 28)
    assert (takes["cfg"].kind, takes["cfg"].maximum) == ("number", 10)


def test_lists_of_files_are_known_as_such():
    pictures = inputs_of(EDITOR)["image_input"]
    assert (pictures.several, pictures.is_file, pictures.most, pictures.required) == (True, True, 3, True)


def test_of_two_types_neither_is_held_to():
    node = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
    takes = inputs_of({"components": {"schemas": {"Input": {"properties": {"size": node}}}}})
    assert takes["size"].kind == ""
    assert not takes["size"].refusal("large")
    assert not takes["size"].refusal(512)


@pytest.mark.parametrize("document", [{}, {"components": None}, {"components": {"schemas": {"Input": []}}}])
def test_a_document_without_inputs_has_none(document):
    assert inputs_of(document) == {}


STEPS = Input(name="steps", kind="integer", minimum=1, maximum=4)


@pytest.mark.parametrize(
    ("takes", "value", "must"),
    [
        (STEPS, 4, ""),
        (STEPS, 5, "from 1 to 4"),
        (STEPS, 2.5, "an integer"),
        (STEPS, True, "an integer"),
        (Input(name="seed", kind="integer", maximum=9), 10, "9 or less"),
        (Input(name="scale", kind="number", minimum=1), 0.5, "1 or more"),
        (Input(name="scale", kind="number"), 3, ""),
        (Input(name="scale", kind="number"), "3", "a number"),
        (Input(name="format", kind="string", choices=("png", "jpg")), "webp", "one of png, jpg"),
        (Input(name="format", kind="string", choices=("png", "jpg")), "jpg", ""),
        (Input(name="many", kind="integer", choices=(1, 2)), True, "one of 1, 2"),
        (Input(name="safe", kind="boolean"), 1, "true or false"),
        (Input(name="prompt", kind="string"), 1, "a text"),
        (Input(name="images", kind="array", most=1), ["a", "b"], "at most 1 values"),
    ],
)
def test_a_value_that_does_not_fit_is_told_what_would(takes: Input, value: Any, must: str):
    assert takes.refusal(value) == must


def test_a_multiple_is_read_from_the_words():
    assert Input(name="width", description="Must be a multiple of 32 (or it is rounded).").multiple == 32
    assert Input(name="width").multiple == 1
