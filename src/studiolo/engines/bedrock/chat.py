"""Chat with the models of Amazon Bedrock: Claude, Nova, Llama, Mistral and others, through Converse."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from functools import cached_property
from typing import Any, Final

from studiolo.chat import MAX_IMAGES, ChatCapabilities, ChatRequest, Completion, Finish, Usage
from studiolo.engines.base import Availability, ChatEngine, EngineConfig
from studiolo.engines.bedrock.answering import Answering, Event
from studiolo.engines.bedrock.conversation import (
    Conversation,
    converse,
    holds_to_schemas,
    refused_knob,
    without,
)
from studiolo.engines.bedrock.errors import LIST_MODELS, explained, refusal
from studiolo.engines.bedrock.lifecycle import lifecycle
from studiolo.engines.bedrock.options import BedrockOptions
from studiolo.engines.bedrock.session import Clients
from studiolo.engines.options import read_options
from studiolo.errors import BrokenStreamError, EngineError, InputError, UnknownEngineError
from studiolo.requests import Progress, ProgressCallback, ignore_progress

_FINISHES: Final[Mapping[str, Finish]] = {
    "end_turn": "complete",
    "stop_sequence": "complete",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "refused",
    "content_filtered": "refused",
    "refusal": "refused",
}


class BedrockChatEngine(ChatEngine):
    """``bedrock:<model>``, where the model is the id or ARN of a model or an inference profile."""

    options_type = BedrockOptions

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._model = self.config.model or ""
        self._lock = threading.Lock()
        self._clients: Clients | None = None

    @cached_property
    def _options(self) -> BedrockOptions:
        return read_options(BedrockOptions, "bedrock", self.config.options)

    @cached_property
    def _structured(self) -> bool:
        given = self._options.structured
        return holds_to_schemas(self._model) if given is None else given

    @property
    def capabilities(self) -> ChatCapabilities:
        """What Converse has; whether a model sees, only Bedrock knows."""
        return ChatCapabilities(
            description="Models of Amazon Bedrock: Claude, Nova, Llama, Mistral and others.",
            vision=self._options.vision,
            max_images=MAX_IMAGES,
            structured=self._structured,
            seed=False,
        )

    def availability(self) -> Availability:
        """Whether boto3 is there and a model is named; credentials are looked for by the first call."""
        try:
            if not self._model:
                raise _unnamed()
            self._connected().check("bedrock-runtime")
        except (EngineError, InputError) as error:
            return Availability(ready=False, reason=error.message, hint=error.hint)
        return Availability(ready=True)

    def close(self) -> None:
        """Close idle connections."""
        with self._lock:
            if self._clients is not None:
                self._clients.close()

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer through ConverseStream, or Converse where a model cannot stream."""
        if not self._model:
            raise _unnamed()
        began = time.monotonic()
        answer = _Answer()
        answering = Answering(lambda: self._ask(request))
        try:
            for event in answering:
                piece = answer.take(event) if event is not None else ""
                stage = "writing" if answer.pieces else "waiting"
                progress(Progress(step=answer.pieces, total=0, stage=stage))
                if piece:
                    answer.first_s = answer.first_s or time.monotonic() - began
                    yield piece
        finally:
            answering.end()
        return Completion(
            engine="bedrock",
            model=answer.model or self._model,
            finish=answer.finish,
            usage=answer.usage,
            cost=self._options.cost(answer.usage),
            timings={"first_token": answer.first_s, "total": time.monotonic() - began},
            notes=tuple(answer.notes),
        )

    def _ask(self, request: ChatRequest) -> Iterator[Event]:
        """Converse in the thread of the call, boto3's loading included; errors leave it as ours."""
        client = self._connected()["bedrock-runtime"]
        from botocore.eventstream import ParserError
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        started = False
        try:
            for event in self._events(client, request):
                yield event
                started = started or _words(event) != ""
        except (BotoCoreError, ClientError, HTTPError, ParserError, OSError) as error:
            raise explained(
                error,
                model=self._model,
                started=started,
                lifecycle=lambda: lifecycle(self._connected(), self._model),
            ) from error

    def _connected(self) -> Clients:
        with self._lock:
            if self._clients is None:
                self._clients = Clients(self._options, offline=self.config.offline)
            return self._clients

    def _events(self, client: Any, request: ChatRequest) -> Iterator[Event]:
        options = self._options
        conversation = converse(
            request, model=self._model, max_side_px=options.max_side_px, structured=self._structured
        )
        response, conversation = _accepted(client, conversation, stream=options.stream)
        yield {"notes": conversation.notes}
        if "stream" not in response:
            yield from _as_events(response)
            return
        finished = False
        with closing(response["stream"]) as stream:
            for event in stream:
                finished = finished or "messageStop" in event
                yield event
        if not finished:
            raise BrokenStreamError(
                "The answer broke off: Bedrock hung up before its end.",
                hint="What had come is kept. Ask again for the whole.",
            )


def _accepted(client: Any, conversation: Conversation, *, stream: bool) -> tuple[Any, Conversation]:
    """The response, asked for again without what a model refuses: a knob it does not have, or streaming."""
    from botocore.exceptions import ClientError

    while True:
        send = client.converse_stream if stream else client.converse
        try:
            return send(**conversation.arguments), conversation
        except ClientError as error:
            code, said = refusal(error)
            if code != "validationexception":
                raise
            knob = refused_knob(said, conversation.arguments)
            if knob:
                conversation = without(conversation, knob)
            elif stream and "streaming" in said.lower():
                stream = False
            else:
                raise


def _as_events(response: Any) -> Iterable[Event]:
    """An answer that came whole, as a stream would have brought it."""
    for block in response["output"]["message"]["content"]:
        if "text" in block:
            yield {"contentBlockDelta": {"delta": {"text": block["text"]}}}
    yield {"messageStop": {"stopReason": response["stopReason"]}}
    yield {"metadata": {"usage": response["usage"], "trace": response.get("trace", {})}}


def _words(event: Event) -> str:
    """The words in an event; what a model thinks before it answers is passed over."""
    return str(event.get("contentBlockDelta", {}).get("delta", {}).get("text", ""))


class _Answer:
    """What the events of an answer add up to."""

    def __init__(self) -> None:
        self.pieces = 0
        self.first_s = 0.0
        self.finish: Finish = "complete"
        self.usage: Usage | None = None
        self.model = ""
        self.notes: list[str] = []

    def take(self, event: Event) -> str:
        """The words in ``event``; the rest is kept."""
        if piece := _words(event):
            self.pieces += 1
            return piece
        self.notes += event.get("notes", ())
        if "messageStop" in event:
            self._stop(str(event["messageStop"]["stopReason"]))
        if "metadata" in event:
            used = event["metadata"]["usage"]
            self.usage = Usage(input_tokens=used["inputTokens"], output_tokens=used["outputTokens"])
            routed = event["metadata"].get("trace", {}).get("promptRouter", {})
            self.model = str(routed.get("invokedModelId", ""))
        return ""

    def _stop(self, cause: str) -> None:
        if cause in _FINISHES:
            self.finish = _FINISHES[cause]
        else:  # malformed_model_output, and what is not known yet
            self.notes.append(f"The model ended with '{cause}'.")


def _unnamed() -> UnknownEngineError:
    return UnknownEngineError(
        "bedrock needs the name of a model.", hint=f"Name it behind a colon: bedrock:MODEL. {LIST_MODELS}"
    )
