"""What is here, what is missing, whether it works, and keys that are never told."""

from __future__ import annotations

import base64
import io
import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from studiolo.errors import CredentialsError, RateLimitedError
from studiolo.settings import Settings
from tests.engines.openai.server import ChatServer, fault, speech
from tests.web.hosted import HostedEngine

from .serving import Serving

SECRET = "sk-never-to-be-seen-0123456789"


def found(server: Serving, kind: str, name: str) -> dict:
    (engine,) = [
        engine
        for engine in server.get("/api/engines", params={"kind": kind}).json()["engines"]
        if engine["name"] == name
    ]
    return engine


@pytest.fixture
def ollama(monkeypatch: pytest.MonkeyPatch):
    """A server on loopback where Ollama is looked for."""
    with ChatServer() as serving:
        monkeypatch.setenv("STUDIOLO_ENGINES__OLLAMA__BASE_URL", serving.base_url)
        yield serving


def test_every_engine_is_listed_with_what_it_declares(server: Serving):
    engines = {(e["kind"], e["name"]): e for e in server.get("/api/engines").json()["engines"]}
    assert {kind for kind, _ in engines} == {"image", "chat", "speech"}
    fake = engines["image", "fake"]
    assert (fake["ready"], fake["default"]) == (True, True)
    assert fake["capabilities"]["steps"] == {"minimum": 1, "maximum": 100, "default": 4}
    assert engines["chat", "pocket"]["ready"] is True
    assert engines["chat", "pocket"]["takes_key"] is False
    openai = engines["chat", "openai"]
    assert (openai["ready"], openai["takes_key"], openai["has_key"]) == (False, True, False)
    assert "OPENAI_API_KEY" in openai["hint"]
    assert engines["chat", "bedrock"]["takes_key"] is False
    assert engines["chat", "transformers"]["takes_key"] is True
    assert len(engines["speech", "espeak"]["capabilities"]["languages"]) > 90


def test_one_kind_alone_and_none_that_is_not(server: Serving):
    kinds = {e["kind"] for e in server.get("/api/engines", params={"kind": "speech"}).json()["engines"]}
    assert kinds == {"speech"}
    assert server.get("/api/engines", params={"kind": "video"}).status_code == 422


def test_one_engine_with_a_model_of_it(server: Serving):
    server.studio.registry.register("hosted", HostedEngine)
    usual = server.get("/api/engines/image/hosted").json()
    large = server.get("/api/engines/image/hosted", params={"model": "large"}).json()
    assert usual == found(server, "image", "hosted")
    assert (large["name"], large["default"]) == ("hosted:large", False)
    assert usual["capabilities"]["sizes"]["choices"][0] == [64, 64]
    assert large["capabilities"]["sizes"]["choices"][0] == [128, 128]
    chat = server.get("/api/engines/chat/ollama", params={"model": "llava:13b"}).json()
    assert chat["name"] == "ollama:llava:13b"


@pytest.mark.parametrize(
    ("path", "model", "status"),
    [
        ("image/nobody", None, 404),
        ("image/fake", "C:\\secret", 422),
        ("image/diffusers:~secret", None, 422),
        ("video/fake", None, 422),
    ],
)
def test_one_engine_that_is_none(path: str, model: str | None, status: int, server: Serving):
    answer = server.get(f"/api/engines/{path}", params={"model": model} if model else None)
    assert answer.status_code == status
    assert "secret" not in answer.json()["hint"]


def test_a_server_of_this_machine_is_asked_whether_it_is_there(
    ollama: ChatServer, start: Callable[..., Serving]
):
    server = start()
    there = found(server, "chat", "ollama")
    assert there["ready"] is True
    assert there["models"] == ["gpt-5.4-mini", "gpt-5.5", "llava:13b"]
    asked = len(ollama.received)
    assert found(server, "chat", "ollama")["ready"] is True
    assert len(ollama.received) == asked, "what it said is known for a while"


def test_a_server_that_is_not_there_is_not_called_ready(
    monkeypatch: pytest.MonkeyPatch, start: Callable[..., Serving]
):
    monkeypatch.setenv("STUDIOLO_ENGINES__OLLAMA__BASE_URL", "http://127.0.0.1:9/v1")
    missing = found(start(), "chat", "ollama")
    assert missing["ready"] is False
    assert missing["reason"] == "Nothing answers at http://127.0.0.1:9."
    assert "ollama serve" in missing["hint"]


