"""From a request's messages to what a model reads: its own chat template does the wording."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studiolo.chat import ChatRequest, Message
from studiolo.errors import EngineError, UnsupportedRequestError, reason
from studiolo.imaging.sending import for_sending

if TYPE_CHECKING:
    from PIL.Image import Image


class Conversation:
    """A request as a processor takes it.

    Args:
        request: what is asked.
        processor: the model's processor, or its tokenizer if it reads text alone.
        sees: whether the model looks at pictures.
        max_image_side_px: larger pictures are scaled down first.

    Raises:
        UnsupportedRequestError: there are pictures, and the model does not see.
    """

    def __init__(self, request: ChatRequest, processor: Any, *, sees: bool, max_image_side_px: int) -> None:
        if request.images and not sees:
            raise UnsupportedRequestError(
                "This model does not look at pictures.",
                hint="Use one that does: --engine transformers:llava-hf/llava-1.5-7b-hf",
            )
        self._request, self._processor, self._sees = request, processor, sees
        self.images: list[Image] = []
        notes: dict[str, None] = {}
        for source in request.images:
            sendable = for_sending(source.image, max_side_px=max_image_side_px)
            self.images.append(_opened(sendable.data))
            if sendable.note:
                notes[sendable.note] = None
        self.notes = tuple(notes)

    def tokens(self, template: str | None) -> Any:
        """The processor's tensors for the model; ``template`` replaces the model's own.

        Raises:
            EngineError: the model has no chat template, or its template does not take this conversation.
        """
        text = self._render(template)
        # A template writes the token that begins a text itself; a tokenizer would write it again.
        first = getattr(self._tokenizer, "bos_token", None)
        special = not (first and text.startswith(first))
        given: dict[str, Any] = {"return_tensors": "pt", "add_special_tokens": special}
        try:
            if self._sees:
                return self._processor(text=[text], images=self.images or None, **given)
            return self._processor(text, **given)
        except (ValueError, TypeError, IndexError) as error:
            raise EngineError(
                f"The model does not take this conversation: {reason(error)}.",
                hint="Ask about fewer pictures at once.",
            ) from error

    @property
    def _tokenizer(self) -> Any:
        return getattr(self._processor, "tokenizer", self._processor)

    def _render(self, template: str | None) -> str:
        from jinja2 import TemplateError

        messages = self._request.messages
        system = messages[0].text if messages[0].role == "system" else ""
        if not system:
            return self._worded(messages, template)
        try:
            text = self._worded(messages, template)
        except TemplateError:
            text = ""  # some refuse a system's turn, others leave it out without a word
        return text if system.strip() in text else self._worded(_folded(messages), template)

    def _worded(self, messages: Sequence[Message], template: str | None) -> str:
        from jinja2 import TemplateError

        turns = [{"role": message.role, "content": self._content(message)} for message in messages]
        try:
            text: str = self._processor.apply_chat_template(
                turns, chat_template=template, add_generation_prompt=True, tokenize=False
            )
        except TemplateError:
            if messages[0].role == "system":
                raise
            raise EngineError(
                "The model's chat template does not take this conversation.",
                hint="Start a new one, or set chat_template in [engines.transformers].",
            ) from None
        except ValueError as error:
            raise EngineError(
                "The model has no chat template: it continues texts, it does not answer.",
                hint="Use its 'instruct' or 'chat' version, or set chat_template in [engines.transformers].",
            ) from error
        return text

    def _content(self, message: Message) -> Any:
        text = self._without_marks(message.text)
        if not self._sees:
            return text
        return [
            *({"type": "image"} for _ in message.images),
            *([{"type": "text", "text": text}] if text else []),
        ]

    def _without_marks(self, text: str) -> str:
        """``text`` in which the model's mark for a picture is no longer one: it would count as a picture."""
        mark = str(getattr(self._processor, "image_token", "") or "")
        return text.replace(mark, f"{mark[0]} {mark[1:]}") if mark else text


def _folded(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The system's text before the user's first, for models that know no system."""
    system, first, *rest = messages
    return (first.model_copy(update={"text": f"{system.text}\n\n{first.text}"}), *rest)


def _opened(data: bytes) -> Image:
    from PIL import Image

    return Image.open(io.BytesIO(data)).convert("RGB")
