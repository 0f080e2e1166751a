"""What an extra adds to one call of a pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A pipeline as it is while the extra is attached, what its call is given besides, and notes to tell."""

    pipe: Any
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()
