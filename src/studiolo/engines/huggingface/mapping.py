"""Which providers have a model, and what they call it: asked of the hub."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, cast

from pydantic import BaseModel, Field, ValidationError

from studiolo.engines.http import Service
from studiolo.engines.http.worker import Beat
from studiolo.engines.huggingface.providers import PROVIDERS, Provider, Task
from studiolo.errors import UnknownEngineError, UnsupportedRequestError

_NAME: Final = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?", re.ASCII)


class _Offer(BaseModel):
    provider: str
    provider_id: str = Field(alias="providerId")
    task: str
    status: str = "live"


@dataclass(frozen=True, kw_only=True)
class Offered:
    """A provider that has the model, under the name ``model``."""

    name: str
    provider: Provider
    model: str


def find_provider(hub: Service, model: str, beat: Beat, *, wanted: str, task: Task) -> Offered:
    """The provider of ``model`` that is ``wanted``; of ``auto`` the first in the order of the token's owner.

    Raises:
        UnknownEngineError: it is no model's name, or nobody offers the model for pictures.
        UnsupportedRequestError: it is not offered for ``task``, or not by whom is wanted.
    """
    if not _NAME.fullmatch(model):
        raise UnknownEngineError(
            f"'{model}' is no name of a model.", hint="Name it as the hub does: MAKER/MODEL."
        )
    told = hub.get(f"api/models/{model}?expand[]=inferenceProviderMapping", beat)
    offers = _offers(hub, told)
    known = [offer for offer in offers if offer.provider in PROVIDERS and offer.status != "error"]
    pictures = [offer for offer in known if offer.task in ("text-to-image", "image-to-image")]
    if not pictures:
        others = ", ".join(offer.provider for offer in offers)
        raise UnknownEngineError(
            f"No provider that is known here paints with '{model}'.",
            hint=f"It is offered by {others}; known are {', '.join(PROVIDERS)}."
            if others
            else "See huggingface.co/models?inference_provider=all for models that are offered.",
        )
    chosen = next((offer for offer in pictures if wanted in ("auto", offer.provider)), None)
    fitting = next(
        (offer for offer in pictures if offer.task == task and wanted in ("auto", offer.provider)), None
    )
    if fitting is None or task not in PROVIDERS[fitting.provider].tasks:
        able = ", ".join(f"{offer.provider} ({offer.task})" for offer in pictures)
        who = wanted if chosen is None else chosen.provider
        raise UnsupportedRequestError(
            f"{who} does no {task} with '{model}'.", hint=f"It is offered by {able}."
        )
    return Offered(name=fitting.provider, provider=PROVIDERS[fitting.provider], model=fitting.provider_id)


def _offers(service: Service, told: Any) -> list[_Offer]:
    """A list, or by provider, as the hub has it."""
    table = cast("dict[str, Any]", told) if isinstance(told, dict) else {}
    mapping: Any = table.get("inferenceProviderMapping")
    if isinstance(mapping, dict):
        named = cast("dict[str, dict[str, Any]]", mapping)
        mapping = [{**offer, "provider": provider} for provider, offer in named.items()]
    try:
        return [_Offer.model_validate(offer) for offer in cast("list[Any]", mapping or [])]
    except (ValidationError, TypeError) as error:
        raise service.unreadable("no list of providers") from error
