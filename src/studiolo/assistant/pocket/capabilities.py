"""What the pocket assistant says of itself, beside the chat engines; reading this loads nothing."""

from __future__ import annotations

from typing import Final

from studiolo.chat import ChatCapabilities

CAPABILITIES: Final = ChatCapabilities(
    description="Measures, reads and recognises drawings by itself; no language model, and says so.",
    vision=True,
    max_images=1,
    structured=True,
    top_k=False,
    offline=True,
    licence="Apache-2.0",
)
