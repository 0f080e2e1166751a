"""What the faults of OpenAI and its like mean where pictures are asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from studiolo.engines.http import Fault
from studiolo.engines.http.failures import words_of
from studiolo.engines.http.worker import Beat
from studiolo.engines.openai import meaning
from studiolo.engines.openai.account import Account
from studiolo.engines.openai.images.dialects import Dialect
from studiolo.engines.openai.images.models import RETIRED
from studiolo.errors import (
    ContentRefusedError,
    CredentialsError,
    EngineError,
    RateLimitedError,
    StudioloError,
    UnknownEngineError,
    UnsupportedRequestError,
)

_DECLINED: Final = re.compile(
    r"moderation_blocked|content_policy|content_filter|safety system|content moderation", re.IGNORECASE
)
_UNVERIFIED: Final = re.compile(r"must be verified|verify organization", re.IGNORECASE)
_LIMIT: Final = "billing_hard_limit_reached"  # with status 400
_NEEDED: Final = {"model", "prompt", "n", "size", "width", "height"}
_EXPLAINED: Final = {400, 403, 404, 415, 422, 451}


class RefusedError(EngineError):
    """A fault that only who knows the request can explain; never leaves the engine."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def explained_later(fault: Fault) -> StudioloError | None:
    """What is no matter of the service alone."""
    return RefusedError(fault) if fault.status in _EXPLAINED and not fault.spent else None


class Explaining:
    """What a refusal means to who asked."""

    def __init__(self, account: Account, dialect: Dialect) -> None:
        self._account = account
        self._dialect = dialect

    def error(self, fault: Fault, *, model: str, sent: Collection[str], beat: Beat) -> StudioloError:
        """What to raise of ``fault``, which answered the fields ``sent`` for ``model``."""
        title, said = self._account.host.title, words_of(fault)
        if _DECLINED.search(f"{fault.code} {fault.message}"):
            return ContentRefusedError(
                f"{title} declined to paint this{said}", hint="Say it in other words, or take another engine."
            )
        if _UNVERIFIED.search(fault.message):
            return CredentialsError(
                f"{title} lets verified organizations alone use '{model}'{said}",
                hint="Verify yours at platform.openai.com/settings/organization, or take another model.",
            )
        if fault.code == _LIMIT:
            return RateLimitedError(f"The credit at {title} is used up{said}", hint="Raise the limit there.")
        if meaning.bad_key(fault):
            return CredentialsError(f"{title} does not take the key{said}", hint=self._account.host.key_hint)
        if fault.status == 403:
            return CredentialsError(
                f"{title} does not let this key use '{model}'{said}",
                hint="Allow the model for the key's project there, or take another model.",
            )
        refused = meaning.refused_knob(fault, [*sent, *self._names])
        if refused and refused not in _NEEDED:
            ours = self._names.get(refused, refused)
            return UnsupportedRequestError(
                f"{title} does not take '{ours}' for '{model}'{said}", hint=f"Leave {ours} out."
            )
        if meaning.no_such_model(fault):
            return self._unknown(model, said, beat)
        return self._account.service.refusal(fault)

    @property
    def _names(self) -> Mapping[str, str]:
        """The server's names, and what we call them."""
        return {name.rpartition(".")[2]: ours for ours, name in self._dialect.names.items()}

    def _unknown(self, model: str, said: str, beat: Beat) -> StudioloError:
        title, name = self._account.host.title, self._account.name
        known = self._account.known(beat, model)
        way_out = known or f"Is base_url in [engines.{name}] right? It often ends in /v1."
        return UnknownEngineError(f"{title} has no model '{model}' that paints{said}", hint=way_out)


def retired(model: str, *, instead: str) -> UnknownEngineError:
    """What to raise of a model that OpenAI no longer has."""
    return UnknownEngineError(
        f"OpenAI shut '{model}' down on {RETIRED[model]}.", hint=f"Use openai:{instead} instead."
    )
