"""What happened, in order, for whoever watches: told at once, and remembered for those who come back."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from studiolo.gallery import Picture

logger = logging.getLogger("studiolo.jobs")

EventKind = Literal["job", "progress", "picture", "gallery"]
GalleryChangeKind = Literal["added", "changed", "trashed", "restored", "removed", "unknown"]

REMEMBERED: Final = 1024
"""How many events can be told again."""

_SUPERSEDED: Final = {"job", "progress"}
"""Each of these says all there is to say of its job: who comes back needs the newest only."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened.

    ``data`` is a :class:`~studiolo.jobs.job.Job` (kind ``job``), a :class:`~studiolo.jobs.job.JobProgress`
    (``progress``), a :class:`PictureFinished` (``picture``) or a :class:`GalleryChange` (``gallery``).
    ``owner`` is whom it concerns, None for everybody. ``number`` grows by one with each event.
    """

    number: int
    id: str
    kind: EventKind
    data: object
    owner: str | None = None
    job_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PictureFinished:
    """A picture of a job is in the gallery; ``index`` is its place in the job, from 0."""

    index: int
    picture: Picture


@dataclass(frozen=True, kw_only=True)
class GalleryChange:
    """Pictures came, changed or went; ``unknown``: another process changed something."""

    change: GalleryChangeKind
    ids: tuple[str, ...] = ()


class Subscription:
    """What :meth:`EventLog.subscribe` gives: close it to be told nothing more."""

    def __init__(self, log: EventLog, callback: Callable[[Event], None], owner: str | None) -> None:
        self.callback = callback
        self.owner = owner
        self._log = log

    def close(self) -> None:
        """Be told nothing more; harmless when repeated."""
        self._log.forget(self)

    def wants(self, owner: str | None) -> bool:
        """Whether what concerns ``owner`` is told to this subscriber."""
        return self.owner is None or owner is None or owner == self.owner


class EventLog:
    """Events of this process, the newest remembered. Safe for several threads.

    Ids are ``<epoch>-<number>``; the epoch is another one after each start, so that nobody takes events of
    one run for those of another. To miss nothing, subscribe first, then ask for what was :meth:`since`, and
    leave out what came both ways by its number.
    """

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self.epoch = secrets.token_hex(4)
        self._remembered = remembered
        self._events: dict[int, Event] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self._number = 0
        self._forgotten = 0
        self._subscriptions: list[Subscription] = []
        # Re-entrant: a callback may look at the log. Held while telling, so that all are told in one order.
        self._lock = threading.RLock()

    @property
    def last_id(self) -> str:
        """The id of the newest event; of none yet, if nothing has happened."""
        with self._lock:
            return self._id(self._number)

    def publish(
        self, kind: EventKind, data: object, *, owner: str | None = None, job_id: str | None = None
    ) -> Event:
        """Tell and remember that something happened to ``owner``'s things, or to what all share (None)."""
        with self._lock:
            self._number += 1
            event = Event(
                number=self._number,
                id=self._id(self._number),
                kind=kind,
                data=data,
                owner=owner,
                job_id=job_id,
            )
            self._remember(event)
            for subscription in tuple(self._subscriptions):
                if subscription.wants(owner):
                    self._tell(subscription, event)
        return event

    def subscribe(self, callback: Callable[[Event], None], owner: str | None = None) -> Subscription:
        """Be told of everything from now on; with an ``owner``, only of what concerns that one or all.

        ``callback`` runs in the thread in which it happened, which waits for it: it only hands on.
        """
        subscription = Subscription(self, callback, owner)
        with self._lock:
            self._subscriptions.append(subscription)
        return subscription

    def since(self, last_event_id: str, owner: str | None = None) -> list[Event] | None:
        """What happened after that event, oldest first, of each job only its newest state and progress.

        None if that cannot be told: the event is of another run of this program, or too long ago.
        """
        epoch, _, text = last_event_id.partition("-")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
        with self._lock:
            if epoch != self.epoch or not self._forgotten <= number <= self._number:
                return None
            return [
                event
                for event in self._events.values()
                if event.number > number and (owner is None or event.owner is None or event.owner == owner)
            ]

    def watched(self, owner: str | None = None) -> bool:
        """Whether anybody would be told of something that concerns ``owner``."""
        return any(subscription.wants(owner) for subscription in tuple(self._subscriptions))

    def forget(self, subscription: Subscription) -> None:
        """End a subscription."""
        with self._lock:
            self._subscriptions = [other for other in self._subscriptions if other is not subscription]

    def _remember(self, event: Event) -> None:
        if event.kind in _SUPERSEDED and event.job_id is not None:
            key = (event.kind, event.job_id)
            self._events.pop(self._newest.get(key, 0), None)
            self._newest[key] = event.number
        self._events[event.number] = event
        if len(self._events) > self._remembered:
            oldest = self._events.pop(next(iter(self._events)))
            self._forgotten = oldest.number
            if oldest.job_id is not None and self._newest.get((oldest.kind, oldest.job_id)) == oldest.number:
                del self._newest[oldest.kind, oldest.job_id]

    def _tell(self, subscription: Subscription, event: Event) -> None:
        try:
            subscription.callback(event)
        except Exception:
            # Its own fault must not end the painting that it was told of.
            logger.exception("An event could not be told; the subscriber is dropped.")
            self.forget(subscription)

    def _id(self, number: int) -> str:
        return f"{self.epoch}-{number}"
