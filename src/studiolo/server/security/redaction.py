"""Secrets are taken out of whatever is about to be written down or told."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pydantic import SecretStr

from studiolo.settings import Settings

HIDDEN: Final = "[hidden]"
SECRET_NAMES: Final = (
    "api_key",
    "api-key",
    "apikey",
    "authorization",
    "cookie",
    "password",
    "secret",
    "token",
)
"""What a value is called that is never shown, whatever it looks like."""

_SHORTEST: Final = 6
"""A secret shorter than this is a word as any other; hiding it would blacken the text."""
_PATTERN: Final = re.compile(
    r"""
      \bstl_[\w-]{16,}                                      # our own tokens
    | (?<=/share/)[\w-]{8,}                                 # the addresses of shared pictures
    | (?<=\b[Bb]earer\ )\S+ | (?<=\b[Bb]asic\ )\S{8,}       # the header Authorization
    | (?<=[?&]key=)[^&\s"']+                                # as some services put it into an address
    | (?<=://)[^/\s:@"']+:[^/\s@"']+(?=@)                   # a user and password in an address
    """,
    re.VERBOSE,
)

Redact = Callable[[str], str]


class Redactor:
    """Takes out what looks like a secret, and every secret that the settings hold now.

    Args:
        settings: gives the settings, which may change while the server runs.
    """

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    def __call__(self, text: str) -> str:
        """``text`` with ``[hidden]`` in place of secrets."""
        for secret in self._secrets():
            text = text.replace(secret, HIDDEN)
        return _PATTERN.sub(HIDDEN, text)

    def _secrets(self) -> list[str]:
        options = (value for table in self._settings().engines.values() for value in table.values())
        values = (value.get_secret_value() for value in options if isinstance(value, SecretStr))
        return sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)
