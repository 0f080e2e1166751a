"""One request and what comes back, within the worker's loop."""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self

from studiolo.engines.http.replies import Fault, read_fault

if TYPE_CHECKING:
    import httpx2

EVENT_STREAM: Final = "text/event-stream"
MAX_BYTES: Final = 64 * 2**20
"""Longer answers are cut off with an error: no model writes that much."""

_MAX_FAULT_BYTES: Final = 64 * 1024
_GRACE_S: Final = 0.5

Form = Sequence[tuple[str, tuple[str, bytes, str]]]
"""Files of a form: field, then file name, content and media type. A field may come several times."""

IsLast = Callable[["httpx2.ServerSentEvent"], bool]
"""Whether nothing that matters comes after an event."""


class Rejected(Exception):  # noqa: N818 - carries an answer to where it is judged
    """The service answered with an error status."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"status {fault.status}")
        self.fault = fault


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request; sent anew for each attempt."""

    method: str
    url: str
    body: bytes | None = None
    files: Form | None = None
    fields: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of_json(cls, method: str, url: str, body: Any, headers: Mapping[str, str] | None = None) -> Self:
        """``body`` as JSON."""
        headers = {"Content-Type": "application/json", **(headers or {})}
        return cls(method=method, url=url, body=json.dumps(body).encode(), headers=headers)

    def with_headers(self, headers: Mapping[str, str]) -> Self:
        """With ``headers`` as well."""
        return replace(self, headers={**self.headers, **headers})


@dataclass(frozen=True, kw_only=True)
class Head:
    """That an answer has begun, and of what kind it is."""

    media_type: str


async def exchange(
    call: Call,
    total_timeout_s: float,
    is_last: IsLast | None,
    client: httpx2.AsyncClient,
    hand_on: Callable[[Any], None],
) -> None:
    """Hand on the head of the answer, then its events, or the bytes of its body as they come.

    Raises:
        Rejected: an error status, before anything is handed on.
        httpx2.TransportError, TimeoutError: the connection failed.
        UnicodeDecodeError: an event stream that is not UTF-8.
    """
    import httpx2

    over = False
    try:
        async with (
            asyncio.timeout(total_timeout_s) as limit,
            client.stream(
                call.method,
                call.url,
                content=call.body,
                data=call.fields,
                files=call.files,
                headers=call.headers,
            ) as response,
        ):
            async for item in _items(response):
                hand_on(item)
                if isinstance(item, httpx2.ServerSentEvent) and is_last is not None and is_last(item):
                    # Read to the end, so that the connection can be used again; but nothing is waited for.
                    over = True
                    limit.reschedule(asyncio.get_running_loop().time() + _GRACE_S)
    except (httpx2.TransportError, TimeoutError):
        if not over:
            raise


async def _items(response: httpx2.Response) -> AsyncIterator[Any]:
    if not response.is_success:
        body = await _beginning(response)
        raise Rejected(read_fault(response.status_code, body, response.headers))
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    yield Head(media_type=media_type)
    async for item in _events(response) if media_type == EVENT_STREAM else _limited(response):
        yield item


async def _beginning(response: httpx2.Response) -> bytes:
    """As much of an error's body as there is: the status alone says something."""
    import httpx2

    body = b""
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) >= _MAX_FAULT_BYTES:
                break
    except (httpx2.TransportError, httpx2.DecodingError):
        pass
    return body[:_MAX_FAULT_BYTES]


async def _limited(response: httpx2.Response) -> AsyncIterator[bytes]:
    import httpx2

    came = 0
    async for piece in response.aiter_bytes():
        came += len(piece)
        if came > MAX_BYTES:
            raise httpx2.RemoteProtocolError(f"it is longer than {MAX_BYTES // 2**20} MB")
        yield piece


def _events(response: httpx2.Response) -> AsyncIterator[httpx2.ServerSentEvent]:
    """Parsed by httpx2; it would read what is not UTF-8 as question marks, and a byte-order mark as text."""
    import httpx2

    class Checked(httpx2.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            decoder = codecs.getincrementaldecoder("utf-8-sig")()
            async for piece in _limited(response):
                yield decoder.decode(piece).encode()
            decoder.decode(b"", final=True)

    checked = httpx2.Response(
        200,
        headers={"content-type": f"{EVENT_STREAM}; charset=utf-8"},
        stream=Checked(),
        request=response.request,
    )
    return aiter(httpx2.EventSource(checked))
