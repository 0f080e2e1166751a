"""A chat engine that repeats: what it was asked, or what its options tell it to say."""

from __future__ import annotations

import re
from collections.abc import Generator

from studiolo.chat import ChatCapabilities, ChatRequest, Completion, Usage
from studiolo.engines.base import ChatEngine
from studiolo.requests import Progress, ProgressCallback, ignore_progress

_CAPABILITIES = ChatCapabilities(
    description="Repeats what it is told; for tests, not for talking.",
    vision=True,
    max_images=4,
    offline=True,
    licence="Apache-2.0",
)


class FakeChatEngine(ChatEngine):
    """Says ``options["reply"]``, or how many pictures it saw and the last question again, word by word."""

    @property
    def capabilities(self) -> ChatCapabilities:
        """Sees pictures, promises no form."""
        return _CAPABILITIES

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Repeat; cut at ``max_tokens`` words."""
        seen = f"[{len(request.images)} seen] " if request.images else ""
        reply = str(self.config.options.get("reply", f"{seen}{request.messages[-1].text}"))
        words = re.findall(r"\s*\S+", reply)
        spoken = words[: request.max_tokens]
        progress(Progress(step=0, total=len(spoken), stage="waiting"))
        for step, word in enumerate(spoken, start=1):
            progress(Progress(step=step, total=len(spoken), stage="writing"))
            yield word
        read = sum(len(message.text.split()) for message in request.messages)
        return Completion(
            engine="fake",
            model=self.config.model or "parrot",
            finish="complete" if len(spoken) == len(words) else "length",
            usage=Usage(input_tokens=read, output_tokens=len(spoken)),
        )
