"""From the model a client names to one of our engines.

Our engines' names count first. Clients that cannot be told another name than one of OpenAI's own get the
studio's engine of that kind; any other name is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Final

from studiolo.engines.kinds import Kind
from studiolo.studio import Studio
from studiolo.studio.core import POCKET

_OPENAI: Final = {
    Kind.IMAGE: re.compile(r"dall-e-\d|(chat)?gpt-image-.+"),
    Kind.CHAT: re.compile(r"(?!.*-(audio|image|realtime|transcribe|tts))(gpt-\d|o\d|chatgpt-\d).*"),
    Kind.SPEECH: re.compile(r"tts-\d(-.+)?|gpt-.+-tts(-.+)?"),
}
"""How OpenAI calls its models of each kind: by pattern, as there are new ones every few months."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """An engine, ``name`` or ``name:model``; ``alias``: the client did not call it that."""

    spec: str
    alias: bool


def choose(studio: Studio, kind: Kind, model: str | None) -> Chosen:
    """The engine that ``model`` means; if it is nobody's name, resolving it says so.

    Nothing, where the protocol lets a client leave it out, is the studio's own choice.
    """
    spec = (model or "").strip()
    if spec.partition(":")[0] in _known(studio, kind):
        return Chosen(spec=spec, alias=False)
    if not spec or _OPENAI[kind].fullmatch(spec):
        return Chosen(spec=_default(studio, kind), alias=True)
    return Chosen(spec=spec, alias=False)


def _known(studio: Studio, kind: Kind) -> Container[str]:
    if kind is Kind.IMAGE:
        return studio.registry.names
    return (POCKET, *studio.chat.names) if kind is Kind.CHAT else studio.speech.names


def _default(studio: Studio, kind: Kind) -> str:
    settings = studio.settings
    return {Kind.IMAGE: settings.engine, Kind.CHAT: settings.assistant, Kind.SPEECH: settings.speech}[kind]
