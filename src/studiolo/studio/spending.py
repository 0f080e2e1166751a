"""What paintings cost: told before, and kept below what the caller allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from studiolo.engines.pricing import Estimate


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
        """``estimate``, with whose and what for."""
        return cls(
            usd=estimate.usd, basis=estimate.basis, firm=estimate.firm, engine=engine, count=count
        )  # fmt: skip
