"""What the server writes down: one line for each request and each fault, for people or for programs.

The server's modules log to the standard library's loggers and know nothing of form. Here it is decided, once,
by whoever runs the server; a program that embeds the application keeps its own. Prompts are nobody's business
and are not logged.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal, TextIO

from studiolo.server.door import UNMATCHED, Visit
from studiolo.server.security.redaction import HIDDEN, SECRET_NAMES, Redact

LogStyle = Literal["quiet", "text", "json"]
"""Warnings and faults only, for people; everything for people; everything for programs."""

_UNREMARKABLE: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What is asked every few seconds by programs, and whose lines nobody reads."""

_logger = logging.getLogger("studiolo.server")


def log_visit(visit: Visit) -> None:
    """One line for one request."""
    level = logging.WARNING if visit.status >= 500 else logging.INFO
    if visit.route in _UNREMARKABLE and visit.status < 400:
        level = logging.DEBUG
    if not _logger.isEnabledFor(level):
        return
    fields: dict[str, Any] = {
        "request_id": visit.request_id,
        "method": visit.method,
        "route": visit.route,
        "status": visit.status,
        "ms": round(visit.seconds * 1000, 1),
        "caller": visit.caller,
    }
    if visit.route == UNMATCHED:
        fields["path"] = visit.path[:200]
    _logger.log(level, "request", extra=fields)


def configure(style: LogStyle, stream: TextIO, redact: Redact) -> None:
    """Let every logger of this process write to ``stream``; secrets are taken out of every line.

    Warnings of libraries come along, uvicorn's own remarks only if something is wrong.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(style, redact, colours=style != "json" and stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("studiolo").setLevel(logging.WARNING if style == "quiet" else logging.INFO)
    logging.captureWarnings(True)


def _formatter(style: LogStyle, redact: Redact, *, colours: bool) -> logging.Formatter:
    import structlog
    from structlog.dev import ConsoleRenderer, plain_traceback
    from structlog.processors import JSONRenderer, TimeStamper, format_exc_info
    from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

    def hide(logger: Any, method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
        del logger, method
        return {name: _hidden(name, value, redact) for name, value in event.items()}

    # Tracebacks are made text first, and without the values of variables: they are redacted like the rest.
    before: list[structlog.typing.Processor] = [
        add_log_level,
        add_logger_name,
        ExtraAdder(),
        TimeStamper("iso", utc=True),
        format_exc_info,
    ]
    render = (
        JSONRenderer(ensure_ascii=False)
        if style == "json"
        else ConsoleRenderer(colors=colours, exception_formatter=plain_traceback)
    )
    return ProcessorFormatter(
        foreign_pre_chain=before, processors=[ProcessorFormatter.remove_processors_meta, hide, render]
    )


def _hidden(name: str, value: Any, redact: Redact) -> Any:
    if any(word in name.lower() for word in SECRET_NAMES):
        return HIDDEN
    return _printable(redact(value)) if isinstance(value, str) else value


def _printable(text: str) -> str:
    """``text`` without what a terminal would obey: clients choose what addresses and models are called."""
    return "".join(
        ascii(letter)[1:-1]
        if unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t"
        else letter
        for letter in text
    )
