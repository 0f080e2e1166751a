"""What pictures cost, in a line: before they are painted, and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo.studio.spending import Quote


def say_estimate(quotes: Sequence[Quote]) -> None:
    """What the paintings will cost, if they are not free: ``about $0.16: 4 pictures at $0.04 (…)``."""
    from studiolo.cli.console import count_of, say
    from studiolo.studio.spending import basis_of, dollars

    charged = [quote for quote in quotes if quote.usd != 0]
    if not charged:
        return
    basis = basis_of(charged)
    known = [quote.usd for quote in charged if quote.usd is not None]
    if len(known) < len(charged):
        say(f"The price is not known: {basis}.", style="dim")
        return
    about = "" if all(quote.firm for quote in charged) else "about "
    several = f" for {count_of(sum(quote.count for quote in charged))}" if len(charged) > 1 else ""
    say(f"{about}{dollars(sum(known))}{several}: {basis}", style="dim")


def say_paid(usd: float) -> None:
    """What they have cost, if anything is known to have been charged."""
    from studiolo.cli.console import say
    from studiolo.studio.spending import dollars

    if usd:
        say(f"paid {dollars(usd)}", style="dim")
