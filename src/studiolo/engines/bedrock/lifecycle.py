"""What became of a model, asked of Bedrock's control plane."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

from datetime import datetime

from studiolo.engines.bedrock.conversation import foundation_model
from studiolo.engines.bedrock.session import Clients
from studiolo.errors import StudioloError


def lifecycle(clients: Clients, model: str) -> str:
    """A sentence for an error, with a space before it; empty when Bedrock does not say.

    It needs the permission ``bedrock:GetFoundationModel``; who lacks it has the error alone.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        details = clients["bedrock"].get_foundation_model(modelIdentifier=foundation_model(model))
    except (BotoCoreError, ClientError, StudioloError):
        return ""  # no permission, another place, or never heard of: the first error says enough
    stages = details["modelDetails"].get("modelLifecycle", {})
    if stages.get("status") != "LEGACY":
        return ""
    since, until = _day(stages.get("legacyTime")), _day(stages.get("endOfLifeTime"))
    legacy = f"It is a legacy model since {since}" if since else "It is a legacy model"
    return f" {legacy}, and gone from {until} on." if until else f" {legacy}."


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""
