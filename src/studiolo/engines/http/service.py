"""The one client of all hosted engines: asks, waits with a heartbeat, asks again, says what went wrong."""

from __future__ import annotations

import json
import random
import threading
import time
import weakref
from collections import deque
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from studiolo._version import __version__
from studiolo.engines.http import failures
from studiolo.engines.http.exchange import (
    EVENT_STREAM,
    MAX_BYTES,
    Call,
    Form,
    Head,
    IsLast,
    Rejected,
    exchange,
)
from studiolo.engines.http.hosting import Host, HostedOptions
from studiolo.engines.http.judging import Explain, Judge, means_what_it_says
from studiolo.engines.http.worker import BEAT_S, Beat, Worker, make_client
from studiolo.errors import BrokenStreamError

_FIRST_PAUSE_S: Final = 0.5
_MOMENT_S: Final = 3.0


def _no_beat() -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer that has begun; ``items`` are the ``httpx2.ServerSentEvent`` of a stream, else bytes."""

    media_type: str
    items: Generator[Any]

    @property
    def is_stream(self) -> bool:
        """Whether it is an event stream."""
        return self.media_type == EVENT_STREAM


class Service(Judge):
    """A service with an address, a key, and manners. Safe to use from several threads.

    Args:
        host: how messages speak of it.
        options: address, key, timeouts.
        offline: refuse to connect beyond this machine.
        headers: sent with every request, beside the key.
        explain: what its faults mean.
    """

    def __init__(
        self,
        host: Host,
        options: HostedOptions,
        *,
        offline: bool = False,
        headers: Mapping[str, str] | None = None,
        explain: Explain = means_what_it_says,
    ) -> None:
        super().__init__(host, options, offline=offline, explain=explain)
        self._headers = {"User-Agent": f"studiolo/{__version__}", **(headers or {})}
        self._lock = threading.Lock()
        self._stop: weakref.finalize[[], Service] | None = None
        self._worker: Worker | None = None

    def get(self, path: str, beat: Beat) -> Any:
        """The JSON at ``path``, which is below the base URL or a whole address."""
        return self._json(Call(method="GET", url=self._url(path)), beat)

    def post(
        self,
        path: str,
        body: Any,
        beat: Beat,
        *,
        headers: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Any:
        """The JSON that answers the JSON ``body``.

        ``once`` is for what must not be done twice, because it is paid for: it is sent again only where it
        did not reach the service, or the service declined to begin.
        """
        return self._json(Call.of_json("POST", self._url(path), body, headers), beat, once=once)

    def upload(
        self,
        path: str,
        form: Form,
        beat: Beat,
        *,
        fields: Mapping[str, str] | None = None,
        once: bool = False,
    ) -> Any:
        """The JSON that answers a form of files and ``fields``; ``once`` as for :meth:`post`."""
        call = Call(method="POST", url=self._url(path), files=form, fields=fields)
        return self._json(call, beat, once=once)

    def read_bytes(self, path: str, beat: Beat, *, max_bytes: int = MAX_BYTES) -> bytes:
        """What is at ``path``, which is below the base URL or a whole address; the key goes there, too.

        Raises:
            EngineError: it is larger than ``max_bytes``; also as for :meth:`stream`.
        """
        _, items = self._open(Call(method="GET", url=self._url(path)), beat)
        content = bytearray()
        with closing(items):
            for piece in self._whole(items):
                if not isinstance(piece, bytes):
                    raise self.unreadable("an event stream where a file was asked for")
                content += piece
                if len(content) > max_bytes:
                    raise self.unreadable(f"a file of more than {max_bytes / 1e6:.0f} MB")
        return bytes(content)

    @contextmanager
    def stream(
        self,
        path: str,
        body: Any,
        beat: Beat,
        *,
        headers: Mapping[str, str] | None = None,
        is_last: IsLast | None = None,
        form: Form | None = None,
        once: bool = False,
    ) -> Generator[Reply]:
        """The answer to ``body`` as it comes, freed when the context ends.

        ``body`` is sent as JSON, or as it is if it is bytes; None asks by GET. With a ``form`` of files it is
        a mapping of the form's other fields. ``once`` as for :meth:`post`.

        After the event that ``is_last`` is true of, nothing is waited for.

        Raises:
            OfflineError: it is not on this machine, and that is not allowed.
            CredentialsError, RateLimitedError, EngineTimeoutError, EngineError: there is no answer.
            BrokenStreamError: from ``items``; it broke off.
        """
        url = self._url(path)
        call = _call(url, body) if form is None else Call(method="POST", url=url, files=form, fields=body)
        head, items = self._open(
            call.with_headers({"Accept": EVENT_STREAM, **(headers or {})}), beat, is_last, once=once
        )
        with closing(items):
            yield Reply(media_type=head.media_type, items=self._rest(items, once=once))

    def tell(self, path: str, body: Any = None) -> None:
        """Post ``body`` as JSON, or nothing, to ``path``, as a courtesy.

        Waits a moment at most, and does not mind a failure. On a connection of its own, as it may be closing
        time.
        """
        import httpx2

        call = Call(method="POST", url=self._url(path), headers={"Content-Length": "0"})
        if body is not None:
            call = Call.of_json("POST", self._url(path), body)
        worker = self._new_worker()
        try:
            deque(worker.items(partial(exchange, call, _MOMENT_S, None), _no_beat), maxlen=0)
        except (Rejected, httpx2.TransportError, TimeoutError):
            return
        finally:
            worker.stop()

    def close(self) -> None:
        """End what runs, and the connections. May be used again."""
        with self._lock:
            self._worker = None
            stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def pause(self, seconds: float, beat: Beat) -> None:
        """Wait, with a heartbeat."""
        until = time.monotonic() + seconds
        beat()
        while (left_s := until - time.monotonic()) > 0:
            time.sleep(min(BEAT_S, left_s))
            beat()

    def _url(self, path: str) -> str:
        return path if path.startswith(("http://", "https://")) else f"{self.options.base_url}/{path}"

    def _json(self, call: Call, beat: Beat, *, once: bool = False) -> Any:
        head, items = self._open(call.with_headers({"Accept": "application/json"}), beat, once=once)
        with closing(items):
            if head.media_type == EVENT_STREAM:
                raise self.unreadable("an event stream where JSON was asked for")
            body = b"".join(self._whole(items, once=once))
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            told = self.unreadable("no JSON")
            raise (self.perhaps_paid(told) if once else told) from error

    def _open(
        self, call: Call, beat: Beat, is_last: IsLast | None = None, *, once: bool = False
    ) -> tuple[Head, Generator[Any]]:
        """The beginning of an answer; asks again while nothing has come and it may help."""
        self.refuse_offline()
        import httpx2

        left_s = self.options.max_wait_s
        for attempt in range(self.options.max_retries + 1):
            last = attempt == self.options.max_retries
            items = self._ready().items(partial(exchange, call, self.options.total_timeout_s, is_last), beat)
            try:
                return next(items), items
            except Rejected as rejected:
                pause_s = rejected.fault.retry_after_s
                pause_s = min(_pause_s(attempt), left_s) if pause_s is None else pause_s
                if last or not rejected.fault.passing or pause_s > left_s:
                    told = self.error(rejected.fault)
                    paid = once and rejected.fault.leaves_it_open
                    raise (self.perhaps_paid(told) if paid else told) from rejected
            except (httpx2.TransportError, TimeoutError) as error:
                pause_s = min(_pause_s(attempt), left_s)
                if last or not failures.may_help_to_ask_again(error, once=once):
                    told = self.disconnected(error, answering=False)
                    paid = once and failures.was_sent(error)
                    raise (self.perhaps_paid(told) if paid else told) from error
            self.pause(pause_s, beat)
            left_s -= pause_s
        raise AssertionError("the last attempt returns or raises")

    def _rest(self, items: Generator[Any], *, once: bool = False) -> Generator[Any]:
        import httpx2

        begun = False
        try:
            for item in items:
                begun = True
                yield item
        except (httpx2.TransportError, TimeoutError) as error:
            told = self.disconnected(error, answering=begun)
            raise (self.lost(told) if once else told) from error
        except (UnicodeDecodeError, httpx2.DecodingError) as error:
            raise self.unreadable(
                "it is not UTF-8" if isinstance(error, ValueError) else str(error)
            ) from error

    def _whole(self, items: Generator[Any], *, once: bool = False) -> Generator[Any]:
        """The rest of an answer that is of no use in part."""
        try:
            yield from self._rest(items, once=once)
        except BrokenStreamError as error:
            if once:
                raise
            raise BrokenStreamError(error.message, hint="Ask again.") from error

    def _new_worker(self) -> Worker:
        return Worker(partial(make_client, self.options, self._headers))

    def _ready(self) -> Worker:
        with self._lock:
            if self._worker is None:
                self._worker = self._new_worker()
                # Also when nobody closes the engine, and at the interpreter's end.
                self._stop = weakref.finalize(self, self._worker.stop)
            return self._worker


def _call(url: str, body: Any) -> Call:
    if body is None:
        return Call(method="GET", url=url)
    if isinstance(body, bytes):
        return Call(method="POST", url=url, body=body)
    return Call.of_json("POST", url, body)


def _pause_s(attempt: int) -> float:
    """Exponential, with jitter so that several do not come back at once."""
    return _FIRST_PAUSE_S * 2**attempt * random.uniform(0.5, 1)  # noqa: S311 - no secret
