"""A tiny model in llama.cpp's own process, asked as a user would."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from studiolo.chat import ChatRequest, Message
from studiolo.engines.base import EngineConfig
from studiolo.engines.gguf import GgufChatEngine
from studiolo.errors import (
    BrokenStreamError,
    Cancelled,
    EngineError,
    InvalidRequestError,
    MissingExtraError,
    SettingsError,
    StudioloError,
    UnknownEngineError,
    UnsupportedRequestError,
)
from studiolo.requests import Progress
from tests.engines.asking import ask, picture, question, said
from tests.engines.gguf import tiny

Build = Callable[..., GgufChatEngine]


def process_of(engine: GgufChatEngine) -> int:
    assert engine._running is not None
    return engine._running.process._process.pid


def fault(engine: GgufChatEngine, request: ChatRequest | None = None) -> StudioloError:
    with pytest.raises(StudioloError) as caught:
        ask(engine, request or question())
    assert caught.value.hint
    return caught.value


def test_it_answers_about_a_picture(folder: Path, engine_for: Build):
    engine = engine_for(folder / "tiny.gguf")
    pieces, completion = ask(engine, question("What do you see?", picture("red")))
    assert "".join(pieces)
    assert (completion.engine, completion.model, completion.finish) == ("gguf", "tiny.gguf", "length")
    assert completion.usage is not None
    assert completion.usage.output_tokens == 16
    assert 0 < completion.timings["first_token"] <= completion.timings["total"]


def test_what_is_in_the_picture_matters(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    answers = [said(engine, question("What?", picture(c), seed=1)) for c in ("red", "blue", "red")]
    assert answers[0] == answers[2] != answers[1]


def test_several_pictures_are_seen_in_their_order(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    red, blue = picture("red"), picture("blue")
    _, one = ask(engine, question("What?", red, seed=1))
    _, two = ask(engine, question("What?", red, blue, seed=1))
    assert one.usage is not None
    assert two.usage is not None
    seen = (tiny.SIDE_PX // tiny.PATCH_PX) ** 2
    assert two.usage.input_tokens >= one.usage.input_tokens + seen
    assert said(engine, question("What?", red, blue, seed=1)) != said(
        engine, question("What?", blue, red, seed=1)
    )


def test_a_seed_gives_the_same_words_again(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    first, again, other = (said(engine, question("Hm?", temperature=1, seed=seed)) for seed in (7, 7, 8))
    assert first == again != other


def test_a_form_is_kept_to(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    form = {
        "type": "object",
        "properties": {"red": {"type": "boolean"}},
        "required": ["red"],
        "additionalProperties": False,
    }
    assert engine.capabilities.structured
    answer = json.loads(said(engine, question("Is it red?", json_schema=form, max_tokens=200)))
    assert isinstance(answer["red"], bool)


def test_a_stop_text_ends_the_answer(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    form = {"type": "object", "properties": {"red": {"type": "boolean"}}, "required": ["red"]}
    pieces, completion = ask(engine, question("Is it red?", json_schema=form, max_tokens=200, stop=("red",)))
    assert "".join(pieces).rstrip().endswith('"')
    assert "red" not in "".join(pieces)
    assert completion.finish == "complete"


def test_who_raises_in_progress_stops_the_server_s_work(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    assert said(engine, question())
    wanted = threading.Event()

    def progress(now: Progress) -> None:
        if wanted.is_set():
            raise Cancelled

    answer = engine.chat(question("Hm?", max_tokens=900), progress)
    next(answer)
    wanted.set()
    with pytest.raises(Cancelled):
        list(answer)
    assert said(engine, question()), "the next question is answered, by the same process"
    assert engine._running is not None
    access = engine._running.access
    headers = {"Authorization": f"Bearer {access.key}"}
    slots = httpx2.get(f"{access.address}/slots", headers=headers, trust_env=False).json()
    assert [slot["is_processing"] for slot in slots] == [False]


def test_giving_up_while_it_loads_ends_the_process(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    beats = 0

    def progress(now: Progress) -> None:
        nonlocal beats
        beats += 1
        if beats == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        ask(engine, question(), progress)
    assert engine._running is None
    assert said(engine, question())


def test_questions_from_several_threads_take_turns(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    requests = [question("What?", picture(c), temperature=1, seed=3) for c in ("red", "blue", "green")]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda request: said(engine, request), requests))
    assert together == [said(engine, request) for request in requests]


def test_close_ends_the_process_and_it_may_be_used_again(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    before = said(engine, question(seed=1))
    first = process_of(engine)
    engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert said(engine, question(seed=1)) == before
    assert process_of(engine) != first


def test_an_engine_that_nobody_keeps_leaves_no_process(folder: Path):
    engine = GgufChatEngine(EngineConfig(model=str(folder), threads=1, options={"context": 512}))
    assert said(engine, question())
    process = process_of(engine)
    del engine
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_others_of_this_machine_are_not_answered(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    assert said(engine, question())
    assert engine._running is not None
    address = f"{engine._running.access.address}/v1/chat/completions"
    reply = httpx2.post(address, json={"messages": [{"role": "user", "content": "Hm?"}]}, trust_env=False)
    assert reply.status_code == 401


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_dies_in_the_middle(folder: Path, engine_for: Build):
    engine = engine_for(folder)
    answer = engine.chat(question("Hm?", max_tokens=900))
    next(answer)
    os.kill(process_of(engine), signal.SIGKILL)
    with pytest.raises(BrokenStreamError, match="killed"):
        list(answer)
    assert said(engine, question()), "the next question starts another"


def test_a_conversation_longer_than_the_context(folder: Path, engine_for: Build):
    error = fault(engine_for(folder), question("apple " * 5000))
    assert isinstance(error, InvalidRequestError)
    assert "1024 tokens" in error.message


def test_a_template_of_one_s_own(folder: Path, engine_for: Build):
    template = "{% for m in messages %}{{ m['content'] }}{% endfor %}"
    own, plain = (
        ask(engine_for(folder, **more), question(seed=1)) for more in ({"chat_template": template}, {})
    )
    assert own[1].usage is not None
    assert plain[1].usage is not None
    assert own[1].usage.input_tokens < plain[1].usage.input_tokens


def test_without_the_extra_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch, folder: Path, engine_for: Build
):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    engine = engine_for(folder)
    assert not engine.availability().ready
    with pytest.raises(MissingExtraError, match=r"studiolo\[gguf\]"):
        ask(engine, question())


class TestFinding:
    """Which files are meant."""

    def test_below_the_models_folder(self, folder: Path, engine_for: Build):
        assert said(engine_for("tiny.gguf", folder), question())

    def test_none_is_named(self, folder: Path):
        error = fault(GgufChatEngine(EngineConfig(models_folder=folder)))
        assert isinstance(error, UnknownEngineError)
        assert "tiny.gguf" in error.hint
        assert "mmproj" not in error.hint

    def test_one_that_is_not_there(self, folder: Path, engine_for: Build):
        error = fault(engine_for("large.gguf", folder))
        assert isinstance(error, UnknownEngineError)
        assert "tiny.gguf" in error.hint

    def test_a_folder_of_several(self, tmp_path: Path, engine_for: Build):
        for name in ("a.gguf", "b.gguf"):
            (tmp_path / name).write_bytes(b"GGUF")
        error = fault(engine_for(tmp_path))
        assert "holds 2 GGUF models" in error.message
        assert "a.gguf, b.gguf" in error.hint

    def test_the_shards_of_one_model_are_one(self, tmp_path: Path, engine_for: Build):
        for part in (1, 2):
            (tmp_path / f"m-0000{part}-of-00002.gguf").write_bytes(b"GGUF")
        assert "could not run m-00001-of-00002.gguf" in fault(engine_for(tmp_path)).message

    def test_an_empty_folder(self, tmp_path: Path, engine_for: Build):
        assert "holds no GGUF model" in fault(engine_for(tmp_path)).message

    def test_without_its_eyes(self, folder: Path, engine_for: Build):
        engine = engine_for(folder / "tiny.gguf", mmproj="")
        assert engine.capabilities.vision is False
        error = fault(engine, question("What?", picture("red")))
        assert isinstance(error, UnsupportedRequestError)
        assert "mmproj" in error.hint
        assert engine._running is None, "said before anything is loaded"

    def test_eyes_by_name(self, folder: Path, engine_for: Build):
        engine = engine_for(folder / "tiny.gguf", mmproj="mmproj-tiny.gguf")
        assert engine.capabilities.vision is True
        assert said(engine, question("What?", picture("red")))

    def test_eyes_that_are_not_there(self, folder: Path, engine_for: Build):
        assert "mmproj-x.gguf" in fault(engine_for(folder / "tiny.gguf", mmproj="mmproj-x.gguf")).message

    def test_eyes_of_which_there_are_several(self, tmp_path: Path, engine_for: Build):
        for name in ("m.gguf", "mmproj-a.gguf", "mmproj-b.gguf"):
            (tmp_path / name).write_bytes(b"GGUF")
        assert "mmproj-a.gguf, mmproj-b.gguf" in fault(engine_for(tmp_path / "m.gguf")).message

    def test_a_misspelt_setting(self, folder: Path, engine_for: Build):
        assert isinstance(fault(engine_for(folder, contexts=3)), SettingsError)


class TestDamage:
    """Whatever is wrong with a file: an error that says what, and a caller that lives on."""

    def test_no_gguf(self, tmp_path: Path, engine_for: Build):
        (tmp_path / "m.gguf").write_text("<html>Not found</html>")
        assert "no GGUF file" in fault(engine_for(tmp_path)).message

    @pytest.mark.parametrize("left", [4, 3000, 300_000])
    def test_cut_off(self, folder: Path, tmp_path: Path, engine_for: Build, left: int):
        (tmp_path / "m.gguf").write_bytes((folder / "tiny.gguf").read_bytes()[:left])
        assert "could not run m.gguf" in fault(engine_for(tmp_path)).message

    def test_eyes_cut_off(self, folder: Path, tmp_path: Path, engine_for: Build):
        (tmp_path / "mmproj.gguf").write_bytes((folder / "mmproj-tiny.gguf").read_bytes()[:100_000])
        error = fault(engine_for(folder / "tiny.gguf", mmproj=str(tmp_path / "mmproj.gguf")))
        assert "failed" in error.message

    def test_eyes_of_another_model(self, folder: Path, tmp_path: Path, engine_for: Build):
        eyes = tiny.save_mmproj(tmp_path / "mmproj.gguf", width=32)
        error = fault(engine_for(folder / "tiny.gguf", mmproj=str(eyes)))
        assert "mismatch between text model (n_embd = 64) and mmproj (n_embd = 32)" in error.message

    def test_eyes_in_place_of_the_model(self, folder: Path, tmp_path: Path, engine_for: Build):
        (tmp_path / "m.gguf").write_bytes((folder / "mmproj-tiny.gguf").read_bytes())
        assert "CLIP cannot be used as main model" in fault(engine_for(tmp_path)).message

    @pytest.mark.parametrize(
        "wrong",
        [
            pytest.param({"heads": 5}, id="heads that do not divide the width"),
            pytest.param({"positions": 13}, id="fewer positions than patches"),
            pytest.param({"inner": tiny.WIDTH + 8}, id="a projection of another width"),
        ],
    )
    def test_what_makes_llama_cpp_abort_ends_its_process_alone(
        self, wrong: dict[str, int], folder: Path, tmp_path: Path, engine_for: Build
    ):
        eyes = tiny.save_mmproj(tmp_path / "mmproj.gguf", **wrong)
        engine = engine_for(folder / "tiny.gguf", mmproj=str(eyes))
        error = fault(engine, question("What?", picture("red")))
        assert isinstance(error, EngineError)
        assert "GGML_ASSERT" in error.message
        assert said(engine_for(folder), question("What?", picture("red")))

    def test_a_model_without_a_context_aborts_as_it_loads(self, tmp_path: Path, engine_for: Build):
        tiny.save_model(tmp_path / "m.gguf", context=0)
        assert "could not run m.gguf" in fault(engine_for(tmp_path)).message

    def test_a_template_that_is_none(self, folder: Path, engine_for: Build):
        error = fault(engine_for(folder, chat_template="{% if %}"))
        assert "could not run" in error.message


def test_what_was_said_before_is_part_of_the_question(folder: Path, engine_for: Build):
    engine = engine_for(folder)

    def after(answer: str) -> ChatRequest:
        turns = (Message(text="What?", images=(picture("red"),)), Message(role="assistant", text=answer))
        return ChatRequest(messages=(*turns, Message(text="And?")), max_tokens=12, temperature=0, seed=1)

    assert said(engine, after("An apple.")) != said(engine, after("A car in the snow."))
