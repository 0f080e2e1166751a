# ruff: noqa: S608 - only our own clauses are written into SQL; values are bound
"""Which queues are alive, and what becomes of the jobs of those that are not."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from studiolo.errors import EngineError
from studiolo.gallery.database import Database
from studiolo.gallery.picture import to_microseconds
from studiolo.gallery.processes import has_died, this_process
from studiolo.jobs.job import JobError
from studiolo.jobs.recording import log

BEAT_S: Final = 5.0
"""So often a queue with jobs says that it is alive, and looks for those that are not."""

LEASE_S: Final = 60.0
"""Who has said nothing for so long is taken for dead: the only way to know it of other machines."""

MAX_ATTEMPTS: Final = 5
"""A job that was begun so often without a picture kills what runs it."""

_LOADED: Final = time.time()
"""This process began before that: who had its number and spoke earlier is another one, and dead."""

_UNFINISHED: Final = "state IN ('queued', 'running')"
_ORPHANED: Final = (
    f"{_UNFINISHED} AND (queue IS NULL OR queue NOT IN "
    "(SELECT id FROM job_queues WHERE id NOT IN (SELECT value FROM json_each(?))))"
)
"""What nobody alive has; to bind: the ids of the queues that are dead."""

DeviceOf = Callable[[str], str | None]
"""The device of the engine of that name; None if there is no such engine here."""


class Presence:
    """One queue among those of a gallery; ``queue`` is its id."""

    def __init__(self, database: Database, device_of: DeviceOf) -> None:
        self.queue = secrets.token_hex(8)
        self._database = database
        self._device_of = device_of

    def enter(self, connection: sqlite3.Connection) -> None:
        """Say in a transaction that this queue is alive."""
        connection.execute(
            "INSERT INTO job_queues (id, host, process, beat) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET beat = excluded.beat",
            (self.queue, *this_process(), int(time.time())),
        )

    def beat(self) -> None:
        """Say that this queue is alive, if it has jobs that somebody else would else take up."""
        with self._database.read() as connection:
            query = f"SELECT 1 FROM jobs WHERE queue = ? AND {_UNFINISHED} LIMIT 1"
            if connection.execute(query, (self.queue,)).fetchone() is None:
                return
        with self._database.write() as connection:
            self.enter(connection)

    def leave(self) -> None:
        """Let go of every unfinished job: whoever comes next takes it up."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'queued', queue = NULL, attempts = 0 "
                f"WHERE queue = ? AND {_UNFINISHED}",
                (self.queue,),
            )
            connection.execute("DELETE FROM job_queues WHERE id = ?", (self.queue,))

    def take_up(self) -> list[str]:
        """Let the jobs that nobody alive has wait in this queue; gives their ids.

        Those that someone had asked to stop are cancelled, those that kill whatever runs them fail. What is
        for engines that are not here is left where it is.
        """
        dead = self._dead()
        ids = json.dumps([queue for queue, _ in dead])
        with self._database.read() as connection:
            found = connection.execute(f"SELECT DISTINCT engine FROM jobs WHERE {_ORPHANED}", (ids,))
            engines = [engine for (engine,) in found]
        # Outside of the transaction: to find an engine may mean to import it.
        devices = {engine: device for engine in engines if (device := self._device_of(engine)) is not None}
        if not dead and not devices:
            return []
        with self._database.write() as connection:
            # One that has spoken meanwhile was only slow.
            gone = json.dumps([queue for queue, beat in dead if _beat(connection, queue) == beat])
            self.enter(connection)
            adopted = [job_id for item in devices.items() for job_id in self._adopt(connection, gone, *item)]
            # What is for engines that are not here runs nowhere any more; it waits for who has them.
            connection.execute(f"UPDATE jobs SET state = 'queued', queue = NULL WHERE {_ORPHANED}", (gone,))
            self._end_hopeless(connection)
            connection.execute("DELETE FROM job_queues WHERE id IN (SELECT value FROM json_each(?))", (gone,))
        return adopted

    def _dead(self) -> list[tuple[str, int]]:
        """The ids of queues that are gone, and when they last spoke."""
        with self._database.read() as connection:
            query = "SELECT id, host, process, beat FROM job_queues WHERE id != ?"
            others = connection.execute(query, (self.queue,)).fetchall()
        return [
            (queue, beat)
            for queue, host, process, beat in others
            if time.time() - beat > LEASE_S or has_died(host, process) or _was_before_us(host, process, beat)
        ]

    def _adopt(self, connection: sqlite3.Connection, gone: str, engine: str, device: str) -> list[str]:
        query = f"SELECT id, state FROM jobs WHERE engine = ? AND {_ORPHANED}"
        found = connection.execute(query, (engine, gone)).fetchall()
        for job_id, state in found:
            connection.execute(
                "UPDATE jobs SET state = 'queued', queue = ?, device = ? WHERE id = ?",
                (self.queue, device, job_id),
            )
            cut_off = "what ran it has died" if state == "running" else "what held it is gone"
            log(connection, job_id, f"Taken up again: {cut_off}.")
        return [job_id for job_id, _ in found]

    def _end_hopeless(self, connection: sqlite3.Connection) -> None:
        now = to_microseconds(datetime.now(UTC))
        connection.execute(
            "UPDATE jobs SET state = 'cancelled', finished = ? "
            "WHERE queue = ? AND state = 'queued' AND cancelled",
            (now, self.queue),
        )
        error = EngineError(
            f"The studio died {MAX_ATTEMPTS} times while painting this.",
            hint="Try a smaller size or another engine; the server's log may say what happened.",
        )
        connection.execute(
            "UPDATE jobs SET state = 'failed', finished = ?, error = ? "
            "WHERE queue = ? AND state = 'queued' AND attempts >= ?",
            (now, JobError.of(error).model_dump_json(), self.queue, MAX_ATTEMPTS),
        )


def _beat(connection: sqlite3.Connection, queue: str) -> int | None:
    found = connection.execute("SELECT beat FROM job_queues WHERE id = ?", (queue,)).fetchone()
    return None if found is None else found[0]


def _was_before_us(host: str, process: int, beat: int) -> bool:
    """Whether that queue was of an earlier process that had our number, as in a container started again."""
    return (host, process) == (socket.gethostname(), os.getpid()) and beat < int(_LOADED)