def test_a_server_without_a_model_is_not_ready(ollama: ChatServer, start: Callable[..., Serving]):
    ollama.models = ()
    empty = found(start(), "chat", "ollama")
    assert empty["ready"] is False
    assert "ollama pull" in empty["hint"]


@pytest.mark.parametrize("name", ["fake", "pocket"])
def test_a_painter_is_tried_with_a_small_picture(server: Serving, name: str):
    trial = server.post(f"/api/engines/image/{name}/test").json()
    assert trial["ok"] is True
    assert trial["said"] == "256x256 in 4 steps"
    head, _, content = trial["image"].partition(",")
    assert head == "data:image/webp;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.size == (256, 256)
    assert server.get("/api/pictures/count").json() == {"count": 0}, "nothing is kept"


def test_who_talks_is_tried_with_a_word(server: Serving):
    trial = server.post("/api/engines/chat/fake/test", json={"model": "parrot"}).json()
    assert (trial["ok"], trial["said"]) == (True, "[1 seen] Answer with one word: ready")
    pocket = server.post("/api/engines/chat/pocket/test").json()
    assert pocket["ok"] is True
    assert "red" in pocket["said"]


@pytest.mark.parametrize("name", ["espeak", "fake"])
def test_who_speaks_is_tried_aloud(server: Serving, name: str):
    trial = server.post(f"/api/engines/speech/{name}/test").json()
    assert trial["ok"] is True
    assert trial["said"].endswith("s of speech")


def test_what_a_hosted_model_says_and_costs(
    ollama: ChatServer, start: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("STUDIOLO_ENGINES__OLLAMA__PRICE_OUTPUT_PER_MILLION", "1000000")
    from tests.engines.openai.server import Script, usage

    ollama.scripts.append(Script(steps=speech("Ready", ".", counted=usage(20, 2))))
    trial = start().post("/api/engines/chat/ollama/test", json={"model": "llava:13b"}).json()
    assert (trial["ok"], trial["said"], trial["cost"]) == (True, "Ready.", 2.0)
    assert ollama.asked[0]["model"] == "llava:13b"


def test_what_does_not_work_is_told_with_what_mends_it(ollama: ChatServer, start: Callable[..., Serving]):
    server = start()
    ollama.scripts.append(fault(429, "too many of you", {"retry-after": "3600"}))
    for name, said in (("ollama", "too many of you"), ("openai", "OpenAI needs a key, and none is set.")):
        answer = server.post(f"/api/engines/chat/{name}/test", json={"model": "m"})
        assert answer.status_code == 200
        trial = answer.json()
        assert trial["ok"] is False
        assert said in trial["said"]
        assert trial["hint"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/engines/chat/nobody/test", 404),
        ("/api/engines/image/pokcet/test", 404),
        ("/api/engines/video/fake/test", 422),
    ],
)
def test_there_is_no_such_engine(server: Serving, path: str, status: int):
    answer = server.post(path)
    assert answer.status_code == status
    assert answer.json()["hint"]


def test_voices(server: Serving):
    voices = server.get("/api/engines/speech/espeak/voices").json()["voices"]
    assert {"name": "ko", "language": "ko", "description": "Korean"} in voices
    assert server.get("/api/engines/speech/nobody/voices").status_code == 404


