"""Changes of the gallery by other processes, noticed while anybody watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

from fastapi.concurrency import run_in_threadpool

from studiolo.errors import GalleryError
from studiolo.server.announcing import announce
from studiolo.studio import Studio

EVERY_S: Final = 2.0

logger = logging.getLogger("studiolo.server")


class Watch:
    """Asks the gallery for its version every two seconds, as long as somebody is :meth:`watching`."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._watchers = 0
        self._task: asyncio.Task[None] | None = None
        self._looked = asyncio.Event()

    @property
    def idle(self) -> bool:
        """Whether nobody watches."""
        return self._task is None

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """While inside, changes that other processes make are published as events."""
        self._watchers += 1
        if self._task is None:
            self._looked.clear()
            self._task = asyncio.create_task(self._watch())
        try:
            await self._looked.wait()  # what is changed from here on is seen
            yield
        finally:
            self._watchers -= 1
            if not self._watchers and self._task:
                self._task.cancel()
                self._task = None

    async def _watch(self) -> None:
        seen = await self._version(None)
        self._looked.set()
        while True:
            await asyncio.sleep(EVERY_S)
            version = await self._version(seen)
            if version != seen and seen is not None:
                announce(self._studio, "unknown")
            seen = version

    async def _version(self, seen: int | None) -> int | None:
        try:
            return await run_in_threadpool(self._studio.gallery.version)
        except GalleryError as error:  # it may be back at the next look
            logger.warning("The gallery does not tell its version: %s", error)
            return seen
