"""What pictures cost, before they are painted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What a whole request will cost.

    ``usd`` is None where nobody knows. ``firm`` says that it is the vendor's price for each picture; what is
    paid by the second is a guess. ``basis`` is how it comes about, for a person: "4 pictures at $0.04
    (OpenAI, 1024x1024, medium; 2026-11)".
    """

    usd: float | None
    basis: str = ""
    firm: bool = False

    @classmethod
    def per_image(cls, price: float, count: int, *, source: str) -> Estimate:
        """``count`` pictures at a vendor's published price."""
        basis = f"{_pictures(count)} at ${price:.4g} ({source})"
        return cls(usd=price * count, basis=basis, firm=True)

    @classmethod
    def per_second(cls, price: float, seconds: float, count: int, *, source: str) -> Estimate:
        """``count`` pictures of about ``seconds`` each, on a machine that is paid by the second."""
        basis = f"{_pictures(count)} of about {seconds:.2g} s at ${price:.4g} a second ({source})"
        return cls(usd=price * seconds * count, basis=basis)


FREE: Final = Estimate(usd=0.0, basis="painted on a machine of yours", firm=True)
UNKNOWN: Final = Estimate(usd=None, basis="price_per_image in the engine's settings would tell it")


def _pictures(count: int) -> str:
    return f"{count} picture{'' if count == 1 else 's'}"
