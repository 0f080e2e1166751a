"""What the web UI's faults mean, and what mends them.

Its errors are ``{"error": "OutOfMemoryError", "detail": "", "body": "", "errors": "CUDA out of memory. …"}``
(``handle_exception`` in modules/api/api.py of AUTOMATIC1111 1.10.1, the same in SD.Next); Forge left that out
and says "Internal Server Error" of everything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, cast

from studiolo.engines.automatic1111.options import Automatic1111Options
from studiolo.engines.http import Fault, Host
from studiolo.engines.http.failures import refusal
from studiolo.errors import CredentialsError, EngineError, StudioloError

_LONGEST: Final = 500
_UNEXPLAINED: Final = {"internal server error", ""}


class NoSuchRouteError(EngineError):
    """The server has no such route: it is older, another, or its API is off."""


def explain(host: Host, options: Automatic1111Options, fault: Fault) -> StudioloError:
    """The error that ``fault`` is."""
    for secret in options.secrets:
        fault = fault.without(secret)
    table = f"[engines.{host.engine}] of config.toml"
    if fault.status == 401:
        told = "does not take this user name and password" if options.username else "asks who you are"
        return CredentialsError(
            f"{host.title} {told}.",
            hint=f"Set username and password in {table}: what it was started with, --api-auth NAME:PASSWORD.",
        )
    said, kind = _said(fault)
    if fault.status in {404, 405} and said.lower() in {"not found", "method not allowed", ""}:
        return NoSuchRouteError(
            f"There is no web UI's API at {options.base_url}.",
            hint=f"Start the web UI with --api, or change base_url in {table}: its address, without a path.",
        )
    if fault.status == 500:
        return _of_painting(host, said, kind)
    return refusal(replace(fault, message=said), host, options)


def no_web_ui(host: Host, options: Automatic1111Options) -> EngineError:
    """What to raise of answers that are not in the form the API has."""
    return EngineError(
        f"What answers at {options.base_url} is no Stable Diffusion web UI.",
        hint=f"Change base_url in [engines.{host.engine}] of config.toml: its address, without a path.",
    )


def _of_painting(host: Host, said: str, kind: str) -> EngineError:
    if kind == "OutOfMemoryError" or "out of memory" in said.lower() or "not enough memory" in said.lower():
        return EngineError(
            f"{host.title} ran out of memory: {said}",
            hint="Paint smaller, or start it with --medvram or --lowvram.",
        )
    if kind == "NansException" or "all NaNs" in said:
        return EngineError(
            f"{host.title} could not compute the picture: {said}",
            hint="Start it with --no-half-vae (of the VAE) or --no-half, or use another model.",
        )
    if said.lower() in _UNEXPLAINED:
        return EngineError(
            f"{host.title} failed and does not say why.",
            hint="The reason is in the terminal it runs in; memory, most often. Try a smaller picture.",
        )
    named = f"{kind}: " if kind and kind not in said else ""
    return EngineError(f"{host.title} failed: {named}{said}", hint="Look at the terminal it runs in.")


def _said(fault: Fault) -> tuple[str, str]:
    """The message, and the class of the exception where that is told."""
    content = _table(fault.content)
    if "errors" not in content:
        return fault.message, fault.code
    words = [content["errors"], content.get("detail"), fault.message]
    message = next((each for each in words if isinstance(each, str) and each), "")
    line = " ".join(message.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…", str(content.get("error") or "")


def _table(content: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
