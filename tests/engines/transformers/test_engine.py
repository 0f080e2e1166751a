"""Tiny models of the real classes, loaded and asked as a user would."""

from __future__ import annotations

import json
import shutil
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studiolo.chat import ChatRequest, Message
from studiolo.engines.base import EngineConfig
from studiolo.engines.transformers import TransformersChatEngine
from studiolo.engines.transformers.loading import LoadedModel
from studiolo.errors import (
    Cancelled,
    EngineError,
    InvalidRequestError,
    MissingExtraError,
    SettingsError,
    UnsupportedRequestError,
)
from studiolo.requests import Progress
from tests.engines.asking import ask, picture, question, said
from tests.engines.transformers import tiny
from tests.engines.transformers.conftest import Build


def loaded_by(engine: TransformersChatEngine) -> LoadedModel:
    loaded = engine._place.peek()
    assert loaded is not None
    return loaded


def working_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("studiolo-transformers")]


@pytest.fixture(params=["llava", "idefics3"])
def seeing(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


def test_it_answers_about_a_picture(seeing: Path, engine_for: Build):
    engine = engine_for(seeing)
    pieces, completion = ask(engine, question("What do you see?", picture("red")))
    assert "".join(pieces)
    assert completion.engine == "transformers"
    assert completion.model == str(seeing)
    assert completion.finish == "length"
    assert completion.usage is not None
    assert completion.usage.output_tokens == 16
    assert 0 < completion.timings["first_token"] <= completion.timings["total"]


def test_what_is_in_the_picture_matters(seeing: Path, engine_for: Build):
    engine = engine_for(seeing)
    answers = [said(engine, question("What?", picture(colour))) for colour in ("red", "blue", "red")]
    assert answers[0] == answers[2] != answers[1]


def test_several_pictures_are_seen_in_their_order(seeing: Path, engine_for: Build):
    engine = engine_for(seeing)
    red, blue = picture("red"), picture("blue")
    _, one = ask(engine, question("What?", red))
    _, two = ask(engine, question("What?", red, blue))
    assert one.usage is not None
    assert two.usage is not None
    assert two.usage.input_tokens > one.usage.input_tokens
    assert said(engine, question("What?", red, blue)) != said(engine, question("What?", blue, red))


def test_a_picture_of_an_earlier_turn_is_still_seen(llava: Path, engine_for: Build):
    engine = engine_for(llava)

    def after(colour: str) -> ChatRequest:
        before = (
            Message(text="What?", images=(picture(colour),)),
            Message(role="assistant", text="A table."),
        )
        return ChatRequest(messages=(*before, Message(text="And its colour?")), max_tokens=12, temperature=0)

    assert said(engine, after("red")) != said(engine, after("blue"))


def test_pieces_are_what_the_model_writes_in_one_go(llama: Path, engine_for: Build):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model, words = AutoModelForCausalLM.from_pretrained(llama), AutoTokenizer.from_pretrained(llama)
    turns = [{"role": "user", "content": "What colour is it? 그림 🦊"}]
    inputs = words.apply_chat_template(
        turns, add_generation_prompt=True, return_dict=True, return_tensors="pt"
    )
    with torch.inference_mode():
        tokens = model.generate(**inputs, do_sample=False, max_new_tokens=120)[
            0, inputs["input_ids"].shape[1] :
        ]
    whole = words.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    pieces, _ = ask(engine_for(llama), question("What colour is it? 그림 🦊", max_tokens=120))
    assert "".join(pieces) == whole
    assert len(pieces) > 10


def test_a_seed_gives_the_same_words_again(llava: Path, engine_for: Build):
    import torch

    engine = engine_for(llava)
    before = torch.random.get_rng_state()
    first, again, other = (
        said(engine, question("Hm?", picture("red"), temperature=1, seed=seed)) for seed in (7, 7, 8)
    )
    assert first == again != other
    assert torch.equal(torch.random.get_rng_state(), before), "other users of torch must not notice"


def test_top_k_of_one_is_greedy(llama: Path, engine_for: Build):
    engine = engine_for(llama)
    greedy = said(engine, question("Hm?"))
    assert said(engine, question("Hm?", temperature=1.5, top_k=1, seed=5)) == greedy
    assert said(engine, question("Hm?", temperature=1.5, top_p=1e-6, seed=5)) == greedy
    assert said(engine, question("Hm?", temperature=1.5, seed=5)) != greedy


def test_a_stop_text_ends_the_answer_and_is_not_told(llama: Path, engine_for: Build):
    engine = engine_for(llama)
    whole = said(engine, question("Hm?", max_tokens=60))
    middle = len(whole) // 2
    stop = whole[middle : middle + 3]
    pieces, completion = ask(engine, question("Hm?", max_tokens=60, stop=(stop,)))
    assert "".join(pieces) == whole[: whole.index(stop)]
    assert completion.finish == "complete"
    assert completion.usage is not None
    assert completion.usage.output_tokens < 60


def test_the_model_s_own_end_is_an_end(llama: Path, tmp_path: Path, engine_for: Build):
    ended = Path(shutil.copytree(llama, tmp_path / "ended"))
    settings = json.loads((ended / "generation_config.json").read_text())
    every = list(range(json.loads((ended / "config.json").read_text())["vocab_size"]))
    (ended / "generation_config.json").write_text(json.dumps({**settings, "eos_token_id": every}))
    _, completion = ask(engine_for(ended), question("Hm?", max_tokens=40))
    assert completion.finish == "complete"
    assert completion.usage is not None
    assert completion.usage.output_tokens == 1


@pytest.mark.parametrize("where", ["waiting", "writing"])
def test_who_raises_in_progress_stops_it(where: str, llava: Path, engine_for: Build):
    engine = engine_for(llava)
    seen: list[str] = []

    def progress(now: Progress) -> None:
        seen.append(now.stage)
        if now.stage == where:
            raise Cancelled

    with pytest.raises(Cancelled):
        ask(engine, question("What?", picture("red"), max_tokens=400), progress)
    assert seen[0] == "loading"
    assert not working_threads()
    assert said(engine, question("What?", picture("red")))


def test_closing_the_answer_stops_the_model(llama: Path, engine_for: Build):
    engine = engine_for(llama)
    written = 0
    answer = engine.chat(question("Hm?", max_tokens=450))
    next(answer)
    answer.close()
    assert not working_threads()
    loaded = loaded_by(engine)

    def count(*_: object) -> None:
        nonlocal written
        written += 1

    loaded.model.register_forward_hook(count)
    assert said(engine, question("Hm?", max_tokens=3))
    assert written == 3, "nothing of the earlier answer is still being written"


def test_an_answer_that_waits_to_be_read_does_not_keep_others_waiting(llama: Path, engine_for: Build):
    engine = engine_for(llama)
    alone = said(engine, question("Hm?"))
    waiting = engine.chat(question("Hm?"))
    first = next(waiting)
    assert said(engine, question("Hm?")) == alone
    assert first + "".join(waiting) == alone


def test_questions_from_several_threads_take_turns(llava: Path, engine_for: Build):
    engine = engine_for(llava)
    requests = [
        question("What?", picture(colour), temperature=1, seed=3) for colour in ("red", "blue", "green")
    ]
    alone = [said(engine_for(llava), request) for request in requests]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda request: said(engine, request), requests))
    assert together == alone


