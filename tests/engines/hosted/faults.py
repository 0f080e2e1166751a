"""What a hosted engine does when its service fails, as a suite to subclass.

A subclass in ``tests/engines/X/test_hosted.py`` is named ``TestFaults``, says its engine's ``name`` and gives
a :class:`Hosting`; ``rows.py`` says of each fault what the server does and how it has to end. With
``STUDIOLO_FAULT_MATRIX=/A/FILE`` in the environment each outcome is appended to that file, from which
``matrix.py`` writes the tables of the documentation.
"""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

import pytest

from studiolo.engines.base import ImageEngine
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    CredentialsError,
    RateLimitedError,
    StudioloError,
)
from studiolo.requests import GeneratedImage, ImageRequest, Progress
from tests.engines.hosted.outcomes import Outcome, append
from tests.engines.hosted.rows import FAULT_NAMES, ROWS, FaultName, Row

PATIENCE_S = 10.0
_HALF_OF_A_SECRET = 8
_MATRIX = os.environ.get("STUDIOLO_FAULT_MATRIX", "")  # read here, as no test sees such variables
SEED = 70
PROMPT = "a red apple on a table"


class Hosting(Protocol):
    """A server of one vendor, and engines for it. All figures count from its start."""

    @property
    def secrets(self) -> Sequence[str]:
        """Keys and tokens that its engines are given, right and wrong ones."""
        ...

    @property
    def paid(self) -> int:
        """Pictures that the vendor would charge for, finished or not."""
        ...

    @property
    def under_way(self) -> int:
        """Paintings taken that are neither finished, failed nor called off."""
        ...

    @property
    def called_off(self) -> int:
        """Paintings that ended early, because it was told so or its client hung up."""
        ...

    def engine(self, **options: Any) -> ImageEngine:
        """An engine as a user would get it, with ``options`` beside address, key and short waits."""
        ...

    def break_with(self, fault: FaultName, *, after: int = 0) -> None:
        """Do what ``ROWS[fault].does`` says, after ``after`` pictures that are painted well.

        Called before :meth:`engine`, as some faults lie there.
        """
        ...

    def mend(self) -> None:
        """From now on nothing is wrong; what hangs is let go."""
        ...


class HostedFaults:
    """Subclass it as ``TestFaults``."""

    name: ClassVar[str]
    """The engine's name in the matrix."""

    fields: ClassVar[Mapping[str, Any]] = {}
    """Fields of every request, such as a small size."""

    charges: ClassVar[bool] = True
    """Whether its pictures are paid for; then an error after which one may be says so."""

    calls_off: ClassVar[bool] = True
    """Whether its server notices that a painting is not wanted any more."""

    does_not_apply: ClassVar[Mapping[FaultName, str]] = {}
    """Faults that this service cannot have, each with the reason."""

    def hosting(self) -> AbstractContextManager[Hosting]:
        """A new server, ended with the context."""
        raise NotImplementedError

    @pytest.mark.parametrize("fault", FAULT_NAMES)
    def test_fault(self, fault: FaultName) -> None:
        """It ends as the matrix says: the right error, nothing lost, nothing paid twice, no secret shown."""
        if fault in self.does_not_apply:
            record(Outcome.of_none(self.name, fault, self.does_not_apply[fault]))
            pytest.skip(self.does_not_apply[fault])
        record(self.judge(fault))

    def judge(self, fault: FaultName) -> Outcome:
        """What happens with ``fault``.

        Raises:
            AssertionError: something else than should.
        """
        row = ROWS[fault]
        with self.hosting() as hosting:
            hosting.break_with(fault, after=row.after)
            with _logged() as log, hosting.engine() as engine:
                run = self._run(engine, hosting, row)
                paid = hosting.paid
                run.judge(row, log(), hosting.secrets)
                self._judge_money(run, row, paid)
                if isinstance(run.error, Cancelled) and self.calls_off:
                    _wait(lambda: hosting.called_off >= 1 and not hosting.under_way, "it was not called off")
                called_off = hosting.called_off
                hosting.mend()
                if not row.anew:
                    self._judge_afterwards(engine, hosting)
            if row.anew:
                with hosting.engine() as engine:
                    self._judge_afterwards(engine, hosting)
        return Outcome.of(
            self.name, fault, run.error, asked=row.asked, kept=len(run.kept), paid=paid, called_off=called_off
        )

    def _run(self, engine: ImageEngine, hosting: Hosting, row: Row) -> Run:
        run = Run()
        cancels = Cancelled in row.raises
        until = time.monotonic() + PATIENCE_S

        def watch(_: Progress) -> None:
            assert time.monotonic() < until, "it goes on without end"
            if cancels and len(run.kept) >= row.after and hosting.under_way:
                raise Cancelled

        try:
            for picture in engine.generate(self._request(engine, count=row.asked), watch):
                run.kept.append(picture)
        except Exception as error:  # noqa: BLE001 - judged, whatever it is
            run.error = error
        return run

    def _request(self, engine: ImageEngine, *, count: int) -> ImageRequest:
        asked = ImageRequest.parse({"prompt": PROMPT, "seed": SEED, "count": count, **self.fields})
        check(engine.capabilities, asked, engine=self.name)
        complete = resolve(engine.capabilities, asked)
        engine.check(complete)
        return complete

    def _judge_money(self, run: Run, row: Row, paid: int) -> None:
        assert paid <= row.asked, f"{row.asked} asked for, {paid} paid: it was painted twice"
        assert paid >= len(run.kept), f"{len(run.kept)} pictures came, but the server counts {paid}"
        if not row.painted:
            assert paid == len(run.kept), f"{paid} paid for {len(run.kept)} pictures"
        lost = paid > len(run.kept) and row is ROWS["hangs-up-after"]
        if self.charges and lost and run.error is not None:
            said = str(run.error)
            assert any(word in said for word in ("charge", "paid", "cost")), f"not said that it costs: {said}"

    def _judge_afterwards(self, engine: ImageEngine, hosting: Hosting) -> None:
        before = hosting.paid
        again = list(engine.generate(self._request(engine, count=1)))
        assert len(again) == 1, "it cannot be used afterwards"
        assert hosting.paid == before + 1, f"one more picture was paid {hosting.paid - before} times"


