"""Talks to OpenAI, and to everything that speaks as it does: Ollama, vLLM, Gemini, OpenRouter and others."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, ClassVar, Final

from studiolo.chat import MAX_IMAGES, ChatCapabilities, ChatRequest, Completion, Finish
from studiolo.engines.base import Availability, ChatEngine, EngineConfig
from studiolo.engines.http import Fault, Pace
from studiolo.engines.http.worker import Beat
from studiolo.engines.openai import asking, meaning, profiles
from studiolo.engines.openai.account import Account, Options
from studiolo.engines.openai.answering import Answer
from studiolo.errors import EngineError, StudioloError, UnknownEngineError, UnsupportedRequestError
from studiolo.offline import is_loopback
from studiolo.requests import ProgressCallback, ignore_progress

_EXPLAINED: Final = {400, 403, 404, 415, 422, 500, 501}
_OTHER_WORD: Final = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_UNMISSED: Final = {"stream_options"}


class _RefusedError(EngineError):
    """A fault that only who knows the request can explain."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class OpenAIChatEngine(ChatEngine):
    """Chat completions with pictures, streamed: ``openai:MODEL``, or any server by its ``base_url``."""

    options_type = Options
    key_option = "api_key"

    profile: ClassVar[profiles.Profile] = profiles.OPENAI

    def __init__(self, config: EngineConfig | None = None) -> None:
        super().__init__(config)
        self._account = Account(self.config, self.profile, _explained_later)
        self._refused: set[str] = set()  # what the server said it does not know

    @property
    def capabilities(self) -> ChatCapabilities:
        """Whether a model sees, only its service knows."""
        dialect = self._dialect
        return ChatCapabilities(
            description=dialect.description,
            vision=None,
            max_images=MAX_IMAGES,
            structured=dialect.structured,
            top_k=dialect.top_k,
            seed=bool(dialect.seed),
            offline=is_loopback(self._account.options.host),
        )

    def availability(self) -> Availability:
        """Ready if it may connect and has the key it needs."""
        return self._account.availability()

    def probe(self) -> Availability:
        """As :meth:`availability`; a server on this machine is asked whether it is there."""
        return self._account.probe()

    def models(self, progress: ProgressCallback = ignore_progress) -> tuple[str, ...]:
        """Names of the models the service has.

        Raises:
            EngineError: as :meth:`chat`.
        """
        return self._account.models(Pace(progress, total=1).beat)

    def chat(
        self, request: ChatRequest, progress: ProgressCallback = ignore_progress
    ) -> Generator[str, None, Completion]:
        """Answer, piece by piece; what the server does not know of the request is left out, and noted."""
        pace = Pace(progress, total=request.max_tokens)
        pace.beat()
        answer = Answer(self._account.service)
        model = self._model(pace.beat)
        side_px = self._account.options.max_image_side_px
        messages, notes = asking.messages(request, max_image_side_px=side_px, beat=pace.beat)
        finish: Finish | None = None
        try:
            with closing(self._pieces(request, model, messages, answer, pace)) as pieces:
                for piece in pieces:
                    pace.piece()
                    yield piece
        except _RefusedError as refused:
            if not meaning.declined(refused.fault):
                raise self._explain(refused.fault, request, model, pace.beat) from refused
            finish, notes = "refused", (*notes, refused.message)
        return Completion(
            engine=self._account.name,
            model=answer.model or model,
            finish=finish or answer.finish,
            usage=answer.usage,
            cost=self._cost(answer),
            timings=pace.timings,
            notes=(*notes, *self._remarks(request, answer)),
        )

    def close(self) -> None:
        """End what runs and the connections."""
        self._account.close()

    @property
    def _dialect(self) -> profiles.Profile:
        """OpenAI's own words are for OpenAI: other servers know the older, and more."""
        if self.profile is profiles.OPENAI and not self._account.at_home:
            return replace(self.profile, length="max_tokens", top_k=True, default_model="")
        return self.profile

    def _model(self, beat: Beat) -> str:
        model = self.config.model or self._account.options.model or self._dialect.default_model
        if not model:
            raise UnknownEngineError(
                f"Which model of {self._account.host.title}?",
                hint=f"Say it: {self._account.name}:MODEL. {self._account.known(beat)}".strip(),
            )
        return model

    def _pieces(
        self,
        request: ChatRequest,
        model: str,
        messages: list[dict[str, Any]],
        answer: Answer,
        pace: Pace,
    ) -> Generator[str]:
        """Ask; once again without each thing that the server says it does not know."""
        body = {**self._account.options.extra, "model": model, "messages": messages, "stream": True}
        knobs = asking.knobs(request, self._dialect)
        while True:
            sent = _known(knobs, self._refused)
            try:
                with self._account.service.stream(
                    "chat/completions",
                    {**sent, **body},
                    pace.beat,
                    is_last=lambda event: event.data == "[DONE]",
                ) as reply:
                    for piece in answer.pieces(reply):
                        if piece:
                            yield piece
                        else:
                            pace.beat()
                    return
            except _RefusedError as refused:
                name = meaning.refused_knob(refused.fault, sent)
                if not name:
                    raise
                self._refused.add(name)

    def _explain(self, fault: Fault, request: ChatRequest, model: str, beat: Beat) -> StudioloError:
        said = f": {fault.message}" if fault.message else "."
        name, title = self._account.name, self._account.host.title
        if meaning.bad_key(fault):
            return self._account.service.refusal(replace(fault, status=401))
        named = rf"(?<![\w.-]){re.escape(model)}(?![\w.-])"  # "llama3.2-vision" speaks of no eyes by itself
        without_name = replace(fault, message=re.sub(named, "", fault.message))
        if request.images and meaning.no_eyes(without_name):
            return UnsupportedRequestError(
                f"{name}:{model} does not look at pictures{said}",
                hint="Choose a model with vision; the names of some say so: vl, vision, llava.",
            )
        if meaning.no_such_model(fault):
            fetch = f"Fetch it with: ollama pull {model}. " if self.profile is profiles.OLLAMA else ""
            hint = f"{fetch}{self._account.known(beat, model)}".strip()
            return UnknownEngineError(
                f"{title} has no model '{model}'{said}",
                hint=hint or f"Check base_url in [engines.{name}], too: it often ends in /v1.",
            )
        return self._account.service.refusal(fault)

    def _cost(self, answer: Answer) -> float | None:
        options, usage = self._account.options, answer.usage
        prices = (options.price_input_per_million, options.price_output_per_million)
        if answer.cost is not None or usage is None or prices == (None, None):
            return answer.cost
        return (usage.input_tokens * (prices[0] or 0) + usage.output_tokens * (prices[1] or 0)) / 1e6

    def _remarks(self, request: ChatRequest, answer: Answer) -> tuple[str, ...]:
        knobs = asking.knobs(request, self._dialect)
        known = _known(knobs, self._refused)
        lost = [name for name in knobs if not {name, _OTHER_WORD.get(name)} & {*known, *_UNMISSED}]
        remarks = [f"{name} was left out: the model does not take it." for name in lost]
        if answer.silent and answer.finish == "length":
            remarks.append("The model thought until max_tokens and said nothing: give it more.")
        return tuple(remarks)


