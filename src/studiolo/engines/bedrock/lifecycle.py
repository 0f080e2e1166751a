"""What became of a model, asked of Bedrock's control plane."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from studiolo.engines.bedrock.conversation import foundation_model
from studiolo.engines.bedrock.session import Clients
from studiolo.errors import StudioloError


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """Of a legacy model; the days are ISO dates, empty where Bedrock does not say."""

    since: str = ""
    until: str = ""

    def __str__(self) -> str:
        """A sentence."""
        legacy = f"It is a legacy model since {self.since}" if self.since else "It is a legacy model"
        return f"{legacy}, and gone from {self.until} on." if self.until else f"{legacy}."


def ask_lifecycle(clients: Clients, model: str) -> Lifecycle | None:
    """None of a model that is active, or of which Bedrock does not say.

    It needs the permission ``bedrock:GetFoundationModel``; who lacks it has the error alone.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        details = clients["bedrock"].get_foundation_model(modelIdentifier=foundation_model(model))
    except (BotoCoreError, ClientError, StudioloError):
        return None  # no permission, another place, or never heard of: the first error says enough
    stages = details["modelDetails"].get("modelLifecycle", {})
    if stages.get("status") != "LEGACY":
        return None
    return Lifecycle(since=_day(stages.get("legacyTime")), until=_day(stages.get("endOfLifeTime")))


def lifecycle(clients: Clients, model: str) -> str:
    """A sentence for an error, with a space before it; empty when there is nothing to say."""
    stage = ask_lifecycle(clients, model)
    return f" {stage}" if stage is not None else ""


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
