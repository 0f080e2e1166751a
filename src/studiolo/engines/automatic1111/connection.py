"""The ways to one web UI: patient for a painting, quick for a look at it."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from studiolo.engines.automatic1111.explaining import explain
from studiolo.engines.automatic1111.options import Automatic1111Options
from studiolo.engines.http import Host, Service

_BRIEF_S: Final = 30
_LOOK_S: Final = 5
_ASKING: Final[Mapping[str, Any]] = {"timeout_s": _BRIEF_S, "total_timeout_s": 2 * _BRIEF_S}
_LOOKING: Final[Mapping[str, Any]] = {"timeout_s": _LOOK_S, "total_timeout_s": _LOOK_S, "max_retries": 0}
QUICK: Final[Mapping[str, Any]] = {
    "connect_timeout_s": 1,
    "timeout_s": 2,
    "total_timeout_s": 3,
    "max_retries": 0,
}
"""How a server of this machine is asked whether it is there."""


class Connection:
    """``painting`` is for what takes its time, ``asking`` for lists, ``looking`` for what may fail."""

    def __init__(self, host: Host, options: Automatic1111Options, *, offline: bool) -> None:
        self.host = host
        self.options = options
        self._offline = offline
        self.painting = self._service({})
        self.asking = self._service(_ASKING)
        self.looking = self._service(_LOOKING)

    @contextmanager
    def looking_once(self) -> Generator[Service]:
        """As ``looking``, on a connection of its own, as it may be closing time."""
        service = self._service(_LOOKING)
        try:
            yield service
        finally:
            service.close()

    def close(self) -> None:
        """End what runs, and the connections."""
        for service in (self.painting, self.asking, self.looking):
            service.close()

    def _service(self, most: Mapping[str, Any]) -> Service:
        """A client whose patience is that of the options, ``most`` at most."""
        changes = {name: min(value, getattr(self.options, name)) for name, value in most.items()}
        return Service(
            self.host,
            self.options.model_copy(update=changes),
            offline=self._offline,
            headers=_credentials(self.options),
            explain=partial(explain, self.host, self.options),
        )


def _credentials(options: Automatic1111Options) -> dict[str, str]:
    """RFC 7617, for ``--api-auth``; a key, for whatever stands before the web UI, is a bearer's."""
    return {"Authorization": f"Basic {options.credentials}"} if options.credentials else {}
