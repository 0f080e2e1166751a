"""``studiolo serve`` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import httpx2

from .serving import TIMEOUT_S

PROGRAM = (sys.executable, "-m", "studiolo.cli", "serve")


class Running:
    """A server that was started as anybody starts it, and says where it is."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "--port", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def new_client(self, **options: Any) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, timeout=TIMEOUT_S, trust_env=False, **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        return httpx2.get(self.address + path, timeout=TIMEOUT_S, trust_env=False, **options)

    def post(self, path: str, **options: Any) -> httpx2.Response:
        return httpx2.post(self.address + path, timeout=TIMEOUT_S, trust_env=False, **options)

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal; gives the exit code and what was on stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=TIMEOUT_S)
        return self.process.returncode, err

    def kill(self) -> None:
        """As the kernel does it: without a word."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
