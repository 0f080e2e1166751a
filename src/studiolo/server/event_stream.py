"""What happens in the studio, as server-sent events (WHATWG HTML, 9.2): for one client, resumable."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.types import Receive, Scope, Send

from studiolo.jobs.events import Event
from studiolo.jobs.job import ENDED, UNFINISHED, Job
from studiolo.jobs.queue import MAX_PAGE
from studiolo.server.context import Caller
from studiolo.server.event_documents import event_documents
from studiolo.server.feed import Feed
from studiolo.server.job_documents import Snapshot, job_documents
from studiolo.server.watching import Watch
from studiolo.studio import Studio

EVENT_STREAM: Final = "text/event-stream"
EVENT_SCHEMA: Final[dict[str, Any]] = {
    "itemSchema": {
        "type": "object",
        "properties": {
            "event": {"type": "string"},
            "data": {"type": "string", "contentMediaType": "application/json"},
            "id": {"type": "string"},
            "retry": {"type": "integer", "minimum": 0},
        },
    }
}
"""What OpenAPI says of such a stream: how each event is (3.2, and FastAPI's documents before it)."""
HEARTBEAT_S: Final = 15.0
COME_BACK_MS: Final = 1000
LATELY: Final = timedelta(minutes=10)
_MOST_SHOWN: Final = MAX_PAGE
"""Jobs of one kind in a snapshot; of more, the newest."""


class EventStream(StreamingResponse):
    """The response that tells one client what happens, from where it was or from how things stand.

    Args:
        studio: where it happens.
        watch: sees what other processes do to the gallery, while this stream is open.
        caller: whom it is told; where that is a token, until it is revoked or expires.
        owner: whose jobs; None for everybody's.
        last_event_id: of the last event the client saw, if it says so.
        job_id: only what happens to this job; the stream ends with it.
    """

    media_type = EVENT_STREAM

    def __init__(
        self,
        studio: Studio,
        watch: Watch,
        *,
        caller: Caller,
        owner: str | None,
        last_event_id: str,
        job_id: str | None = None,
    ) -> None:
        super().__init__((), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._studio = studio
        self._watch = watch
        self._caller = caller
        self._owner = owner
        self._last_event_id = last_event_id
        self._job_id = job_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until the client leaves, is too slow or not welcome any more, or the server ends."""
        feed = Feed(self._studio.jobs.events, owner=self._owner, wants=self._wants)
        self.body_iterator = self._told(feed)
        try:
            async with self._watch.watching():
                await super().__call__(scope, receive, send)
        finally:
            feed.close()

    def _wants(self, event: Event) -> bool:
        return self._job_id is None or event.job_id == self._job_id

    async def _told(self, feed: Feed) -> AsyncIterator[bytes]:
        yield format_sse_event(retry=COME_BACK_MS)
        log = self._studio.jobs.events
        # The feed hears already: what happens from here on comes at least once.
        last_id = log.last_id
        missed = log.since(self._last_event_id, self._owner) if self._last_event_id else None
        if missed is None:
            snapshot = await run_in_threadpool(self._snapshot)
            yield format_sse_event(event="snapshot", data_str=snapshot.model_dump_json(), id=last_id)
            last_number = int(last_id.rpartition("-")[2])
            if self._job_id is not None and snapshot.jobs[0].state in ENDED:
                return
        else:
            missed = [event for event in missed if self._wants(event)]
            yield await self._frames(missed)
            last_number = missed[-1].number if missed else 0
            if self._is_end(missed):
                return
        async for batch in feed.batches(idle_s=HEARTBEAT_S):
            if not await self._is_welcome():
                return
            events = [event for event in batch if event.number > last_number]
            yield await self._frames(events) if events else KEEPALIVE_COMMENT
            if self._is_end(events):
                return

    async def _is_welcome(self) -> bool:
        """Whether the caller would still be let in: a stream may go on for days."""
        token_id = self._caller.id
        return not token_id or await run_in_threadpool(self._studio.gallery.tokens.is_usable, token_id)

    async def _frames(self, events: Sequence[Event]) -> bytes:
        """``events`` as they go over the wire; asks the gallery, so not in the event loop."""

        def write() -> bytes:
            documents = event_documents(self._studio.gallery, events)
            return b"".join(
                format_sse_event(event=event.kind, data_str=document.model_dump_json(), id=event.id)
                for event, document in zip(events, documents, strict=True)
            )

        return await run_in_threadpool(write) if events else KEEPALIVE_COMMENT

    def _is_end(self, events: Sequence[Event]) -> bool:
        if self._job_id is None:
            return False
        return any(isinstance(event.data, Job) and event.data.ended for event in events)

    def _snapshot(self) -> Snapshot:
        jobs, gallery = self._studio.jobs, self._studio.gallery
        if self._job_id is not None:
            return Snapshot(jobs=job_documents(gallery, [jobs.get(self._job_id, owner=self._owner)]))
        active, _ = jobs.list(owner=self._owner, states=UNFINISHED, limit=_MOST_SHOWN)
        ended, _ = jobs.list(owner=self._owner, states=ENDED, limit=_MOST_SHOWN)
        since = datetime.now(UTC) - LATELY
        lately = [job for job in ended if job.finished is not None and job.finished >= since]
        shown = sorted((*active, *lately), key=lambda job: job.id, reverse=True)
        return Snapshot(jobs=job_documents(gallery, shown))
