"""What paintings cost: told before, and kept below what the caller allows."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self

from studiolo.engines.pricing import Estimate
from studiolo.errors import (
    ContentRefusedError,
    CostLimitError,
    CredentialsError,
    EngineError,
    InvalidRequestError,
    MissingExtraError,
    OfflineError,
    RateLimitedError,
)
from studiolo.requests import GeneratedImage, Progress, ProgressCallback

if TYPE_CHECKING:
    from studiolo.studio.preparing import Prepared

_NOT_PAID: Final = (
    ContentRefusedError, CredentialsError, MissingExtraError, OfflineError, RateLimitedError,
)  # fmt: skip
"""Of what engines raise: with any other error the service may have painted, and charged."""

_ROUNDING: Final = 1e-9
"""Three times ten cents are no more than thirty."""


@dataclass(frozen=True, kw_only=True)
class Quote(Estimate):
    """What ``engine`` will charge for a request of ``count`` pictures, all of them together.

    ``usd`` is None where nobody knows. ``firm`` says that it is the vendor's price for each picture; what is
    paid by the second is a guess. ``basis`` is how it comes about, for a person.
    """

    engine: str
    count: int

    @classmethod
    def of(cls, estimate: Estimate, *, engine: str, count: int) -> Self:
        """``estimate``, with whose it is and what for."""
        return cls(usd=estimate.usd, basis=estimate.basis, firm=estimate.firm, engine=engine, count=count)


class Budget:
    """What one call may spend, and what it has spent. ``limit`` None: whatever it costs.

    Once it has :meth:`admit`-ted paintings of firm prices, several threads may :meth:`paint` them.
    """

    def __init__(self, limit: float | None) -> None:
        self.one_by_one = False
        self._limit = limit
        self._paid = 0.0
        self._lost = 0.0
        self._dearest = 0.0
        self._painted = 0

    def admit(self, paintings: Sequence[Prepared]) -> None:
        """Allow all the paintings of a call to begin.

        Where a price is a guess, and there is a limit, pictures are painted ``one_by_one`` from now on.

        Raises:
            CostLimitError: they may cost more than the limit, or nobody knows what; nothing was sent.
        """
        if self._limit is None:
            return
        quotes = [painting.quote for painting in paintings]
        total = 0.0
        for quote in quotes:
            if quote.usd is None:
                raise _unknown(quote.engine, self._limit)
            total += quote.usd
        if total > self._limit + _ROUNDING:
            raise _too_dear(quotes, total, self._limit)
        self.one_by_one = not all(quote.firm for quote in quotes)

    def paint(self, prepared: Prepared, progress: ProgressCallback) -> Generator[GeneratedImage]:
        """The pictures of a request that was admitted; closing it calls off what is still being painted.

        Raises:
            CostLimitError: the next one may cost more than is left; those before are yielded.
            EngineError, Cancelled: as the engine.
        """
        if self.one_by_one:
            yield from self._paint_one_by_one(prepared, progress)
        else:
            yield from prepared.painter.generate(prepared.request, progress)

    def _paint_one_by_one(self, prepared: Prepared, progress: ProgressCallback) -> Generator[GeneratedImage]:
        request = prepared.request
        for index in range(request.count):

            def report(step: Progress, index: int = index) -> None:
                progress(replace(step, index=index, count=request.count))

            single = request.model_copy(update={"count": 1, "seed": (request.seed or 0) + index})
            price = self._afford(replace(prepared, request=single).quote)
            try:
                for generated in prepared.painter.generate(single, report):
                    self._note(price if generated.cost is None else generated.cost)
                    yield generated
            except _NOT_PAID:
                raise
            except EngineError:
                self._lost += price
                raise

    def _afford(self, quote: Quote) -> float:
        """Allow one more picture; gives its price: what is guessed, or what the dearest so far did cost."""
        limit = math.inf if self._limit is None else self._limit
        if quote.usd is None:
            raise _unknown(quote.engine, limit)
        price = max(quote.usd, self._dearest)
        if self._paid + self._lost + price > limit + _ROUNDING:
            failed = f" (what failed may have cost {dollars(self._lost)} more)" if self._lost else ""
            raise CostLimitError(
                f"Stopped after {_pictures(self._painted)} for {dollars(self._paid)}{failed}: "
                f"the next may cost {dollars(price)}, and only {dollars(limit)} is allowed in all.",
                hint="What is finished is kept. Allow more as max_cost (--max-cost), or ask for fewer.",
            )
        return price

    def _note(self, cost: float) -> None:
        self._paid += cost
        self._dearest = max(self._dearest, cost)
        self._painted += 1


def limit_of(max_cost: object, usual: float | None) -> float | None:
    """What a call may cost: what it says itself, infinity being no limit, else what is usual; None: no limit.

    Raises:
        InvalidRequestError: it is no sum of money.
    """
    if max_cost is None:
        return usual
    if isinstance(max_cost, bool) or not isinstance(max_cost, int | float) or not max_cost >= 0:
        raise InvalidRequestError(
            f"max_cost is {max_cost!r}, but must be US dollars.", hint="Give 0 or more: 0.50 for fifty cents."
        )
    return None if max_cost > sys.float_info.max else float(max_cost)


def dollars(usd: float) -> str:
    """``$0.16``, ``$12.50``, ``$0.0023``: cents, and as much more as a small sum needs."""
    if 0 < usd < 0.0001:
        return "less than $0.0001"
    cents, more = f"{usd:.4f}"[:-2], f"{usd:.4f}"[-2:].rstrip("0")
    return f"${cents}{more}"


def basis_of(quotes: Sequence[Quote]) -> str:
    """How the prices come about of those that are not free: ``2 pictures at $0.04 (…), 3 times``."""
    bases = Counter(quote.basis for quote in quotes if quote.usd != 0)
    return "; ".join(f"{basis}, {times} times" if times > 1 else basis for basis, times in bases.items())


def _unknown(engine: str, limit: float) -> CostLimitError:
    name = engine.partition(":")[0]
    return CostLimitError(
        f"Nobody knows what engine '{engine}' will charge, and only {dollars(limit)} is allowed.",
        hint=f"Say what a picture costs: studiolo config set engines.{name}.price_per_image 0.04; or set no "
        "limit: leave max_cost (--max-cost) out.",
    )


def _too_dear(quotes: Sequence[Quote], total: float, limit: float) -> CostLimitError:
    pictures = sum(quote.count for quote in quotes)
    fitting = math.floor((limit + _ROUNDING) / (total / pictures))
    fits = f"{_pictures(fitting)} would do" if fitting else "Not even one picture would do"
    about = "" if all(quote.firm for quote in quotes) else "about "
    return CostLimitError(
        f"It would cost {about}{dollars(total)}, and only {dollars(limit)} is allowed: {basis_of(quotes)}.",
        hint=f"{fits}. Ask for fewer, or allow {dollars(total)} as max_cost (--max-cost).",
    )


def _pictures(number: int) -> str:
    return f"{number} picture{'' if number == 1 else 's'}"
