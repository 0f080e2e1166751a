"""The chat contract is worth something only if it catches engines that break it: one fault each."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from studiolo.chat import Completion
from studiolo.engines.base import Availability
from studiolo.engines.fake import FakeChatEngine
from studiolo.errors import Cancelled, EngineError
from studiolo.requests import Progress, ignore_progress
from studiolo.testing import ChatEngineContract


class TestSound(ChatEngineContract):
    def make_engine(self):
        return FakeChatEngine()


class Sound(FakeChatEngine):
    """The fake engine, with a place for each fault."""

    def changed(self, **update):
        return replace(super().capabilities, **update)

    def retold(self, request, progress, **update):
        completion = yield from FakeChatEngine.chat(self, request, progress)
        return replace(completion, **update)


class ReadsWhenBuilt(Sound):
    def __init__(self):
        super().__init__()
        Path(__file__).read_bytes()


class ReadsWhenAsked(Sound):
    @property
    def capabilities(self):
        Path(__file__).read_bytes()
        return self.changed()


class SeesNothingAtOnce(Sound):
    @property
    def capabilities(self):
        return self.changed(max_images=0)


class LearnsByUse(Sound):
    used = False

    @property
    def capabilities(self):
        return self.changed(vision=self.used)

    def chat(self, request, progress=ignore_progress):
        self.used = True
        return super().chat(request, progress)


class NotReadyWithoutAWord(Sound):
    def availability(self):
        return Availability(ready=False)


class EmptyPieces(Sound):
    def chat(self, request, progress=ignore_progress):
        yield ""
        return (yield from super().chat(request, progress))


class ReturnsNothing(Sound):
    def chat(self, request, progress=ignore_progress):
        yield from super().chat(request, progress)


class Nameless(Sound):
    def chat(self, request, progress=ignore_progress):
        return self.retold(request, progress, model="")


class EndsAsItLikes(Sound):
    def chat(self, request, progress=ignore_progress):
        return self.retold(request, progress, finish="interrupted")


class CountsNoWords(Sound):
    def chat(self, request, progress=ignore_progress):
        completion = yield from super().chat(request, progress)
        return replace(completion, usage=replace(completion.usage, output_tokens=0))


class KnowsNoSystem(Sound):
    def chat(self, request, progress=ignore_progress):
        if request.messages[0].role == "system":
            raise EngineError("no such role")
        return super().chat(request, progress)


class DifferentEachTime(Sound):
    numbers = count()

    def chat(self, request, progress=ignore_progress):
        yield f"{next(self.numbers)} "
        return (yield from super().chat(request, progress))


class TalksOn(Sound):
    def chat(self, request, progress=ignore_progress):
        return super().chat(request.model_copy(update={"max_tokens": 100}), progress)


class CutsInSilence(Sound):
    def chat(self, request, progress=ignore_progress):
        return self.retold(request, progress, finish="complete")


class BlindToOddShapes(Sound):
    def chat(self, request, progress=ignore_progress):
        if any(min(image.size) < 8 for image in request.images):
            raise EngineError("too small")
        return super().chat(request, progress)


class SpeaksBeforeItReports(Sound):
    def chat(self, request, progress=ignore_progress):
        answer = super().chat(request)
        yield next(answer)
        progress(Progress(step=1, total=1, stage="writing"))
        return (yield from answer)


class StepsBack(Sound):
    def chat(self, request, progress=ignore_progress):
        completion = yield from super().chat(request, progress)
        progress(Progress(step=0, total=1, stage="writing"))
        return completion


class Paints(Sound):
    def chat(self, request, progress=ignore_progress):
        return super().chat(request, lambda report: progress(replace(report, stage="painting")))


class SwallowsCancelled(Sound):
    def chat(self, request, progress=ignore_progress):
        try:
            return (yield from super().chat(request, progress))
        except Cancelled:
            return Completion(engine="fake", model="parrot", finish="cancelled")


class CannotBeStoppedOnceItSpeaks(Sound):
    def chat(self, request, progress=ignore_progress):
        progress(Progress(step=0, total=1, stage="waiting"))
        return super().chat(request)


class LeavesAThread(Sound):
    """Ended by the test below."""

    def __init__(self):
        super().__init__()
        self.over = threading.Event()

    def chat(self, request, progress=ignore_progress):
        threading.Thread(target=_rest.wait, daemon=True).start()
        return super().chat(request, progress)


class BrokenByAnEarlyEnd(Sound):
    broken = False

    def chat(self, request, progress=ignore_progress):
        assert not self.broken, "used after an early end"
        self.broken = True
        completion = yield from super().chat(request, progress)
        self.broken = False
        return completion


class DoesNotSurviveClose(Sound):
    closed = False

    def chat(self, request, progress=ignore_progress):
        assert not self.closed, "used after close"
        return super().chat(request, progress)

    def close(self):
        self.closed = True


class OneQuestionForAll(Sound):
    """Keeps the last question in itself, where another thread's takes its place."""

    def chat(self, request, progress=ignore_progress):
        self.request = request
        meeting = _meeting if threading.current_thread() is not threading.main_thread() else None
        if meeting is not None:
            meeting.wait()
        return super().chat(self.request, progress)


