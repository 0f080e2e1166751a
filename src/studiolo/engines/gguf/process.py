"""The child process that runs llama.cpp, as its parent sees it.

Why a process of its own: a malformed model file makes llama.cpp abort whatever process it is in; loading
holds the interpreter's lock; and why it failed stands in its log alone. docs/local-models.md has the
measurements.
"""

from __future__ import annotations

import json
import os
import queue
import re
import secrets
import subprocess
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from studiolo.engines.gguf.finding import ModelFiles
from studiolo.engines.gguf.options import GgufOptions
from studiolo.errors import EngineError

HEARTBEAT_S: Final = 0.1

_SCRIPT: Final = Path(__file__).with_name("server.py")
_GRACE_S: Final = 5.0
_LOG_LINES: Final = 200
_KILLED: Final = -9
_STAMP: Final = re.compile(r"^\d+\.\d+\.\d+\.\d+ (?P<level>[A-Z]) +")
_WHERE: Final = re.compile(r"^(?:srv +|cmn +|slot +)?\w+: *(?:error: *|error loading model: *)?")
_ABORTED: Final = re.compile(r"GGML_ASSERT\(.*|what\(\): *.*")


@dataclass(frozen=True, kw_only=True)
class Access:
    """Where the server listens, and the key that it asks for."""

    address: str
    key: str


class LlamaProcess:
    """A llama.cpp server for one model. Ends with its parent, with :meth:`close`, or when collected.

    Raises:
        EngineError: the process cannot be started.
    """

    def __init__(self, files: ModelFiles, options: GgufOptions, *, threads: int | None) -> None:
        self._files = files
        self._key = secrets.token_urlsafe(32)
        self._said: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._log: deque[str] = deque(maxlen=_LOG_LINES)
        self._process = subprocess.Popen(  # noqa: S603 - our own script, by our own interpreter
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "GGML_NO_BACKTRACE": "1"},  # else it calls a debugger when it aborts
        )
        self._readers = [
            self._follow(self._process.stdout, self._said.put),
            self._follow(self._process.stderr, self._log.append),
        ]
        self._end = weakref.finalize(self, _end, self._process, self._readers)
        settings = {
            "model": str(files.model),
            "mmproj": str(files.mmproj) if files.mmproj else "",
            "threads": threads,
            "key": self._key,
            "context": options.context,
            "gpu_layers": options.gpu_layers,
            "chat_template": options.chat_template or "",
        }
        self._tell(json.dumps(settings))

    @property
    def running(self) -> bool:
        """Whether the process is alive."""
        return self._process.poll() is None

    def ended(self) -> bool:
        """Whether the process is gone, or on its way: it is given a moment."""
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait(self, beat: Callable[[], None]) -> Access:
        """Until the model is loaded; ``beat`` is called meanwhile, and may raise to give up.

        Raises:
            EngineError: it could not be loaded; says why.
        """
        while True:
            beat()
            try:
                line = self._said.get(timeout=HEARTBEAT_S)
            except queue.Empty:
                continue
            if not line:
                raise self.failure()
            return Access(address=json.loads(line)["address"], key=self._key)

    def failure(self) -> EngineError:
        """Why the process ended, from its log."""
        code = self._process.wait(_GRACE_S)
        for reader in self._readers:
            reader.join(_GRACE_S)
        model = self._files.model.name
        if code == _KILLED:
            return EngineError(
                f"llama.cpp was killed while it ran {model}, most likely for want of memory.",
                hint="Use a smaller or more quantised model, or set context in [engines.gguf] lower.",
            )
        why = _why(list(self._log)) or f"it ended with code {code}"
        return EngineError(
            f"llama.cpp could not run {model}: {why}.",
            hint="Download model and mmproj anew, both from the same place, or choose another model.",
        )

    def close(self) -> None:
        """End the process, and free what it held."""
        self._end()

    def _follow(self, stream: IO[str] | None, hear: Callable[[str], None]) -> threading.Thread:
        reader = threading.Thread(target=_read, args=(stream, hear), name="studiolo-gguf", daemon=True)
        reader.start()
        return reader

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin
        if pipe is not None:
            try:
                pipe.write(f"{line}\n")
                pipe.flush()
            except BrokenPipeError:
                return  # it ended already: wait() says why


def _read(stream: IO[str] | None, hear: Callable[[str], None]) -> None:
    """Every line, and an empty one at the end."""
    if stream is not None:
        with stream:
            for line in stream:
                hear(line)
    hear("")


def _end(process: subprocess.Popen[str], readers: list[threading.Thread]) -> None:
    if process.stdin is not None:
        try:
            process.stdin.close()
        except BrokenPipeError:
            process.kill()  # it died with something unread in the pipe
    process.kill()
    process.wait()
    for reader in readers:
        if reader is not threading.current_thread():
            reader.join(_GRACE_S)


def _why(log: list[str]) -> str:
    """The first thing llama.cpp called an error, or what it said as it aborted."""
    for line in log:
        if aborted := _ABORTED.search(line):
            return aborted[0].strip()
        stamp = _STAMP.match(line)
        if stamp and stamp["level"] == "E":
            return _WHERE.sub("", line[stamp.end() :]).strip().rstrip(".")
    return next((line.strip().rstrip(".") for line in reversed(log) if line.strip()), "")