def test_close_gives_the_memory_back_and_it_may_be_used_again(llava: Path, engine_for: Build):
    engine = engine_for(llava)
    before = said(engine, question("What?", picture("red")))
    weights = [weakref.ref(parameter) for parameter in loaded_by(engine).model.parameters()]
    engine.close()
    assert [ref for ref in weights if ref() is not None] == []
    assert said(engine, question("What?", picture("red"))) == before


def test_a_conversation_longer_than_the_model_reads(llama: Path, engine_for: Build):
    with pytest.raises(InvalidRequestError, match=r"reads at most 512") as caught:
        ask(engine_for(llama), question("apple " * 2000))
    assert "new conversation" in caught.value.hint


def test_an_answer_ends_where_the_context_does(tmp_path: Path, engine_for: Build):
    engine = engine_for(tiny.save_llama(tmp_path / "m", context=32))
    _, completion = ask(engine, question("Hm?", max_tokens=1000))
    assert completion.finish == "length"
    assert completion.usage is not None
    assert completion.usage.input_tokens + completion.usage.output_tokens == 32


def test_a_model_that_only_reads_is_shown_no_picture(llama: Path, engine_for: Build):
    engine = engine_for(llama)
    assert engine.capabilities.vision is None, "only its files know"
    with pytest.raises(UnsupportedRequestError, match="does not look at pictures"):
        ask(engine, question("What?", picture("red")))


