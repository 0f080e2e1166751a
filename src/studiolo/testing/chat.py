"""The promises every chat engine keeps, as a test suite to subclass."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, ClassVar

from PIL import Image

from studiolo.chat import ChatCapabilities, ChatRequest, Completion, Message
from studiolo.engines.base import Availability, ChatEngine
from studiolo.errors import Cancelled
from studiolo.requests import Progress, ProgressCallback, SourceImage, ignore_progress
from studiolo.testing.watching import watch_input_and_output

__all__ = ["ChatEngineContract"]

_FINISHES = {"complete", "length", "refused"}
_STAGES = {"loading", "waiting", "writing"}
_PATIENCE_S = 10.0


class ChatEngineContract:
    """Subclass it, name the subclass ``Test…``, and give :meth:`make_engine`.

    Set ``fields`` to what makes your engine quick (``{"max_tokens": 8}``); ``question`` must be one that it
    answers in several tokens.
    """

    question: ClassVar[str] = "one two three four five six"
    fields: ClassVar[Mapping[str, Any]] = {"temperature": 0.0, "max_tokens": 16}
    """Fields of every request."""

    repeatable: ClassVar[bool] = True
    """Whether the same request gives the same answer."""

    cuts: ClassVar[bool] = True
    """Whether ``max_tokens`` is obeyed to the token, and it is told when it cut."""

    sees: ClassVar[bool | None] = None
    """Whether this model looks at pictures, where its capabilities do not say."""

    def make_engine(self) -> ChatEngine:
        """A new engine, as a user would get it."""
        raise NotImplementedError

    # Construction and declarations

    def test_constructing_touches_nothing(self) -> None:
        """An engine is built to be asked what it can do; files and sockets wait for chat()."""
        engine = self.make_engine()  # imports happen here
        assert engine.capabilities
        engine.close()
        with watch_input_and_output() as events:
            assert self.make_engine().capabilities
        assert not events, f"construction did input or output: {events[:3]}"

    def test_declarations_hold_together(self) -> None:
        """They do not change, not by use either, and say how many pictures."""
        with self.make_engine() as engine:
            able = engine.capabilities
            assert isinstance(able, ChatCapabilities)
            assert able.description.endswith("."), "the description is one sentence"
            assert able.vision is False or able.max_images >= 1, "it sees, but no picture"
            assert engine.capabilities == able, "capabilities change from one look to the next"
            self._ask(engine)
            assert engine.capabilities == able, "capabilities change by use"

    def test_availability_is_said(self) -> None:
        """An engine that is not ready says why and what mends it."""
        with self.make_engine() as engine:
            available = engine.availability()
        assert isinstance(available, Availability)
        assert available.ready or (available.reason and available.hint)

    # An answer

    def test_an_answer_comes_in_pieces_and_says_how_it_ended(self) -> None:
        """No piece is empty; the generator returns a Completion that is whole."""
        with self.make_engine() as engine:
            pieces, completion = self._ask(engine)
        assert pieces, "nothing was said"
        assert all(isinstance(piece, str) and piece for piece in pieces), "a piece is empty"
        assert isinstance(completion, Completion), f"it returned {completion!r}"
        assert completion.engine, "an answer names its engine"
        assert completion.model, "an answer names its model"
        assert completion.finish in _FINISHES, f"it ended {completion.finish!r}"
        assert all(seconds >= 0 for seconds in completion.timings.values())
        assert completion.cost is None or completion.cost >= 0
        if completion.usage is not None:
            assert completion.usage.input_tokens > 0, "it read nothing"
            assert completion.usage.output_tokens > 0, "it wrote nothing"

    def test_a_conversation_may_have_a_system_and_turns_before(self) -> None:
        """Whose words were whose is the engine's to say to its model."""
        with self.make_engine() as engine:
            turns = [
                Message(role="system", text="Answer in a few words."),
                Message(text="Hello."),
                Message(role="assistant", text="Hello."),
                Message(text=self.question),
            ]
            pieces, _ = self._ask(engine, messages=turns)
        assert "".join(pieces).strip(), "nothing was said"

    def test_the_same_question_gives_the_same_answer(self) -> None:
        """Where the engine is repeatable."""
        with self.make_engine() as engine:
            one, other = self._ask(engine)[0], self._ask(engine)[0]
        assert not self.repeatable or "".join(one) == "".join(other)

    def test_max_tokens_cuts(self) -> None:
        """One token is a beginning of the answer, and the finish says so."""
        with self.make_engine() as engine:
            whole = "".join(self._ask(engine)[0])
            pieces, completion = self._ask(engine, max_tokens=1)
        if self.cuts:
            assert completion.finish == "length", f"it was cut, and ended {completion.finish!r}"
            assert len("".join(pieces)) < len(whole), "one token is the whole answer"
        if self.cuts and self.repeatable:
            assert whole.startswith("".join(pieces)), "cut, it says something else"

    def test_pictures_are_looked_at(self) -> None:
        """Where the engine sees, as many at once as it says."""
        with self.make_engine() as engine:
            able = engine.capabilities
            if not (able.vision or self.sees):
                return
            pictures = tuple(
                SourceImage(Image.new("RGB", (48, 32), colour))
                for colour in ("red", "blue", "green")[: able.max_images]
            )
            pieces, completion = self._ask(engine, messages=[Message(text=self.question, images=pictures)])
            drawn = (Image.new("RGBA", (3, 90), (0, 0, 0, 0)), Image.new("L", (64, 64)))
            shapes = tuple(SourceImage(image) for image in drawn[: able.max_images])
            odd, _ = self._ask(engine, messages=[Message(text=self.question, images=shapes)])
        assert pieces, "nothing was said of pictures"
        assert odd, "nothing was said of pictures of other shapes"
        assert completion.finish in _FINISHES

    # Progress and cancelling

    def test_progress_comes_before_the_first_word_and_counts_pieces(self) -> None:
        """Steps never go back, and the stages are the ones there are."""
        events: list[Progress | str] = []
        with self.make_engine() as engine:
            answer = engine.chat(self._request(), events.append)
            pieces, _ = _run(answer, events.append)
        reports = [event for event in events if isinstance(event, Progress)]
        assert isinstance(events[0], Progress), "a word came before any progress"
        assert {report.stage for report in reports} <= _STAGES
        assert all(before.step <= after.step for before, after in pairwise(reports)), "steps go back"
        assert reports[-1].step == len(pieces), f"{len(pieces)} pieces, counted to {reports[-1].step}"

    def test_cancelling_before_the_first_word(self) -> None:
        """``Cancelled`` passes through, nothing is said, and the engine can be used again."""

        def stop(_: Progress) -> None:
            raise Cancelled

        with self.make_engine() as engine:
            pieces = self._until_cancelled(engine, stop)
            assert not pieces, f"{pieces} was said after it was stopped"
            assert self._ask(engine)[0], "it can be used again afterwards"

    def test_cancelling_in_the_middle(self) -> None:
        """What was said before stays said, nothing comes after."""
        spoken = threading.Event()

        def stop(_: Progress) -> None:
            if spoken.is_set():
                raise Cancelled

        with self.make_engine() as engine:
            whole = self._ask(engine)[0]
            pieces = self._until_cancelled(engine, stop, spoken)
            assert pieces, "the first word is yielded"
            assert len(pieces) < max(2, len(whole)), "it went on talking"
            assert self._ask(engine)[0], "it can be used again afterwards"

    def test_an_answer_that_is_not_wanted_any_more_frees_everything(self) -> None:
        """Closing the generator early leaves nothing behind that closing the engine does not end."""
        before = set(threading.enumerate())
        engine = self.make_engine()
        for _ in range(3):
            answer = engine.chat(self._request())
            assert next(answer)
            answer.close()
        assert self._ask(engine)[0], "it can be used again afterwards"
        engine.close()
        left = _outlived(before, self._is_mine)
        assert not left, f"threads are left behind: {left}"

    # Life cycle

    def test_it_can_be_closed_twice_and_used_again(self) -> None:
        """``close`` frees; the next ``chat`` begins anew."""
        engine = self.make_engine()
        before = "".join(self._ask(engine)[0])
        engine.close()
        engine.close()
        after = "".join(self._ask(engine)[0])
        engine.close()
        assert after, "nothing was said after close"
        assert not self.repeatable or before == after

    def test_two_threads_may_talk_at_once(self) -> None:
        """Each gets the answer to its own question."""
        questions = [self.question, f"{self.question} {self.question}"]
        with self.make_engine() as engine:
            alone = [self._say(engine, question) for question in questions]
            with ThreadPoolExecutor(len(questions)) as threads:
                running = [threads.submit(self._say, engine, question) for question in questions * 2]
                together = [talk.result() for talk in running]
        assert all(together), "nothing was said"
        assert not self.repeatable or together == alone * 2

    # How the tests ask

    def _is_mine(self, thread: threading.Thread) -> bool:
        """Whether a thread that is left may be the engine's; override where your test starts some itself."""
        return thread.is_alive()

    def _request(self, **fields: Any) -> ChatRequest:
        given = {"messages": [{"role": "user", "text": self.question}], **self.fields, **fields}
        return ChatRequest.parse(given)

    def _ask(
        self, engine: ChatEngine, progress: ProgressCallback = ignore_progress, **fields: Any
    ) -> tuple[list[str], Completion]:
        return _run(engine.chat(self._request(**fields), progress))

    def _say(self, engine: ChatEngine, question: str) -> str:
        return "".join(self._ask(engine, messages=[Message(text=question)])[0])

    def _until_cancelled(
        self, engine: ChatEngine, stop: ProgressCallback, spoken: threading.Event | None = None
    ) -> list[str]:
        pieces: list[str] = []
        try:
            for piece in engine.chat(self._request(), stop):
                pieces.append(piece)
                if spoken is not None:
                    spoken.set()
        except Cancelled:
            return pieces
        raise AssertionError("Cancelled was swallowed")


def _run(
    answer: Generator[str, None, Completion], heard: Callable[[str], None] = lambda _: None
) -> tuple[list[str], Completion]:
    pieces: list[str] = []
    while True:
        try:
            piece = next(answer)
        except StopIteration as end:
            return pieces, end.value
        heard(piece)
        pieces.append(piece)


def _outlived(
    before: set[threading.Thread], is_mine: Callable[[threading.Thread], bool]
) -> list[threading.Thread]:
    """Threads that do not end by themselves in a while."""
    until = time.monotonic() + _PATIENCE_S
    while True:
        left = [thread for thread in threading.enumerate() if thread not in before and is_mine(thread)]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.01)
