"""From OpenAI's messages to a talk with one of our engines, or with the pocket assistant."""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import pairwise
from typing import Any, Final
from urllib.parse import urlsplit

from studiolo.assistant.base import Answer, Assistant
from studiolo.chat import MAX_IMAGES, ChatRequest, Completion, Message, Usage
from studiolo.engines.checking import check_chat
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.requests import ProgressCallback, SourceImage
from studiolo.server.dialects.openai.chat_bodies import ChatBody, MessageBody
from studiolo.server.sources import find_source
from studiolo.studio import Studio
from studiolo.studio.core import POCKET

Talk = Callable[[ProgressCallback], Generator[str, None, Completion]]
"""Begins a talk; blocks while it is read."""

_MAX_SEED: Final = 2**32 - 1
_LONGEST: Final = 32_768

_INTRODUCTION: Final = (
    "I am studiolo's pocket assistant. I look at pictures: what is on them, where and how many, their "
    "colours, light and medium, and what is written there. Send me a picture with your question. For talk "
    "without pictures, name a language model, such as ollama:llava."
)


def begin(studio: Studio, spec: str, body: ChatBody, *, here: str) -> Talk:
    """The talk that ``body`` asks of the engine ``spec``, checked; may wait for pictures from the web.

    Args:
        studio: whose engines and pictures these are.
        spec: ``pocket``, or a chat engine's ``name:model``.
        body: the conversation.
        here: this server's own address: its pictures are taken from the gallery, not fetched.

    Raises:
        UnknownEngineError: there is no such engine.
        InputError: the conversation cannot be had like this.
    """
    _check_pictures(body)
    messages = _messages(studio, body, here)
    if spec == POCKET:
        return _with_pocket(studio.assistant(POCKET), messages, body)
    engine = studio.chat.resolve(spec)
    request = ChatRequest.parse({"messages": messages, **_knobs(body)})
    check_chat(engine.capabilities, request, engine=spec)
    if request.json_schema is not None and not engine.capabilities.structured:
        raise UnsupportedRequestError(
            f"'{spec}' cannot promise an answer in a form.",
            hint="Leave response_format out and ask for the form in words, or choose another model.",
        )
    return lambda progress: engine.chat(request, progress)


def _check_pictures(body: ChatBody) -> None:
    """Counted before the first is opened: a name of twenty letters may stand for 64 megapixels.

    Raises:
        InvalidRequestError: there are more than any engine looks at.
    """
    shown = sum(len(message.addresses) for message in body.messages)
    if shown > MAX_IMAGES:
        raise InvalidRequestError(
            f"The conversation shows {shown} pictures; at most {MAX_IMAGES} are looked at.",
            hint="Leave out the older ones.",
        )


def _knobs(body: ChatBody) -> dict[str, Any]:
    """What ChatRequest calls the same, or nearly so; what was not given is left to its defaults."""
    tokens = body.max_completion_tokens or body.max_tokens
    knobs: dict[str, Any] = {
        "temperature": body.temperature,
        "top_p": body.top_p or None,  # 0 is "the likeliest alone"; temperature 0 says so, too
        "top_k": body.top_k or (1 if body.top_p == 0 else None),
        "max_tokens": min(tokens, _LONGEST) if tokens else None,
        "stop": (body.stop,) if isinstance(body.stop, str) else tuple(body.stop),
        "seed": body.seed & _MAX_SEED if body.seed is not None else None,
        "json_schema": _form(body),
    }
    return {name: value for name, value in knobs.items() if value is not None}


def _form(body: ChatBody) -> Any:
    wanted = body.response_format
    if wanted.type == "json_schema" and wanted.json_schema is None:
        raise UnsupportedRequestError("response_format has no json_schema.", hint="Give one.")
    if wanted.type == "json_schema" and wanted.json_schema is not None:
        return wanted.json_schema.form
    return {"type": "object"} if wanted.type == "json_object" else None


def _messages(studio: Studio, body: ChatBody, here: str) -> tuple[Message, ...]:
    """Our turns. Systems' messages, wherever they stand, become the first one."""
    system = "\n\n".join(m.text for m in body.messages if m.role in {"system", "developer"} and m.text)
    first = (Message.parse({"role": "system", "text": system}),) if system else ()
    turns = (m for m in body.messages if m.role in {"user", "assistant"})
    return (*first, *(_turn(studio, message, here) for message in turns))


def _turn(studio: Studio, message: MessageBody, here: str) -> Message:
    images = tuple(_picture(studio, address, here) for address in message.addresses)
    return Message.parse({"role": message.role, "text": message.text, "images": images})


def _picture(studio: Studio, address: str, here: str) -> SourceImage:
    """A picture by its reference; an address of this very server means one of the gallery."""
    own = urlsplit(here)._replace(path="/api/pictures/").geturl()
    if address.startswith(own):
        address = f"picture:{address.removeprefix(own).partition('/')[0].partition('?')[0]}"
    return find_source(studio, address)


def _with_pocket(assistant: Assistant, messages: tuple[Message, ...], body: ChatBody) -> Talk:
    """The pocket assistant looks at the pictures that were shown last and answers the last question.

    Raises:
        InputError: there is no question, or an answer in a form was asked for.
    """
    if body.response_format.type != "text":
        raise UnsupportedRequestError(
            "The pocket assistant answers in words alone.", hint="Leave response_format out."
        )
    ChatRequest.parse({"messages": messages})  # there is a question, and it comes last
    shown = next((message.images for message in reversed(messages) if message.images), ())
    question = messages[-1].text

    def talk(progress: ProgressCallback) -> Generator[str, None, Completion]:
        if not shown:
            yield _INTRODUCTION
        for number, image in enumerate(shown, start=1):
            if len(shown) > 1:
                yield f"{'' if number == 1 else chr(10)}Picture {number}: "
            if question.strip():
                yield from assistant.ask(image, question, before=_before(messages), progress=progress)
            else:
                yield from assistant.describe(image, progress=progress)
        return Completion(engine=POCKET, model=POCKET, usage=Usage(input_tokens=0, output_tokens=0))

    return talk


def _before(messages: tuple[Message, ...]) -> tuple[Answer, ...]:
    """What was asked and answered earlier in the conversation."""
    turns = [message for message in messages if message.role != "system"]
    return tuple(
        Answer(question=asked.text, text=said.text, engine=POCKET)
        for asked, said in pairwise(turns)
        if asked.role == "user" and said.role == "assistant" and asked.text.strip()
    )
