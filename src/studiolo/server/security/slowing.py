"""Wrong tokens are answered the later, the more of them an address sends.

A token is 256 random bits, which nobody guesses. What is saved here is the log from the noise, and the server
from the work; so a right token never waits, however many wrong ones come from behind the same proxy.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from studiolo.errors import RateLimitedError

ADDRESSES: Final = 1024
"""How many addresses are remembered; beyond that, the one longest silent is forgotten."""
FREE: Final = 3
"""So many mistakes are everybody's."""
FIRST_DELAY_S: Final = 0.25
LONGEST_DELAY_S: Final = 4.0
WAITING_AT_ONCE: Final = 8
FORGOTTEN_AFTER_S: Final = 600.0


@dataclass
class _Record:
    failures: int = 0
    waiting: int = 0
    last: float = 0.0


class Slowing:
    """What is remembered of addresses that sent wrong tokens. For one event loop."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, _Record] = OrderedDict()

    async def punish(self, address: str) -> None:
        """Note a wrong token, and wait as long as it costs.

        Raises:
            RateLimitedError: as many of that address as may wait are waiting already.
        """
        record = self._record(network(address))
        record.failures += 1
        delay_s = delay(record.failures)
        if delay_s == 0:
            return
        if record.waiting >= WAITING_AT_ONCE:
            raise RateLimitedError(
                "Too many wrong tokens come from your address.",
                hint="Wait, then try one that is right: studiolo token create NAME",
                retry_after_s=delay_s,
            )
        record.waiting += 1
        try:
            await asyncio.sleep(delay_s)
        finally:
            record.waiting -= 1

    def forgive(self, address: str) -> None:
        """Forget what wrong tokens came from there: a right one has come."""
        if self._records:
            self._records.pop(network(address), None)

    def __len__(self) -> int:
        return len(self._records)

    def _record(self, key: str) -> _Record:
        now = time.monotonic()
        record = self._records.get(key)
        if record is None or (now - record.last > FORGOTTEN_AFTER_S and not record.waiting):
            record = self._records[key] = _Record()
        record.last = now
        self._records.move_to_end(key)
        while len(self._records) > ADDRESSES:
            self._records.popitem(last=False)
        return record


def delay(failures: int) -> float:
    """Seconds that the latest of so many failures in a row has to wait for its answer."""
    beyond = failures - FREE
    return 0.0 if beyond <= 0 else min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(beyond - 1, 16))


def network(address: str) -> str:
    """What counts as one address: of IPv6 the half that a provider hands to one customer."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((int(parsed), 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