class TestKeys:
    def test_a_key_is_kept_and_used_at_once(self, server: Serving, home: Path):
        with pytest.raises(CredentialsError):
            list(server.studio.ask(picture_of(server), "what?", engine="openai:m"))
        assert server.put("/api/engines/openai/key", json={"api_key": SECRET}).status_code == 204
        file = home / "config.toml"
        assert file.read_text() == f'[engines.openai]\napi_key = "{SECRET}"\n'
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert found(server, "chat", "openai")["has_key"] is True
        assert found(server, "speech", "openai")["ready"] is True
        assert server.delete("/api/engines/openai/key").status_code == 204
        assert SECRET not in file.read_text()
        assert found(server, "chat", "openai")["ready"] is False
        assert server.delete("/api/engines/openai/key").status_code == 204, "nothing to take out is no fault"

    def test_the_service_hears_the_new_key(self, start: Callable[..., Serving], home: Path):
        with ChatServer() as service:
            service.key = SECRET
            home.mkdir()
            (home / "config.toml").write_text(
                f'# the lab\n[engines.lab]\nuses = "openai"\nbase_url = "{service.base_url}"\n'
            )
            server = start()
            for key, ok in (("sk-wrong", False), (SECRET, True)):
                assert server.put("/api/engines/lab/key", json={"api_key": key}).status_code == 204
                trial = server.post("/api/engines/chat/lab/test", json={"model": "m"}).json()
                assert trial["ok"] is ok
                assert key not in trial["said"] + trial["hint"]
        assert (home / "config.toml").read_text().startswith("# the lab\n")

    @pytest.mark.parametrize(
        ("name", "body", "status"),
        [
            ("pocket", {"api_key": "k"}, 422),
            ("bedrock", {"api_key": "k"}, 422),
            ("openai:m", {"api_key": "k"}, 422),
            ("nobody", {"api_key": "k"}, 404),
            ("openai", {"api_key": ""}, 422),
            ("openai", {"api_key": f"{SECRET} and more"}, 422),
            ("openai", {"api_key": [SECRET]}, 422),
            ("openai", {"key": SECRET}, 422),
            ("openai", {"api_key": SECRET, "model": "m"}, 422),
        ],
    )
    def test_what_is_no_key_is_refused_and_not_repeated(
        self, server: Serving, home: Path, name: str, body: dict, status: int
    ):
        answer = server.put(f"/api/engines/{name}/key", json=body)
        assert answer.status_code == status
        assert SECRET not in answer.text
        assert answer.json()["hint"]
        assert not (home / "config.toml").exists()

    def test_what_the_environment_sets_is_explained(
        self, start: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch, home: Path
    ):
        monkeypatch.setenv("STUDIOLO_ENGINES__OPENAI__API_KEY", "sk-of-the-environment")
        answer = start().put("/api/engines/openai/key", json={"api_key": SECRET})
        assert answer.status_code == 422
        assert "counts more than config.toml" in answer.json()["detail"]
        assert not (home / "config.toml").exists()

    def test_only_on_the_machine_itself(self, start: Callable[..., Serving], home: Path):
        server = start(server_tokens=True)
        _, secret = server.studio.gallery.tokens.create("far away", ["admin"])
        far = {"Authorization": f"Bearer {secret}"}
        for method, path, body in (
            ("PUT", "/api/engines/openai/key", {"api_key": SECRET}),
            ("DELETE", "/api/engines/openai/key", None),
            ("PATCH", "/api/settings", {"engine": "pocket"}),
        ):
            answer = server.client.request(method, path, json=body, headers=far)
            assert answer.status_code == 403, path
            assert "studiolo config set" in answer.json()["hint"]
        assert not (home / "config.toml").exists()

    def test_not_through_a_proxy(self, server: Serving, home: Path):
        answer = server.put(
            "/api/engines/openai/key", json={"api_key": SECRET}, headers={"X-Forwarded-For": "203.0.113.9"}
        )
        assert answer.status_code in {401, 403}
        assert not (home / "config.toml").exists()

    def test_a_key_is_in_no_answer_and_no_log(self, server: Serving, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.DEBUG)
        assert server.put("/api/engines/openai/key", json={"api_key": SECRET}).status_code == 204
        paths = [path for path in server.app.openapi()["paths"] if "{" not in path and "events" not in path]
        shown = [server.get(path).text for path in paths]
        shown += [
            server.put("/api/engines/openai/key", json={"api_key": f"{SECRET}\n"}).text,
            server.put("/api/engines/openai/key", content=f'{{"api_key": "{SECRET}').text,
            repr(server.studio.settings),
            repr(Settings.load()),
        ]
        assert len(shown) > 10
        assert not [text for text in shown if SECRET in text]
        assert SECRET not in caplog.text


def test_trials_need_more_than_looking(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    _, secret = server.studio.gallery.tokens.create("looks", ["read"])
    reader = {"Authorization": f"Bearer {secret}"}
    assert server.get("/api/engines", headers=reader).status_code == 200
    assert server.post("/api/engines/image/fake/test", headers=reader).status_code == 403


def test_a_refusal_of_the_service_is_its_own_kind(ollama: ChatServer, start: Callable[..., Serving]):
    ollama.scripts.append(fault(429, "slow down", {"retry-after": "3600"}))
    server = start()
    with pytest.raises(RateLimitedError):
        list(server.studio.ask(picture_of(server), "what?", engine="ollama:m"))


def picture_of(server: Serving) -> str:
    return server.studio.generate("a house", width=64, height=48)[0].id
