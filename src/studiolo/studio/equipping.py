"""The facade's tool room: which engines there are, whether they work, who is used, their keys."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from studiolo.engines.kinds import Kind
from studiolo.errors import InvalidRequestError, require_text
from studiolo.registry import in_the_clear
from studiolo.requests import ProgressCallback, ignore_progress
from studiolo.studio.core import POCKET, Core, cancellable
from studiolo.studio.engines import CHOICES, EngineFacts, Registries, look_at_engine, look_at_engines

if TYPE_CHECKING:
    from studiolo.settings.writing import Change
    from studiolo.speech import Voice
    from studiolo.studio.trying import Trial

_PROBED_S: Final = 10.0
"""For how long an answer to "are you there?" is taken as known."""


class Equipping(Core):
    """Knows the engines and changes the settings that concern them."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self._probed: dict[Kind, tuple[float, tuple[EngineFacts, ...]]] = {}
        self._probing = threading.Lock()
        self._configuring = threading.Lock()

    def engines(self, kind: Kind | str | None = None, *, probe: bool = False) -> tuple[EngineFacts, ...]:
        """Every engine that is installed or configured: is it ready, what can it do, has it a key.

        Args:
            kind: ``"image"``, ``"chat"`` or ``"speech"``; all if not given.
            probe: ask the servers of this machine (Ollama's, LM Studio's, …) whether they are there, too;
                what they said is taken as known for 10 s.

        Raises:
            InvalidRequestError: there is no such kind.
        """
        kinds = tuple(Kind) if kind is None else (_kind(kind),)
        if not probe:
            return tuple(look_at_engines(self._registries(), self.settings, kinds=kinds))
        with self._probing:  # whoever comes meanwhile waits for the same answer
            now = time.monotonic()
            missing = [
                each for each in kinds if each not in self._probed or now - self._probed[each][0] > _PROBED_S
            ]
            if missing:
                found = look_at_engines(self._registries(), self.settings, kinds=missing, probe=True)
                for each in missing:
                    self._probed[each] = now, tuple(facts for facts in found if facts.kind is each)
            return tuple(facts for each in kinds for facts in self._probed[each][1])

    def engine(self, kind: Kind | str, engine: str) -> EngineFacts:
        """One engine, ready or not; with a model (``"openai:gpt-image-1"``), what it can do with that.

        Raises:
            InvalidRequestError, UnknownEngineError: there is no such kind, engine, or model of it.
            EngineError, SettingsError: it cannot be loaded, or its table is wrong.
        """
        spec = require_text(engine, "engine").strip()
        return look_at_engine(self._registries(), self.settings, spec, kinds=(_kind(kind),))[0]

    def voices(self, engine: str | None = None) -> tuple[Voice, ...]:
        """The voices of a speech engine; the settings' one if not given. May ask its service.

        Raises:
            UnknownEngineError: there is none of that name.
            EngineError: its service did not say.
        """
        return self.speech.resolve(self.settings.speech if engine is None else engine).voices()

    def try_engine(
        self,
        kind: Kind | str,
        engine: str,
        *,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Trial:
        """Have an engine do the least it can, to see whether it works. Nothing is kept.

        Services may charge for it; one that paints, no more than the settings' ``max_cost``.

        Args:
            kind: ``"image"``, ``"chat"`` or ``"speech"``.
            engine: ``"pocket"``, ``"ollama:llava"``, …
            progress: called while waiting.
            cancel: set it (from any thread) to stop.

        Returns:
            How it went: what the engine could not do is told in it, and not raised.

        Raises:
            InvalidRequestError, UnknownEngineError: there is no such kind, or no such engine.
            Cancelled: ``cancel`` was set.
        """
        from studiolo.studio import trying

        wanted, report = _kind(kind), cancellable(progress, cancel)
        if wanted is Kind.CHAT and engine == POCKET:
            return trying.attempt(lambda: trying.look(self.assistant(POCKET), report))
        registry = self._registries()[wanted]
        if require_text(engine, "engine").partition(":")[0] not in registry.names:
            registry.resolve(engine)  # says which names there are
        if wanted is Kind.IMAGE:
            limit = self.settings.max_cost
            return trying.attempt(
                lambda: trying.paint(self.registry.resolve(engine), report, name=engine, max_cost=limit)
            )
        if wanted is Kind.SPEECH:
            return trying.attempt(lambda: trying.speak(self.speech.resolve(engine), report))
        return trying.attempt(lambda: trying.talk(self.chat.resolve(engine), report))

    def configure(self, changes: Mapping[str, Change]) -> None:
        """Write settings to ``config.toml``. Engines' options, and who is used by default, hold at once.

        Who is at work goes on as before. Other settings hold when a studio is next opened.

        Args:
            changes: by name: ``{"engine": "pocket", "engines.openai.timeout_s": 60}``; None takes one out.

        Raises:
            SettingsError: a name or value is wrong, the environment sets it, or the file cannot be changed.
            UnknownEngineError: there is no such engine.
        """
        from studiolo.settings.writing import parse_name
        from studiolo.studio.configuring import change_settings

        with self._configuring:
            read = change_settings(self.settings.file, changes, registries=self._registries())
            changed = [parse_name(name) for name in changes]
            update: dict[str, Any] = {
                name: getattr(read, name) for name, *rest in changed if not rest and name in CHOICES.values()
            }
            engines = {rest[0] for _, *rest in changed if rest}
            update["engines"] = {
                **self.settings.engines, **{name: read.engines.get(name, {}) for name in engines}
            }  # fmt: skip
            self.settings = self.settings.model_copy(update=update)
            for registry in self._registries().values():
                for name in engines:
                    registry.configure(name, in_the_clear(read.engines.get(name, {})))
            self._probed.clear()

    def set_key(self, engine: str, key: str) -> None:
        """Keep the key of an engine's service in ``config.toml``, and use it from now on.

        Raises:
            UnknownEngineError: there is no such engine.
            InvalidRequestError: it takes no key.
            SettingsError: it is no key, the environment sets another, or the file cannot be changed.
        """
        self.configure({self._key_setting(engine): SecretStr(key)})

    def remove_key(self, engine: str) -> None:
        """Take the key of an engine's service out of ``config.toml``; raises as :meth:`set_key`."""
        self.configure({self._key_setting(engine): None})

    def _key_setting(self, engine: str) -> str:
        found = look_at_engine(self._registries(), self.settings, engine)
        option = next((facts.key_option for facts in found if facts.key_option), "")
        if not option or ":" in engine:
            raise InvalidRequestError(
                f"The engine '{engine}' takes no key.",
                hint="See what it needs: studiolo engines " + engine.partition(":")[0],
            )
        return f"engines.{engine}.{option}"

    def _registries(self) -> Registries:
        return {Kind.IMAGE: self.registry, Kind.CHAT: self.chat, Kind.SPEECH: self.speech}


def _kind(name: Kind | str) -> Kind:
    try:
        return Kind(name)
    except ValueError as error:
        raise InvalidRequestError(
            f"There is no kind of engine called {name!r}.", hint=f"Kinds: {', '.join(Kind)}."
        ) from error
