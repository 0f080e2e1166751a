"""Who a hosted engine talks to, and the settings all of them have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from studiolo.engines.base import Availability
from studiolo.engines.options import wrong_option
from studiolo.errors import CredentialsError
from studiolo.offline import is_loopback


@dataclass(frozen=True, kw_only=True)
class Host:
    """A service as messages speak of it.

    ``engine`` is the name its settings have, ``key_variable`` the variable its own tools read the key from,
    ``start`` what to do if nothing listens there, ``looks`` what its address looks like. A server of one's
    own ``charges`` nothing.
    """

    engine: str
    title: str
    key_variable: str = ""
    start: str = ""
    looks: str = "It often ends in /v1."
    charges: bool = True

    @property
    def key_hint(self) -> str:
        """Where the key is set."""
        ours = f"STUDIOLO_ENGINES__{self.engine.upper()}__API_KEY"
        variables = f"{ours} or {self.key_variable}" if self.key_variable else ours
        return f"Set it: studiolo config set engines.{self.engine}.api_key (or as {variables})"

    def no_key(self) -> CredentialsError:
        """What to raise where a key is needed and there is none."""
        return CredentialsError(f"{self.title} needs a key, and none is set.", hint=self.key_hint)


def reachable(host: Host, options: HostedOptions, *, offline: bool, needs_key: bool) -> Availability:
    """Whether it may be connected to, and has the key it needs; connects to nothing."""
    if needs_key and not options.key:
        missing = host.no_key()
        return Availability(ready=False, reason=missing.message, hint=missing.hint)
    if offline and not is_loopback(options.host):
        return Availability(
            ready=False,
            reason=f"it is at {options.host}, and STUDIOLO_OFFLINE is set",
            hint="Unset STUDIOLO_OFFLINE (or offline in the config file).",
        )
    return Availability(ready=True)


class HostedOptions(BaseModel):
    """Options of every hosted engine; other rooms may keep theirs in the same table."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    base_url: str = Field(description="Where the service is, up to the version: https://api.openai.com/v1")
    api_key: SecretStr | None = None
    connect_timeout_s: float = Field(default=10, gt=0, description="Longest wait for a connection.")
    timeout_s: float = Field(default=120, gt=0, description="Longest silence.")
    total_timeout_s: float = Field(default=900, gt=0, description="Longest answer.")
    max_retries: int = Field(default=2, ge=0, le=10, description="How often to ask again by itself.")
    max_wait_s: float = Field(default=20, ge=0, description="Longest wait in all before asking again.")

    @classmethod
    def read(cls, engine: str, options: Mapping[str, Any], **defaults: Any) -> Self:
        """The options of ``[engines.<engine>]``, ``defaults`` where it says nothing.

        Raises:
            SettingsError: a value is wrong; says which, and never shows it.
        """
        try:
            return cls.model_validate({**defaults, **options})
        except ValidationError as error:
            finding = error.errors(include_url=False, include_input=False, include_context=False)[0]
            raise wrong_option(engine, str(finding["loc"][0]), finding["msg"]) from error

    @field_validator("api_key")
    @classmethod
    def _check_key(cls, value: SecretStr | None) -> SecretStr | None:
        key = value.get_secret_value().strip() if value is not None else ""
        if not re.fullmatch(r"[!-~]*", key):  # a header's library would show what it cannot send
            raise ValueError("a key as the service gave it, without spaces and special characters")
        return SecretStr(key) if key else None

    @field_validator("base_url")
    @classmethod
    def _check_address(cls, value: str) -> str:
        address = urlsplit(value.strip())
        if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value.strip()) or not address.hostname:
            raise ValueError("an address such as https://api.openai.com/v1")
        if "@" in address.netloc or address.query or address.fragment or address.port == 0:
            raise ValueError("an address alone: keys go to api_key")
        return value.strip().rstrip("/")

    @property
    def origin(self) -> tuple[str, str]:
        """Scheme and authority: what of the address says whom it belongs to."""
        parts = urlsplit(self.base_url)
        return parts.scheme, parts.netloc.lower()

    @property
    def host(self) -> str:
        """The name or address of the machine."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def key(self) -> str:
        """The key in the clear, empty if there is none."""
        return self.api_key.get_secret_value() if self.api_key else ""


class HostedImageOptions(HostedOptions):
    """Options of hosted engines that paint."""

    max_parallel: int = Field(default=4, ge=1, le=64, description="How many pictures it paints at once.")
    price_per_image: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="US dollars, of each picture."
    )
    price_per_second: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="US dollars, of its machine."
    )
