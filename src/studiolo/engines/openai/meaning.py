"""What the faults of OpenAI and its like mean; each says the same things in its own words."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from studiolo.engines.http import Fault

_UNKNOWN: Final = re.compile(
    r"unsupported|not (be )?support|unrecogni[sz]ed|unknown|unexpected|not permitted|not allowed|forbidden"
    r"|only the default|not available|not compatible",
    re.IGNORECASE,
)
_NO_MODEL: Final = re.compile(
    r"model_not_found|invalid_model|(invalid|unknown|no such) model|not a valid model"
    r"|model\b.{0,120}(not found|does not exist|doesn't exist|no longer)",
    re.IGNORECASE,
)
_NO_EYES: Final = re.compile(r"image|vision|multi-?modal|mmproj|picture", re.IGNORECASE)
_DECLINED: Final = re.compile(r"content_filter|content_policy|moderation|flagged", re.IGNORECASE)
_BAD_KEY: Final = re.compile(r"api[ _]key", re.IGNORECASE)


def refused_knob(fault: Fault, sent: Collection[str]) -> str:
    """The parameter of ``sent`` that the model or server does not know, empty if that is not it.

    A value out of range is no such case: it would be dropped behind the caller's back.
    """
    if fault.status not in {400, 422} or not _UNKNOWN.search(f"{fault.code} {fault.message}"):
        return ""
    named = fault.param.partition(".")[0]
    if named in sent:
        return named
    return next((name for name in sent if re.search(rf"\b{name}\b", fault.message)), "")


def no_such_model(fault: Fault) -> bool:
    """Whether it has no model of that name."""
    return fault.status == 404 or (
        fault.status in {400, 422} and bool(_NO_MODEL.search(f"{fault.code} {fault.message}"))
    )


def no_eyes(fault: Fault) -> bool:
    """Whether the model cannot look at the pictures it was sent."""
    return fault.status in {400, 404, 415, 422, 500, 501} and bool(_NO_EYES.search(fault.message))


def declined(fault: Fault) -> bool:
    """Whether a filter before the model turned the question away."""
    return fault.status in {400, 403} and bool(_DECLINED.search(f"{fault.code} {fault.message}"))


def bad_key(fault: Fault) -> bool:
    """Whether a key is wrong though the status does not say so (Gemini's 400)."""
    return fault.status == 400 and bool(_BAD_KEY.search(fault.message))