class OllamaChatEngine(OpenAIChatEngine):
    """``ollama:MODEL``."""

    profile = profiles.OLLAMA


class LMStudioChatEngine(OpenAIChatEngine):
    """``lmstudio:MODEL``."""

    profile = profiles.LM_STUDIO


class LlamaCppChatEngine(OpenAIChatEngine):
    """``llamacpp``, whatever it serves."""

    profile = profiles.LLAMA_CPP


class VLLMChatEngine(OpenAIChatEngine):
    """``vllm:MODEL``."""

    profile = profiles.VLLM


class GeminiChatEngine(OpenAIChatEngine):
    """``gemini:MODEL``."""

    profile = profiles.GEMINI


class MistralChatEngine(OpenAIChatEngine):
    """``mistral:MODEL``."""

    profile = profiles.MISTRAL


class OpenRouterChatEngine(OpenAIChatEngine):
    """``openrouter:MAKER/MODEL``."""

    profile = profiles.OPENROUTER


def _explained_later(fault: Fault) -> StudioloError | None:
    return _RefusedError(fault) if fault.status in _EXPLAINED else None


def _known(knobs: Mapping[str, Any], refused: set[str]) -> dict[str, Any]:
    """``knobs`` without what was refused, or under its other word."""
    known: dict[str, Any] = {}
    for name, value in knobs.items():
        word = name if name not in refused else _OTHER_WORD.get(name, name)
        if word not in refused:
            known[word] = value
    return known
