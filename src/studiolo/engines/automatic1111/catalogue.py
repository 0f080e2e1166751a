"""What a web UI has: models, samplers, LoRAs, upscalers, ControlNet. Asked when first needed, then kept.

The web UI takes names it does not know without a word and paints with something else (its first sampler, the
model it has loaded, no LoRA): so every name is looked up here first. Routes and fields are those of
modules/api/models.py in AUTOMATIC1111 1.10.1, Forge of 2025-06 and SD.Next of 2026-07.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from studiolo.engines.automatic1111.connection import Connection
from studiolo.engines.automatic1111.explaining import NoSuchRouteError, no_web_ui
from studiolo.engines.automatic1111.names import Table, pick, stem
from studiolo.engines.automatic1111.samplers import SIGMAS, Samplers, Schedules
from studiolo.engines.http.worker import Beat
from studiolo.errors import InputError, InvalidRequestError, UnsupportedRequestError

_API: Final = "sdapi/v1"
_NONE: Final = "none"

T = TypeVar("T")


class _Checkpoint(BaseModel):
    title: str
    model_name: str
    hash: str | None = None
    sha256: str | None = None
    filename: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What else it is called; the last is what finished pictures call it."""
        file = stem(self.filename)
        given = self.model_name, self.hash, self.sha256, (self.sha256 or "")[:10], file
        return (*filter(None, given), f"{file} [{self.hash}]")


class _Sampler(BaseModel):
    name: str
    aliases: list[str] | None = None


class _Schedule(BaseModel):
    name: str
    label: str | None = None
    aliases: list[str] | None = None


class _Lora(BaseModel):
    name: str
    alias: str | None = None
    path: str | None = None


class _Named(BaseModel):
    name: str


class _Vae(BaseModel):
    model_name: str


class _ControlModels(BaseModel):
    model_list: list[str]


class _ControlModules(BaseModel):
    module_list: list[str]


class Catalogue:
    """Safe to use from several threads. Each list raises EngineError where the server does not give it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._kept: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.title = connection.host.title

    def pick(
        self, asked: str, table: Callable[[Beat], Table], beat: Beat, *, what: str, error: type[InputError]
    ) -> str:
        """The server's name of ``asked``; what is not found is looked for once more, as it may be new.

        Raises:
            InputError: of the type ``error``: there is no such thing.
        """
        try:
            return pick(asked, table(beat), what=what, title=self.title, error=error)
        except error:
            self.forget()
        return pick(asked, table(beat), what=what, title=self.title, error=error)

    def forget(self) -> None:
        """Ask anew from now on."""
        with self._lock:
            self._kept.clear()

    def checkpoints(self, beat: Beat) -> Table:
        """Models, by their titles."""
        return {each.title: each.names for each in self._read(f"{_API}/sd-models", list[_Checkpoint], beat)}

    def samplers(self, beat: Beat) -> Samplers:
        """Samplers and schedules; how schedules are told says which web UI it is."""
        known = self._read(f"{_API}/samplers", list[_Sampler], beat)
        names = {each.name: tuple(each.aliases or ()) for each in known}
        try:
            listed = self._read(f"{_API}/schedulers", list[_Schedule], beat)
        except NoSuchRouteError:
            return Samplers(title=self.title, kind=Schedules.IN_THE_NAME, names=names)
        if not all(each.label for each in listed):
            return Samplers(title=self.title, kind=Schedules.SIGMA, names=names, schedules=SIGMAS)
        schedules = {each.label or "": (each.name, *(each.aliases or ())) for each in listed}
        return Samplers(title=self.title, kind=Schedules.APART, names=names, schedules=schedules)

    def sampler_names(self) -> tuple[str, ...]:
        """Those that were asked for before; asks nothing."""
        with self._lock:
            return tuple(each.name for each in self._kept.get(f"{_API}/samplers", ()))

    def loras(self, beat: Beat) -> Table:
        """LoRAs, by the names that prompts call them."""
        listed = self._optional(
            f"{_API}/loras", list[_Lora], beat, lacks="has no LoRAs: its extension is off"
        )
        return {each.name: tuple(filter(None, (each.alias, stem(each.path or "")))) for each in listed}

    def upscalers(self, beat: Beat) -> Table:
        """What enlarges pictures; "None" does not."""
        listed = self._read(f"{_API}/upscalers", list[_Named], beat)
        return {each.name: () for each in listed if each.name.lower() != _NONE}

    def hires_upscalers(self, beat: Beat) -> Table:
        """What enlarges between the two passes of "hires. fix": latents, too."""
        try:
            latent = self._read(f"{_API}/latent-upscale-modes", list[_Named], beat)
        except NoSuchRouteError:  # SD.Next, whose other list has them
            latent = []
        return {each.name: () for each in latent} | dict(self.upscalers(beat))

    def vaes(self, beat: Beat) -> Table:
        """Autoencoders, by the names that settings call them."""
        lacks = "has no choice of VAE over its API, as Forge has none"
        return {
            each.model_name: () for each in self._optional(f"{_API}/sd-vae", list[_Vae], beat, lacks=lacks)
        }

    def styles(self, beat: Beat) -> Table:
        """Prompt styles."""
        return {each.name: () for each in self._read(f"{_API}/prompt-styles", list[_Named], beat)}

    def control_models(self, beat: Beat) -> Table:
        """ControlNet's models.

        Raises:
            UnsupportedRequestError: there is no such extension, or no such API of it.
        """
        lacks = "has no ControlNet: its extension sd-webui-controlnet is not installed"
        listed = self._optional("controlnet/model_list", _ControlModels, beat, lacks=lacks).model_list
        return {each: () for each in listed if each.lower() != _NONE}

    def no_preprocessor(self, beat: Beat) -> str:
        """What ControlNet calls a picture that is a map already: "none", or "None" in Forge."""
        listed = self._read("controlnet/module_list", _ControlModules, beat).module_list
        found = next((each for each in listed if each.lower() == _NONE), None)
        if found is None:
            raise InvalidRequestError(
                f"ControlNet at {self.title} takes no prepared maps.", hint="Update the extension there."
            )
        return found

    def _optional(self, path: str, form: type[T], beat: Beat, *, lacks: str) -> T:
        """As :meth:`_read`, of what a web UI may be without.

        Raises:
            UnsupportedRequestError: this one ``lacks`` it.
        """
        try:
            return self._read(path, form, beat)
        except NoSuchRouteError as error:
            raise UnsupportedRequestError(
                f"{self.title} {lacks}.", hint="Leave it out, or see to it that it is there."
            ) from error

    def _read(self, path: str, form: type[T], beat: Beat) -> T:
        with self._lock:
            if path in self._kept:
                found: T = self._kept[path]
                return found
        content = self._connection.asking.get(path, beat)
        try:
            read = TypeAdapter(form).validate_python(content)
        except ValidationError as error:
            raise no_web_ui(self._connection.host, self._connection.options) from error
        with self._lock:
            self._kept[path] = read
        return read
