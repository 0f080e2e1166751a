"""One large file from the hub: goes on where it broke off, whoever broke it off, and is whole or not there.

The hub's own client throws away what a stopped download had brought, so this does the receiving; where the
file ends up, and how the request is made and signed, is the client's.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

from studiolo.errors import EngineError

_BLOCK_BYTES: Final = 1 << 20
_TIMEOUT_S: Final = 10.0
_ATTEMPTS: Final = 5
_PAUSE_S: Final = 1.0
_BEAT_S: Final = 0.2
_COME_AGAIN: Final = {408, 429, 500, 502, 503, 504}

Told = Callable[[int], None]
"""Is told how many bytes of the file are here: with each piece that comes, and while waiting to try again."""


@dataclass(frozen=True, kw_only=True)
class Remote:
    """A file on the hub. ``sha256`` is of its content, and the name it is kept under."""

    url: str
    headers: dict[str, str] = field(repr=False)
    size: int
    sha256: str


def unfinished(blob: Path) -> Path:
    """Where a file is kept until all of it is here."""
    return blob.with_name(f"{blob.name}.incomplete")


def fetch(remote: Remote, blob: Path, lock: Path, told: Told) -> None:
    """Bring the file to ``blob``; what is there already, whole or in part, is not asked for again.

    Raises:
        httpx2.HTTPError, OSError: the hub does not give it, or it cannot be kept.
        EngineError: what came is not what the hub says it is.
        Whatever ``told`` raises; what had come is kept for the next time.
    """
    blob.parent.mkdir(parents=True, exist_ok=True)
    lock.parent.mkdir(parents=True, exist_ok=True)
    with _alone(lock, told):
        if blob.exists():
            return
        partial = unfinished(blob)
        with partial.open("a+b") as stream:
            content = _Content(stream)
            content.read_again(remote.size, told)
            _receive_all(remote, content, told)
        if content.digest.hexdigest() != remote.sha256:
            partial.unlink()
            raise EngineError(
                f"{blob.name[:12]}… arrived damaged: its checksum is not the one the hub gives.",
                hint="Nothing of it was kept. Run the same again.",
            )
        partial.replace(blob)


class _Content:
    """What has come of a file, and its checksum."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.digest = hashlib.sha256()
        self.size = 0

    def read_again(self, most: int, told: Told) -> None:
        """Take what an earlier download brought; nothing, if it is too much to be of this file."""
        self._stream.seek(0)
        while block := self._stream.read(_BLOCK_BYTES):
            self.digest.update(block)
            self.size += len(block)
            told(self.size)
        if self.size > most:
            self.drop()

    def append(self, block: bytes) -> None:
        self._stream.write(block)
        self.digest.update(block)
        self.size += len(block)

    def drop(self) -> None:
        self._stream.truncate(0)
        self._stream.seek(0)
        self.digest = hashlib.sha256()
        self.size = 0


def _receive_all(remote: Remote, content: _Content, told: Told) -> None:
    """Ask until all is here; a connection that breaks is taken up again, in vain five times at most."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    failures = 0
    while content.size < remote.size:
        begun = content.size
        problem: Exception = httpx2.RemoteProtocolError("the connection ended too early")
        try:
            _receive(remote, content, told)
        except httpx2.TransportError as error:
            problem = error
        except HfHubHTTPError as error:
            if error.response.status_code not in _COME_AGAIN:
                raise
            problem = error
        if content.size >= remote.size:
            return
        failures = 1 if content.size > begun else failures + 1
        if failures >= _ATTEMPTS:
            raise problem
        _pause(content, told)


def _receive(remote: Remote, content: _Content, told: Told) -> None:
    from huggingface_hub.utils import get_session, hf_raise_for_status

    # Not compressed: the range is of the bytes that are kept.
    headers = {**remote.headers, "Accept-Encoding": "identity"}
    if content.size:
        headers["Range"] = f"bytes={content.size}-"
    session: Any = get_session()
    with session.stream("GET", remote.url, headers=headers, timeout=_TIMEOUT_S) as response:
        hf_raise_for_status(response)
        if content.size and response.status_code == 200:
            content.drop()
        for block in response.iter_bytes():
            content.append(block)
            told(content.size)
            if content.size > remote.size:  # not this file: its checksum will say so, and the disk stays free
                return


def _pause(content: _Content, told: Told) -> None:
    until = time.monotonic() + _PAUSE_S
    while time.monotonic() < until:
        told(content.size)
        time.sleep(_BEAT_S)


@contextmanager
def _alone(lock: Path, told: Told) -> Generator[None]:
    """Hold the lock that the hub's client takes for the same file; others wait for their turn."""
    from filelock import FileLock, Timeout

    holding = FileLock(lock, mode=0o664)
    while True:
        told(0)
        try:
            holding.acquire(timeout=_BEAT_S)
            break
        except Timeout:
            continue
    try:
        yield
    finally:
        holding.release()
