"""Clients that watch events over a real connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from .program import Running
from .serving import Serving


@dataclass
class Watcher:
    """What came so far, and a way to wait for more."""

    incoming: Iterator[httpx2.ServerSentEvent]
    seen: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    last_event_id: str = ""

    def until(self, condition: Callable[[str, dict[str, Any]], bool]) -> dict[str, Any]:
        """The data of the next event for which it holds; fails where the stream ends before."""
        for event in self.incoming:
            if not event.data:
                continue
            self.last_event_id = event.id
            self.seen.append((event.event, json.loads(event.data)))
            if condition(*self.seen[-1]):
                return self.seen[-1][1]
        raise AssertionError(f"the stream ended; it told {self.kinds}")

    def until_kind(self, kind: str) -> dict[str, Any]:
        return self.until(lambda event, _: event == kind)

    def until_state(self, state: str) -> dict[str, Any]:
        return self.until(lambda event, data: event == "job" and data["state"] == state)

    def to_the_end(self) -> list[str]:
        for event in self.incoming:
            if event.data:
                self.last_event_id = event.id
                self.seen.append((event.event, json.loads(event.data)))
        return self.kinds

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.seen]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [data for event, data in self.seen if event == kind]


@contextmanager
def watch(
    server: Serving | Running, path: str = "/api/events", *, after: str = "", token: str = "", **params: str
) -> Generator[Watcher]:
    headers = {"Accept": "text/event-stream"}
    if after:
        headers["Last-Event-ID"] = after
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with (
        server.new_client() as client,
        client.stream("GET", path, headers=headers, params=params) as response,
    ):
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Watcher(iter(httpx2.EventSource(response)))