@dataclass
class Run:
    """One painting of a fault."""

    kept: list[GeneratedImage] = field(default_factory=list[GeneratedImage])
    error: Exception | None = None

    def judge(self, row: Row, log: str, secrets: Sequence[str]) -> None:
        """How it ended, apart from money."""
        self._judge_error(row)
        if self.error is None:
            assert len(self.kept) == row.asked, f"no error, but {len(self.kept)} of {row.asked} pictures"
        elif row.after:
            assert len(self.kept) == row.after, f"{row.after} were finished, {len(self.kept)} were kept"
        else:
            assert not self.kept, "a picture came, and an error"
        seeds = sorted(picture.seed for picture in self.kept)
        assert len(set(seeds)) == len(seeds), f"one picture came twice: {seeds}"
        assert set(seeds) <= set(range(SEED, SEED + row.asked)), f"not what was asked for: {seeds}"
        shown = log + _everything_said(self.error)
        for secret in secrets:
            assert secret[: max(_HALF_OF_A_SECRET, len(secret) // 2)] not in shown, "a secret is shown"

    def _judge_error(self, row: Row) -> None:
        error = self.error
        if error is None:
            assert row.may_recover or not row.raises, f"no error; the pictures: {self.kept}"
            return
        assert isinstance(error, StudioloError), f"{error!r} is none of ours"
        wanted = " or ".join(kind.__name__ for kind in row.raises) or "no error"
        assert isinstance(error, row.raises), f"{error!r} where {wanted} belongs"
        for kind in (CredentialsError, RateLimitedError, ContentRefusedError):
            blamed = isinstance(error, kind) and kind not in row.raises
            assert not blamed, f"{error!r} blames what is not at fault"
        assert error.message, "an error without a word"
        assert "\n" not in f"{error}", f"more than one line: {error}"
        assert error.message.endswith((".", "!", "?", "…")), f"no sentence: {error.message}"
        assert self.kept or "is kept" not in f"{error}", f"nothing is kept: {error}"
        assert error.hint or isinstance(error, Cancelled), f"no hint: {error}"


def record(outcome: Outcome) -> None:
    """Append ``outcome`` to the file that the environment names, if it does."""
    if _MATRIX:
        append(Path(_MATRIX), outcome)


@contextmanager
def _logged() -> Iterator[Callable[[], str]]:
    """All that is logged meanwhile, our own down to DEBUG."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root, ours = logging.getLogger(), logging.getLogger("studiolo")
    before = root.level, ours.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    try:
        yield text.getvalue
    finally:
        root.removeHandler(handler)
        root.setLevel(before[0])
        ours.setLevel(before[1])


def _everything_said(error: BaseException | None) -> str:
    """An error, and what it came from as a traceback or a log would show it."""
    said = [str(vars(error))] if error is not None else []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        said.append(f"{error} {error!r}")
        error = error.__cause__ or error.__context__
    return "\n".join(said)


def _wait(condition: Callable[[], bool], otherwise: str) -> None:
    """Until ``condition``: what a server notices, it notices a moment later."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, otherwise
        time.sleep(0.01)