def test_the_model_s_mark_for_a_picture_in_a_question_is_only_text(llava: Path, engine_for: Build):
    assert said(engine_for(llava), question("What does <image> mean?", picture("red")))


def test_a_large_picture_is_scaled_and_said_to_be(llava: Path, engine_for: Build):
    request = question("What?", picture("red", (400, 300)))
    _, completion = ask(engine_for(llava, max_image_side_px=100), request)
    assert any("100x75" in note for note in completion.notes)


def test_bfloat16_answers_too(llava: Path, engine_for: Build):
    engine = engine_for(llava, dtype="bfloat16")
    assert said(engine, question("What?", picture("red")))
    assert str(loaded_by(engine).model.dtype) == "torch.bfloat16"


def test_a_fault_within_the_model_is_an_error_of_ours(llava: Path, engine_for: Build):
    engine = engine_for(llava)
    assert said(engine, question("What?", picture("red")))
    loaded_by(engine).model.lm_head = None
    with pytest.raises(EngineError, match="failed") as caught:
        ask(engine, question("What?", picture("red")))
    assert caught.value.__cause__ is not None
    assert not working_threads()


def test_memory_that_runs_out_while_it_answers(llava: Path, engine_for: Build):
    import torch

    engine = engine_for(llava)
    assert said(engine, question("What?", picture("red")))

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    hook = loaded_by(engine).model.register_forward_pre_hook(full)
    with pytest.raises(EngineError, match=r"cpu ran out of memory .* in float32") as caught:
        ask(engine, question("What?", picture("red")))
    assert "max_image_side_px" in caught.value.hint
    hook.remove()
    assert said(engine, question("What?", picture("red")))


def test_without_the_extra_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch, llama: Path, engine_for: Build
):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    engine = engine_for(llama)
    assert not engine.availability().ready
    with pytest.raises(MissingExtraError, match=r"studiolo\[local\]"):
        ask(engine, question())


def test_a_misspelt_setting(llama: Path, engine_for: Build):
    with pytest.raises(SettingsError, match="devise"):
        ask(engine_for(llama, devise="cpu"), question())


def test_the_default_model_is_known_to_see():
    engine = TransformersChatEngine(EngineConfig())
    assert engine.name == "llava-hf/llava-1.5-7b-hf"
    assert engine.capabilities.vision is True


class TestSystem:
    """What the system says reaches the model, whatever its template makes of it."""

    def test_a_template_that_leaves_it_out(self, llava: Path, engine_for: Build):
        engine = engine_for(llava)
        plain = said(engine, question("What?", picture("red")))
        assert said(engine, question("What?", picture("red"), system="Be brief.")) != plain

    def test_a_template_that_refuses_it(self, tmp_path: Path, engine_for: Build):
        engine = engine_for(tiny.save_llama(tmp_path / "m", template=tiny.SYSTEMLESS))
        folded = said(engine, question("Be brief.\n\nWhat?"))
        assert said(engine, question("What?", system="Be brief.")) == folded

    def test_a_template_that_knows_it(self, llama: Path, engine_for: Build):
        engine = engine_for(llama)
        folded = said(engine, question("Be brief.\n\nWhat?"))
        assert said(engine, question("What?", system="Be brief.")) != folded

    def test_a_model_without_a_template(self, tmp_path: Path, engine_for: Build):
        folder = tiny.save_llama(tmp_path / "m", template=None)
        with pytest.raises(EngineError, match="no chat template"):
            ask(engine_for(folder), question())
        assert said(engine_for(folder, chat_template=tiny.PLAIN), question())
