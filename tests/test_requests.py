"""What may be asked, what may not, and that a request survives JSON."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studiolo.errors import InputError, InvalidImageError, InvalidRequestError
from studiolo.requests import (
    MAX_COUNT,
    MAX_PROMPT_CHARACTERS,
    MAX_SEED,
    MAX_SIDE_PX,
    GeneratedImage,
    ImageRequest,
    SourceImage,
)


def picture(size: tuple[int, int] = (16, 8), colour: str = "teal") -> Image.Image:
    return Image.new("RGB", size, colour)


def file_bytes(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


BAD: list[tuple[str, dict[str, Any], type[InputError], str]] = [
    (
        "seam without an edge",
        {"prompt": "a fox", "seam": "precise"},
        InvalidRequestError,
        "all of the picture is",
    ),
    ("no prompt", {}, InvalidRequestError, "prompt is empty"),
    ("empty prompt", {"prompt": ""}, InvalidRequestError, "The prompt is empty"),
    ("blank prompt", {"prompt": " \n\t "}, InvalidRequestError, "The prompt is empty"),
    ("no text", {"prompt": 5}, InvalidRequestError, "valid string"),
    ("None", {"prompt": None}, InvalidRequestError, "valid string"),
    ("10,000 characters", {"prompt": "x" * 10_000}, InvalidRequestError, "10,000 characters; at most 2,000"),
    ("NUL", {"prompt": "a\0b"}, InvalidRequestError, r"U\+0000"),
    ("lone surrogate", {"prompt": "a\ud800"}, InvalidRequestError, r"U\+D800"),
    ("long negative", {"negative_prompt": "x" * 2001}, InvalidRequestError, "negative prompt has 2,001"),
    ("width 0", {"width": 0}, InvalidRequestError, "greater than or equal to 1"),
    ("height negative", {"height": -8}, InvalidRequestError, "greater than or equal to 1"),
    ("width 100000", {"width": 100_000}, InvalidRequestError, "less than or equal to 8192"),
    (
        "width in words",
        {"width": "wide"},
        InvalidRequestError,
        "width is 'wide', but must be a valid integer",
    ),
    ("half a pixel", {"width": 64.5}, InvalidRequestError, "fractional"),
    ("width of 3,000 digits", {"width": "9" * 3000}, InvalidRequestError, r"\.\.\."),
    ("count 0", {"count": 0}, InvalidRequestError, "greater than or equal to 1"),
    ("count 1000", {"count": 1000}, InvalidRequestError, "less than or equal to 64"),
    ("count None", {"count": None}, InvalidRequestError, "valid integer"),
    ("seed negative", {"seed": -1}, InvalidRequestError, "greater than or equal to 0"),
    ("seed too large", {"seed": 2**32}, InvalidRequestError, str(2**32 - 1)),
    ("steps 0", {"steps": 0}, InvalidRequestError, "greater than or equal to 1"),
    ("steps 1001", {"steps": 1001}, InvalidRequestError, "less than or equal to 1000"),
    ("guidance negative", {"guidance_scale": -0.1}, InvalidRequestError, "greater than or equal to 0"),
    ("guidance NaN", {"guidance_scale": float("nan")}, InvalidRequestError, "nan"),
    ("strength 1.1", {"strength": 1.1}, InvalidRequestError, "less than or equal to 1"),
    ("strength infinite", {"strength": float("inf")}, InvalidRequestError, "inf"),
    ("unknown field", {"colour": "red"}, InvalidRequestError, "no setting named 'colour'. Known: .*prompt"),
    ("options a list", {"options": ["a"]}, InvalidRequestError, "options"),
    ("options no JSON", {"options": {"a": object()}}, InvalidRequestError, "not a valid JSON value"),
    ("a palette of a word", {"palette": ["#fff", "teal"]}, InvalidRequestError, "'teal' is no colour"),
    ("a palette of a text", {"palette": "#fff"}, InvalidRequestError, "palette is '#fff', but must be"),
    ("eleven colours", {"palette": [f"#00000{n:x}" for n in range(11)]}, InvalidRequestError, "at most 10"),
    ("six references", {"references": [picture()] * 6}, InvalidRequestError, "at most 5 are taken; 6 were"),
    ("nine LoRAs", {"loras": [{"name": "a"}] * 9}, InvalidRequestError, "loras: at most 8 are taken; 9 were"),
    ("no such file", {"init_image": "nowhere.png"}, InvalidImageError, "no file 'nowhere.png'"),
    ("a folder", {"init_image": Path()}, InvalidImageError, "is a folder"),
    ("empty bytes", {"init_image": b""}, InvalidImageError, "empty"),
    ("text as picture", {"init_image": b"hello there"}, InvalidImageError, "text file"),
    ("truncated", {"init_image": file_bytes(picture())[:-30]}, InvalidImageError, "damaged"),
    ("a number as picture", {"init_image": 5}, InvalidImageError, "cannot be read from int"),
    ("a list as picture", {"init_image": ["a.png"]}, InvalidImageError, "cannot be read from list"),
    ("unknown reference", {"init_image": "sha256:" + "0" * 64}, InvalidImageError, "not at hand"),
    ("mask alone", {"mask": picture()}, InvalidRequestError, "no picture was given"),
    (
        "mask of another size",
        {"init_image": picture((16, 8)), "mask": picture((8, 16))},
        InvalidImageError,
        "mask is 8x16, the picture 16x8",
    ),
]


@pytest.mark.parametrize(("fields", "error", "said"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_one_line_with_a_way_out(fields: dict[str, Any], error: type[InputError], said: str):
    given = fields if not fields or "prompt" in fields else {"prompt": "an apple", **fields}
    with pytest.raises(error, match=said) as caught:
        ImageRequest.parse(given)
    assert caught.value.exit_code == 2
    assert caught.value.hint, "what to do next"
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ({"similarity": 0.1, "references": [picture()]}, "Use 0.2 to 1."),
        ({"handover": 1.5}, "Use more than 0 and less than 1."),
        ({"seed": -1}, f"Use 0 to {MAX_SEED}."),
        ({"control": "depth", "control_image": picture()}, "Use 'canny' or 'segmentation'."),
        ({"upscale": 3, "init_image": picture()}, "Use 2 or 4."),
        ({"loras": [{"name": "a", "weight": 9}]}, "Use 4 or less."),
    ],
    ids=["range", "open range", "whole numbers", "words", "factors", "nested"],
)
def test_the_way_out_says_which_values_there_are(fields: dict[str, Any], hint: str):
    with pytest.raises(InvalidRequestError) as caught:
        ImageRequest.parse({"prompt": "an apple", **fields})
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "fields",
    [
        {"width": 1, "height": MAX_SIDE_PX},
        {"count": MAX_COUNT, "seed": 0},
        {"seed": MAX_SEED},
        {"strength": 0, "init_image": picture()},
        {"strength": 1, "init_image": picture()},
        {"guidance_scale": 0},
        {"prompt": "x" * MAX_PROMPT_CHARACTERS},
        {"prompt": "zwei rote Äpfel 🍎\nim Schnee"},
        {"options": {"nested": {"list": [1, None, True, "x"]}}},
    ],
)
def test_the_ends_of_every_range_are_inside(fields: dict[str, Any]):
    request = ImageRequest.parse({"prompt": "an apple", **fields})
    for name, value in fields.items():
        if not isinstance(value, Image.Image):
            assert getattr(request, name) == value


def test_a_palette_is_kept_in_one_form():
    request = ImageRequest.parse({"prompt": "a cat", "palette": ["2A9D8F", "#fff", "#2a9d8f"]})
    assert request.palette == ("#2a9d8f", "#ffffff")
    kept = request.model_dump(mode="json")
    assert kept["palette"] == ["#2a9d8f", "#ffffff"]
    assert ImageRequest.parse(kept) == request


def test_prompts_are_trimmed_at_both_ends():
    assert ImageRequest(prompt="  an apple\n").prompt == "an apple"


def test_a_request_is_frozen():
    request = ImageRequest(prompt="an apple")
    with pytest.raises(ValueError, match="frozen"):
        request.prompt = "a pear"  # pyright: ignore[reportAttributeAccessIssue]


def test_a_request_survives_json():
    request = ImageRequest(
        prompt="an apple", negative_prompt="blur", width=64, height=32, count=2, seed=3, steps=4,
        guidance_scale=1.5, strength=0.25, scheduler="euler", options={"swirl": 0.5},
    )  # fmt: skip
    assert ImageRequest.parse(json.loads(request.model_dump_json())) == request


def test_pictures_stand_in_json_as_their_hash_and_are_found_again():
    request = ImageRequest(prompt="an apple", init_image=picture(), mask=picture(colour="white"))
    kept = json.loads(request.model_dump_json())
    assert kept["init_image"].startswith("sha256:")
    sources = request.source_images()
    assert set(sources) == {kept["init_image"], kept["mask"]}
    again = ImageRequest.parse(kept, find_image=lambda name: sources[name].png)
    assert again == request
    assert again.init_image is not None
    assert again.init_image.image.tobytes() == picture().tobytes()


def test_a_picture_is_known_by_its_pixels_however_it_came(tmp_path: Path):
    file = tmp_path / "teal.png"
    picture().save(file)
    sources = [picture(), file, str(file), file.read_bytes(), SourceImage(picture())]
    images = [SourceImage(source) for source in sources]
    assert len(set(images)) == 1
    assert images[0].size == (16, 8)
    assert images[0] != SourceImage(picture(colour="red"))
    assert images[0] != SourceImage(picture(size=(8, 16))), "the same bytes in another shape"
    assert images[0] != "teal"
    assert "16x8" in repr(images[0])


def test_a_wide_picture_of_the_same_bytes_is_another():
    assert SourceImage(picture((4, 2))).sha256 != SourceImage(picture((2, 4))).sha256


def test_a_generated_image_knows_its_seed():
    request = ImageRequest(prompt="an apple", seed=5)
    assert GeneratedImage(image=picture(), request=request, engine="fake", model="bands").seed == 5
    unseeded = GeneratedImage(
        image=picture(), request=ImageRequest(prompt="an apple"), engine="fake", model="bands"
    )
    with pytest.raises(InvalidRequestError, match="without its seed"):
        _ = unseeded.seed


def test_a_request_can_be_sent_to_another_process():
    request = ImageRequest(prompt="an apple", seed=5, options={"a": 1})
    assert pickle.loads(pickle.dumps(request)) == request


def test_what_is_erased_of_a_mask_is_painted_anew():
    erased = Image.new("RGBA", (16, 8), (90, 80, 70, 255))
    erased.paste((90, 80, 70, 0), (0, 0, 8, 8))
    request = ImageRequest.parse({"prompt": "an apple", "init_image": picture((16, 8)), "mask": erased})
    assert request.mask is not None
    mask = request.mask.image.convert("L")
    assert (mask.getpixel((0, 0)), mask.getpixel((15, 0))) == (255, 0)
    again = ImageRequest.parse(dict(request))
    assert again == request
