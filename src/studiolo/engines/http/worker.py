"""A thread with an event loop, where requests run while their caller waits, beats and may turn away.

A blocked read of a plain socket cannot be given up. A task can, whatever it waits for: a name, a handshake,
the next byte. The caller stays an ordinary generator and works inside a running event loop too, as in a
notebook.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator, Mapping
from concurrent.futures import CancelledError, Future
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.http.hosting import HostedOptions
from studiolo.errors import Cancelled
from studiolo.offline import is_loopback

if TYPE_CHECKING:
    import httpx2

BEAT_S: Final = 0.1
_STOP_S: Final = 5.0
_END: Final = object()
_CLOSED: Final = "The engine was closed while it answered."

Beat = Callable[[], None]
"""Called while nothing arrives; what it raises ends the request."""

Work = Callable[["httpx2.AsyncClient", Callable[[Any], None]], Coroutine[Any, Any, None]]
"""Uses the client and hands on what arrives."""


class Worker:
    """Runs requests on one client, whose connections are used again."""

    def __init__(self, make_client: Callable[[], httpx2.AsyncClient]) -> None:
        self._make_client = make_client
        self._client: httpx2.AsyncClient | None = None
        self._loop = asyncio.new_event_loop()
        self._stopped = False
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._serve, name="studiolo-http", daemon=True)
        self._thread.start()

    def items(self, work: Work, beat: Beat) -> Generator[Any]:
        """What ``work`` hands on, as it comes; ``beat`` is called while nothing does.

        Closing the generator, and whatever ``beat`` raises, cancels the work.
        """
        arrived: SimpleQueue[Any] = SimpleQueue()
        with self._lock:
            if self._stopped:
                raise Cancelled(_CLOSED)
            future = asyncio.run_coroutine_threadsafe(self._do(work, arrived.put), self._loop)
        future.add_done_callback(lambda _: arrived.put(_END))
        try:
            while (item := _next(arrived, beat)) is not _END:
                yield item
            _raise_what_ended(future)
        finally:
            future.cancel()

    def stop(self) -> None:
        """Cancel what runs, close the connections, end the thread. May be called again."""
        with self._lock:
            if not self._stopped:
                self._stopped = True
                self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:  # the garbage collector runs in any thread
            self._thread.join(_STOP_S)

    async def _do(self, work: Work, hand_on: Callable[[Any], None]) -> None:
        if self._client is None:
            self._client = self._make_client()
        await work(self._client, hand_on)

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._clear_up())
        self._loop.close()

    async def _clear_up(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        await self._loop.shutdown_asyncgens()


def _next(arrived: SimpleQueue[Any], beat: Beat) -> Any:
    while True:
        try:
            return arrived.get(timeout=BEAT_S)
        except Empty:
            beat()


def _raise_what_ended(future: Future[None]) -> None:
    try:
        future.result()
    except CancelledError as error:
        raise Cancelled(_CLOSED) from error


def make_client(options: HostedOptions, headers: Mapping[str, str]) -> httpx2.AsyncClient:
    """A client that shows ``headers`` and the key of ``options`` to whatever it asks."""
    import httpx2

    key = {"Authorization": f"Bearer {options.key}"} if options.key else {}
    return httpx2.AsyncClient(
        headers={**headers, **key},
        timeout=httpx2.Timeout(options.timeout_s, connect=options.connect_timeout_s),
        # A proxy in the environment is for the world, not for what listens on this machine.
        trust_env=not is_loopback(options.host),
    )
