"""What a service says when it does not do what it was asked, in any of the forms they have for it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

_LONGEST_MESSAGE: Final = 4000  # what is shown is shorter, and cut where the key is known and taken out
# Django REST framework's, and Replicate's own: "Your rate limit resets in ~30s."
_THROTTLED: Final = re.compile(r"(?:available|resets) in ~?(\d+) ?s")
# The last three are Cloudflare's, of a server behind it that hung up or took too long
# (developers.cloudflare.com, "Cloudflare 5xx errors").
_LEAVE_IT_OPEN: Final = {408, 500, 502, 504, 520, 522, 524}
_SPENT: Final = {"insufficient_quota", "billing_hard_limit_reached", "credits_exhausted"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """An answer with an error status, or an error within a stream; ``content`` is all it said, where JSON."""

    status: int
    message: str
    code: str = ""
    param: str = ""
    retry_after_s: float | None = None
    content: Any = field(default=None, compare=False, repr=False)

    @property
    def spent(self) -> bool:
        """Whether waiting does not help: credit or quota is used up."""
        return self.status == 402 or self.code in _SPENT

    @property
    def leaves_it_open(self) -> bool:
        """Whether what was asked for may have been done all the same."""
        return self.status in _LEAVE_IT_OPEN

    @property
    def passing(self) -> bool:
        """Whether asking again in a while may help."""
        return self.status in {429, 503, 529} and not self.spent

    def without(self, secret: str) -> Fault:
        """The same with ``secret`` taken out, which some services repeat."""
        if not secret:
            return self
        return replace(
            self, message=self.message.replace(secret, "…"), content=_without(secret, self.content)
        )


def read_fault(status: int, body: bytes, headers: Mapping[str, str] | None = None) -> Fault:
    """What a body with an error status says; the status' own name where it says nothing."""
    try:
        content = json.loads(body)
    except ValueError:
        content = None
    if not isinstance(content, dict | list):
        text = body.decode("utf-8", errors="replace").strip()
        content = "" if text.startswith("<") else text  # a proxy's page is no message
    fault = fault_in(content, status=status, retry_after_s=_retry_after(headers or {}))
    throttled = _THROTTLED.search(fault.message)
    if fault.retry_after_s is None and throttled:
        return replace(fault, retry_after_s=float(throttled[1]))
    return fault


def fault_in(content: Any, *, status: int = 0, retry_after_s: float | None = None) -> Fault:
    """The fault in parsed JSON.

    OpenAI ``{"error": {…}}``, Ollama ``{"error": "…"}``, Gemini ``[{"error": {…}}]``, Mistral
    ``{"message": …}``, RFC 9457 as Replicate ``{"title": …, "detail": …}``, FastAPI
    ``{"detail": [{"loc": …, "msg": …}]}``.
    """
    whole: Any = content
    if isinstance(content, list) and content:
        content = cast("list[Any]", content)[0]
    table = _table(content)
    if "error" in table:
        content = table["error"]
        table = _table(content)
    detail = table.get("detail")
    findings = cast("list[Any]", detail) if isinstance(detail, list) else []
    finding = _table(findings[0]) if findings else {}
    place = cast("list[Any]", finding["loc"]) if isinstance(finding.get("loc"), list) else []
    message: Any = table.get("message") or finding.get("msg") or table.get("detail") or table.get("title")
    code = table.get("code")
    if not status and isinstance(code, int):
        status = code  # OpenRouter's errors within a stream
    return Fault(
        status=status,
        message=_one_line(message or content),
        code=str(code or finding.get("type") or table.get("type") or ""),
        param=str(table.get("param") or (place[-1] if place else "")),
        retry_after_s=retry_after_s,
        content=whole,
    )


def _table(content: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _without(secret: str, content: Any) -> Any:
    if isinstance(content, str):
        return content.replace(secret, "…")
    if isinstance(content, list):
        return [_without(secret, each) for each in cast("list[Any]", content)]
    if isinstance(content, dict):
        return {name: _without(secret, each) for name, each in _table(content).items()}
    return content


def _one_line(message: Any) -> str:
    text = message if isinstance(message, str) else json.dumps(message) if message else ""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[: _LONGEST_MESSAGE - 1]}…"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """RFC 9110: seconds, or a date."""
    value = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())
