"""What the server knows: its models, what each run of them will do, what it received."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.engines.replicate.schemas import EDITOR, FLUX_SCHNELL, SDXL

TOKEN = "r8_0123456789abcdefghijklmnopqrstuvwxyz"
LLAVA_VERSION = "80537f9eead1a5bfa72d5ac6ea6414379be41d4d4f6679fd776e9535d1eb58bb"
SDXL_VERSION = "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc"
WRONG_TOKEN = "r8_zyxwvutsrqponmlkjihgfedcba9876543210"
PAINTERS = {
    "stability-ai/sdxl": (SDXL, False),
    "black-forest-labs/flux-schnell": (FLUX_SCHNELL, True),
    "somebody/editor": (EDITOR, True),
}


class Drop:
    """Close the connection in the middle, without a word."""


@dataclass
class Run:
    """What a prediction will do; an Event in ``stream`` is waited for, an int is an error status."""

    output: Sequence[str] = ()
    status: str = "succeeded"
    error: str | None = None
    streams: bool = True
    stream: Sequence[bytes | threading.Event | Drop] | None = None
    looks: int = 0
    """How often it is still processing when it is looked at."""
    metrics: dict[str, Any] = field(default_factory=lambda: {"predict_time": 1.5, "total_time": 9.0})
    input: Any = None
    version: str = ""
    model: str = ""
    cancelled: threading.Event = field(default_factory=threading.Event)
    picture: bytes = b""
    broken: bool = False
    """Whether the server's fault is this one's."""
    created: str = ""

    @property
    def over(self) -> bool:
        return self.looks <= 0 or self.cancelled.is_set()


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


def event(name: str, data: str, number: int = 1) -> bytes:
    lines = "".join(f"data: {line}\n" for line in data.split("\n"))
    return f"event: {name}\nid: 1690212292:{number}\n{lines}\n".encode()
