"""What the faults of one service mean, to whoever asked it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from studiolo.engines.http import failures
from studiolo.engines.http.hosting import Host, HostedOptions
from studiolo.engines.http.replies import Fault
from studiolo.errors import BrokenStreamError, StudioloError

_LONGEST_SHOWN: Final = 500  # characters of what a service says

Explain = Callable[[Fault], StudioloError | None]
"""What a fault means to this service in particular; None where it means what it says."""


def means_what_it_says(fault: Fault) -> None:
    """Of a service whose faults need no explaining."""
    del fault


class Judge:
    """Says of what went wrong with a service what to raise.

    Args:
        host: how messages speak of it.
        options: address, key, timeouts.
        offline: refuse to connect beyond this machine.
        explain: what its faults mean.
    """

    def __init__(self, host: Host, options: HostedOptions, *, offline: bool, explain: Explain) -> None:
        self.host = host
        self.options = options
        self._offline = offline
        self._explain = explain

    def refuse_offline(self) -> None:
        """Say before anything else that it may not be connected to, if so.

        Raises:
            OfflineError: it is not on this machine, and that is not allowed.
        """
        failures.refuse_offline(self.host, self.options, offline=self._offline)

    def error(self, fault: Fault) -> StudioloError:
        """What to raise for ``fault``."""
        fault = self.without_key(fault)
        return self._explain(fault) or self.refusal(fault)

    def refusal(self, fault: Fault) -> StudioloError:
        """What to raise for ``fault`` where it means what it says."""
        return failures.refusal(fault, self.host, self.options)

    def without_key(self, fault: Fault) -> Fault:
        """``fault`` fit to be shown: some services repeat the key. Cut after, or half of it would stay."""
        fault = fault.without(self.options.key)
        if len(fault.message) <= _LONGEST_SHOWN:
            return fault
        return replace(fault, message=f"{fault.message[: _LONGEST_SHOWN - 1]}…")

    def unreadable(self, what: str) -> StudioloError:
        """What to raise for an answer that is not in the form its protocol has."""
        return failures.unreadable(self.host, what)

    def disconnected(self, error: Exception, *, answering: bool) -> StudioloError:
        """What to raise for a fault of the connection, ``answering`` if part of the answer had come."""
        return failures.disconnected(error, self.host, self.options, answering=answering)

    def lost(self, error: StudioloError) -> StudioloError:
        """``error`` in the answer to what was asked for once: nothing of it is kept, and it may be paid."""
        of_no_use = isinstance(error, BrokenStreamError)
        told = BrokenStreamError(error.message, hint="Ask again.") if of_no_use else error
        return self.perhaps_paid(told)

    def perhaps_paid(self, error: StudioloError) -> StudioloError:
        """``error``, saying that what was asked for may have been painted and charged."""
        return failures.perhaps_paid(error, self.host)