_rest = threading.Event()
_meeting = threading.Barrier(2, timeout=10)

FAULTS = [
    (ReadsWhenBuilt, "test_constructing_touches_nothing"),
    (ReadsWhenAsked, "test_constructing_touches_nothing"),
    (SeesNothingAtOnce, "test_declarations_hold_together"),
    (LearnsByUse, "test_declarations_hold_together"),
    (NotReadyWithoutAWord, "test_availability_is_said"),
    (EmptyPieces, "test_an_answer_comes_in_pieces_and_says_how_it_ended"),
    (ReturnsNothing, "test_an_answer_comes_in_pieces_and_says_how_it_ended"),
    (Nameless, "test_an_answer_comes_in_pieces_and_says_how_it_ended"),
    (EndsAsItLikes, "test_an_answer_comes_in_pieces_and_says_how_it_ended"),
    (CountsNoWords, "test_an_answer_comes_in_pieces_and_says_how_it_ended"),
    (KnowsNoSystem, "test_a_conversation_may_have_a_system_and_turns_before"),
    (DifferentEachTime, "test_the_same_question_gives_the_same_answer"),
    (TalksOn, "test_max_tokens_cuts"),
    (CutsInSilence, "test_max_tokens_cuts"),
    (BlindToOddShapes, "test_pictures_are_looked_at"),
    (SpeaksBeforeItReports, "test_progress_comes_before_the_first_word_and_counts_pieces"),
    (StepsBack, "test_progress_comes_before_the_first_word_and_counts_pieces"),
    (Paints, "test_progress_comes_before_the_first_word_and_counts_pieces"),
    (SwallowsCancelled, "test_cancelling_before_the_first_word"),
    (SwallowsCancelled, "test_cancelling_in_the_middle"),
    (CannotBeStoppedOnceItSpeaks, "test_cancelling_in_the_middle"),
    (LeavesAThread, "test_an_answer_that_is_not_wanted_any_more_frees_everything"),
    (BrokenByAnEarlyEnd, "test_an_answer_that_is_not_wanted_any_more_frees_everything"),
    (DoesNotSurviveClose, "test_it_can_be_closed_twice_and_used_again"),
    (OneQuestionForAll, "test_two_threads_may_talk_at_once"),
]


@pytest.mark.parametrize(("faulty", "test"), FAULTS, ids=lambda value: getattr(value, "__name__", value))
def test_it_catches(faulty, test, monkeypatch):
    monkeypatch.setattr("studiolo.testing.chat._PATIENCE_S", 0.05)

    class Contract(ChatEngineContract):
        def make_engine(self):
            return faulty()

    try:
        with pytest.raises((AssertionError, EngineError)):
            getattr(Contract(), test)()
    finally:
        _rest.set()
        _meeting.reset()
    _rest.clear()


def test_every_test_of_the_contract_catches_something():
    tests = {name for name in dir(ChatEngineContract) if name.startswith("test_")}
    assert tests == {test for _, test in FAULTS}
