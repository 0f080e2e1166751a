"""Control maps and masks over HTTP, and requests with everything that a request can have."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studiolo.imaging import control
from studiolo.requests import ImageRequest, Lora
from studiolo.server.generation import RequestBody, image_request, is_lora_name

from .serving import Serving
from .test_jobs import finished, submit
from .test_pictures import keep
from .test_uploads import png

EXAMPLE = Path(__file__).parents[2] / "docs" / "images" / "first-picture.png"


@pytest.fixture
def example(server: Serving) -> str:
    """The reference of a picture with two red apples and a blue car."""
    answer = server.post("/api/uploads", content=EXAMPLE.read_bytes(), headers={"content-type": "image/png"})
    return answer.json()["reference"]


def opened(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


def test_a_control_map_is_a_png_of_the_pictures_size(server: Serving, example: str):
    answer = server.post("/api/control-map", json={"image": example})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    with Image.open(EXAMPLE) as picture:
        assert opened(answer.content).tobytes() == control.canny(picture).tobytes()
    regions = server.post("/api/control-map", json={"image": example, "kind": "segmentation"})
    assert opened(regions.content).size == opened(answer.content).size


def test_the_map_that_was_shown_is_followed_as_it_is(server: Serving, example: str):
    content = server.post("/api/control-map", json={"image": example}).content
    shown = server.post("/api/uploads", content=content, headers={"content-type": "image/png"}).json()
    fields: dict[str, Any] = {"control_image": shown["reference"], "control_prepared": True}
    job = submit(server, **fields)
    assert job["request"]["control_image"] == shown["reference"]
    made = submit(server, control_image=example)  # and what is made by itself is the same
    assert made["request"]["control_prepared"] is True
    assert made["request"]["control_image"] == shown["reference"]


def test_a_mask_is_found_by_words(server: Serving, example: str):
    answer = server.post("/api/mask", json={"image": example, "words": "the blue car"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    box = opened(answer.content).convert("L").getbbox()
    assert box is not None
    assert box[0] > 0.45 * opened(EXAMPLE.read_bytes()).width  # the car is on the right


def test_what_is_not_there_is_a_problem_that_says_what_is(server: Serving, example: str):
    answer = server.post("/api/mask", json={"image": example, "words": "a dog"})
    assert answer.status_code == 422
    assert "I see a blue car and two red apples" in answer.json()["detail"]
    refused = server.post(
        "/api/jobs", json={"prompt": "a cat", "init_image": example, "mask_prompt": "a dog"}
    )
    assert refused.status_code == 422
    assert refused.json()["detail"] == answer.json()["detail"]


@pytest.mark.parametrize("path", ["/api/control-map", "/api/mask"])
def test_neither_reads_the_servers_files(server: Serving, path: str, tmp_path: Path):
    (tmp_path / "secret.png").write_bytes(png())
    body = {"image": str(tmp_path / "secret.png"), **({"words": "it"} if path.endswith("mask") else {})}
    answer = server.post(path, json=body)
    assert answer.status_code == 422
    assert "no reference to a picture" in answer.json()["detail"]


class TestRequests:
    def test_references_and_loras_arrive(self, server: Serving):
        ids = [keep(server.studio, seed=seed).id for seed in (1, 2)]
        body = RequestBody.model_validate(
            {
                "references": [f"picture:{each}" for each in ids],
                "similarity": 0.4,
                "loras": [{"name": "watercolour", "weight": 0.5}, {"name": "someone/ink"}],
            }
        )
        request = image_request(server.studio, body)
        assert isinstance(request, ImageRequest)
        assert [each.size for each in request.references] == [(64, 48), (64, 48)]
        assert request.loras == (Lora(name="watercolour", weight=0.5), Lora(name="someone/ink"))

    @pytest.mark.parametrize(
        "name",
        [
            "/etc/passwd",
            "../other",
            "loras/../../x",
            "a/b/c",
            "C:\\loras\\x",
            ".hidden",
            "owner/.hidden",
            "ink.safetensors",
            "owner/ink.SAFETENSORS",
            "ink.ckpt",
            "a..b",
            "name\n",
            "",
            "a b",
        ],
    )
    def test_a_lora_is_never_a_path(self, server: Serving, name: str):
        assert not is_lora_name(name)
        answer = server.post("/api/jobs", json={"prompt": "an apple", "loras": [{"name": name}]})
        assert answer.status_code == 422
        assert "loras" in answer.text

    def test_a_picture_made_with_a_file_can_be_asked_for_again_without_it(self, server: Serving):
        [picture] = server.studio.generate(
            "an apple",
            loras=[{"name": "/data/ink.safetensors"}, {"name": "watercolour"}],
            width=64,
            height=48,
        )
        made = server.get(f"/api/pictures/{picture.id}/request").json()
        assert made["loras"] == [{"name": "watercolour", "weight": 1.0}]
        assert server.post("/api/jobs", json=made).status_code == 202

    @pytest.mark.parametrize("wish", [{"upscale": 2}, {"remove_background": True}])
    def test_an_edited_picture_has_its_originals_prompt(self, server: Serving, wish: dict[str, Any]):
        [original] = server.studio.generate(
            "an apple", seed=7, width=64, height=48, original_prompt="ein Apfel"
        )
        answer = server.post("/api/jobs", json={"init_image": f"picture:{original.id}", **wish})
        assert answer.status_code == 202, answer.text
        [edited] = finished(server, answer.json()["id"])["pictures"]
        assert (edited["prompt"], edited["original_prompt"], edited["seed"]) == ("an apple", "ein Apfel", 7)
        named = server.post(
            "/api/jobs", json={"init_image": f"picture:{original.id}", "prompt": "a pear", **wish}
        )
        assert named.json()["prompt"] == "a pear"

    def test_the_document_of_engines_tells_the_new_abilities(self, server: Serving):
        engines = {
            engine["name"]: engine for engine in server.get("/api/engines?kind=image").json()["engines"]
        }
        can = engines["fake"]["capabilities"]
        assert can["controls"] == ["canny", "segmentation"]
        assert can["references"] == 5
        assert can["upscale"] == [2, 4]
        assert can["handover"] == {"minimum": 0.1, "maximum": 0.9, "default": 0.8}
        assert "outpainting" in can["tasks"]

    def test_the_servers_document_has_every_field_with_its_bounds(self, server: Serving):
        schemas = server.get("/api/openapi.json").json()["components"]["schemas"]
        fields = schemas["JobRequest"]["properties"]
        assert set(ImageRequest.model_fields) <= set(fields)
        assert fields["references"]["maxItems"] == 5
        assert fields["loras"]["items"] == {"$ref": "#/components/schemas/NamedLora"}
        assert "pattern" in schemas["NamedLora"]["properties"]["name"]
