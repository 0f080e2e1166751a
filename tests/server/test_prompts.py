"""Prompts suggested, translated and drafted over HTTP, by the pocket assistant and by models."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.fake import FakeChatEngine
from studiolo.studio import Studio

from .serving import Serving


def tell(studio: Studio, reply: object) -> str:
    """The name of an assistant that replies so."""
    said = json.dumps(reply)
    studio.chat.register("told", lambda config: FakeChatEngine(EngineConfig(options={"reply": said})))
    return "told"


def data_uri(colour: str = "teal") -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


class TestSuggestions:
    def test_from_style_and_keywords(self, server: Serving):
        answer = server.post(
            "/api/suggestions", json={"style": "watercolour", "keywords": ["fox", "lantern"]}
        )
        assert answer.status_code == 200
        said = answer.json()
        assert len(said["prompts"]) == 3
        assert all("fox" in prompt.lower() and "lantern" in prompt.lower() for prompt in said["prompts"])
        assert (said["engine"], said["cost"]) == ("pocket", None)

    def test_a_seed_makes_them_again(self, server: Serving):
        wish = {"keywords": ["fox"], "n": 2, "seed": 7, "engine": "pocket"}
        first, again = (server.post("/api/suggestions", json=wish).json()["prompts"] for _ in range(2))
        assert first == again
        assert len(first) == 2

    @pytest.mark.parametrize("how", ["data", "upload", "picture"])
    def test_from_a_reference(self, server: Serving, how: str):
        if how == "data":
            reference = data_uri()
        elif how == "upload":
            content = base64.b64decode(data_uri().partition(",")[2])
            uploaded = server.post("/api/uploads", content=content, headers={"content-type": "image/png"})
            reference = uploaded.json()["reference"]
        else:
            (picture,) = server.studio.generate("a house", width=64, height=48)
            reference = f"picture:{picture.id}"
        answer = server.post("/api/suggestions", json={"reference": reference, "keywords": ["lighthouse"]})
        assert answer.status_code == 200
        assert all("lighthouse" in prompt.lower() for prompt in answer.json()["prompts"])

    def test_by_a_model_with_what_it_used(self, server: Serving):
        name = tell(server.studio, {"prompts": ["a fox", "a hare", "an owl"]})
        said = server.post("/api/suggestions", json={"style": "calm", "engine": name}).json()
        assert said["prompts"] == ["a fox", "a hare", "an owl"]
        assert said["usage"]["output_tokens"] > 0

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"style": "calm", "n": 11}, "n"),
            ({"style": "calm", "n": "many"}, "n"),
            ({"style": ["calm"]}, "style"),
            ({"style": "x" * 201}, "style"),
            ({"keywords": "fox"}, "keywords"),
            ({"keywords": [1]}, "keywords.0"),
            ({"style": "calm", "temperature": 3}, "temperature"),
            ({"style": "calm", "top_p": 0}, "top_p"),
            ({"style": "calm", "colour": "red"}, "colour"),
            ({"style": "calm", "progress": "x"}, "progress"),
            ({}, None),
            ({"style": "calm", "language": "Klingon"}, None),
            ({"style": "calm", "reference": "/etc/passwd"}, None),
            ({"style": "calm", "reference": "file:///etc/passwd"}, None),
            ({"style": "calm", "reference": "data:image/png;base64,AAAA"}, None),
            ({"style": "calm", "reference": "http://127.0.0.1:9/x.png"}, None),
        ],
    )
    def test_what_cannot_be_is_refused(self, server: Serving, body: dict[str, Any], field: str | None):
        answer = server.post("/api/suggestions", json=body)
        assert answer.status_code == 422
        problem = answer.json()
        assert problem["hint"]
        assert problem.get("field") == field

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"style": "calm", "reference": "picture:nothere"}, 404),
            ({"style": "calm", "reference": "sha256:" + "0" * 64}, 404),
            ({"style": "calm", "engine": "nobody"}, 404),
            ({"style": "calm", "engine": "openai:m"}, 503),
        ],
    )
    def test_what_is_not_there(self, server: Serving, body: dict[str, Any], status: int):
        answer = server.post("/api/suggestions", json=body)
        assert answer.status_code == status
        assert answer.json()["hint"]

    def test_a_model_that_talks_nonsense_is_told_of(self, server: Serving):
        name = tell(server.studio, {"poem": "no"})
        answer = server.post("/api/suggestions", json={"style": "calm", "engine": name})
        assert (answer.status_code, answer.json()["error"]) == (502, "bad-answer")


class TestTranslations:
    def test_a_text_is_put_into_english(self, server: Serving):
        said = server.post("/api/translations", json={"text": "눈 속의 여우"}).json()
        assert (said["language"], said["language_name"], said["changed"]) == ("ko", "Korean", True)
        assert "fox" in said["text"]
        assert said["original"] == "눈 속의 여우"
        assert said["note"] == "translated word by word from Korean"

    def test_english_stays(self, server: Serving):
        said = server.post("/api/translations", json={"text": "a fox in the snow", "engine": "fake"}).json()
        assert (said["text"], said["changed"], said["note"]) == ("a fox in the snow", False, "")

    @pytest.mark.parametrize(
        "body",
        [
            {"text": ""},
            {"text": "x" * 2001},
            {"text": 5},
            {"text": "a\u0000b", "language": "de"},
            {"text": "hund", "language": "Klingon"},
            {"text": "hund", "temperature": 1},
            {},
        ],
    )
    def test_what_cannot_be_is_refused(self, server: Serving, body: dict[str, Any]):
        answer = server.post("/api/translations", json=body)
        assert answer.status_code == 422
        assert answer.json()["detail"]


class TestDrafts:
    def test_a_draft_is_a_picture_that_is_not_kept(self, server: Serving):
        answer = server.post("/api/drafts", json={"prompt": "two red apples", "seed": 3})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (512, 512)
        assert (
            server.post("/api/drafts", json={"prompt": "two red apples", "seed": 3}).content == answer.content
        )
        assert server.get("/api/pictures/count").json() == {"count": 0}

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"prompt": ""},
            {"prompt": "a", "width": 3},
            {"prompt": "a", "colour": "red"},
            {"prompt": ["a"]},
        ],
    )
    def test_what_cannot_be_is_refused(self, server: Serving, body: dict[str, Any]):
        answer = server.post("/api/drafts", json=body)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
