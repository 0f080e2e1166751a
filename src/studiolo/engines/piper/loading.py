"""A voice read into memory with the threads we are given; what is wrong with its files is said here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.onnx import failures
from studiolo.errors import EngineError, reason

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_INPUTS: Final = {"input", "input_lengths", "scales"}


@dataclass(frozen=True, kw_only=True)
class LoadedVoice:
    """A ``PiperVoice`` and what we need to know of it; ``speakers`` is empty where there is one alone."""

    native: Any
    name: str
    language: str
    rate_hz: int
    length_scale: float
    speakers: Mapping[str, int] = field(default_factory=dict[str, int])

    def say(
        self, text: str, *, speaker: int | None, speed: float, noise: Mapping[str, float | None]
    ) -> NDArray[np.int16]:
        """The samples of ``text``; ``noise`` has ``noise_scale`` and ``noise_w_scale``, None for its own.

        Raises:
            EngineError: the model fails, or a package for its language is missing.
        """
        import numpy as np
        from piper import SynthesisConfig  # pyright: ignore[reportMissingTypeStubs]

        synthesis = SynthesisConfig(
            speaker_id=speaker,
            length_scale=self.length_scale / speed,
            noise_scale=noise["noise_scale"],
            noise_w_scale=noise["noise_w_scale"],
        )
        try:
            blocks: list[Any] = [chunk.audio_int16_array for chunk in self.native.synthesize(text, synthesis)]
        except ImportError as error:
            raise EngineError(
                f"The voice '{self.name}' needs the package '{error.name}' to read its language.",
                hint=f"Run: pip install 'piper-tts[{self.language.partition('-')[0]}]'",
            ) from error
        except failures() as error:
            raise EngineError(
                f"The voice '{self.name}' could not say that: {reason(error)}.", hint="Fetch the voice again."
            ) from error
        return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)


def load(file: Path, *, threads: int | None) -> LoadedVoice:
    """The voice of ``file`` and the ``.json`` beside it.

    Raises:
        EngineError: one of the two is no part of a Piper voice.
    """
    from piper import PiperConfig, PiperVoice  # pyright: ignore[reportMissingTypeStubs]

    table = _read_settings(file.with_name(f"{file.name}.json"))
    try:
        config = PiperConfig.from_dict(table)
        voice = PiperVoice(session=_open(file, threads), config=config)
        language = str(table.get("language", {}).get("code") or config.espeak_voice).replace("_", "-")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EngineError(
            f"'{file.name}.json' does not describe a Piper voice: {error!r}.",
            hint="Fetch the voice's two files again, from one place.",
        ) from error
    return LoadedVoice(
        native=voice,
        name=file.stem,
        language=language,
        rate_hz=config.sample_rate,
        length_scale=config.length_scale,
        speakers=config.speaker_id_map if config.num_speakers > 1 else {},
    )


def _read_settings(file: Path) -> dict[str, Any]:
    try:
        table = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            f"'{file.name}' cannot be read: {reason(error)}.",
            hint="Fetch the voice's two files again, from one place.",
        ) from error
    if not isinstance(table, dict):
        raise EngineError(f"'{file.name}' does not describe a Piper voice.", hint="Fetch it again.")
    return table  # pyright: ignore[reportUnknownVariableType]


def _open(file: Path, threads: int | None) -> Any:
    onnxruntime: Any = import_module("onnxruntime")  # it has no types
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    if threads:
        options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    except failures() as error:
        raise EngineError(
            f"'{file.name}' is no model that can be run: {reason(error)}.", hint="Fetch it again, whole."
        ) from error
    missing = _INPUTS - {entry.name for entry in session.get_inputs()}
    if missing:
        raise EngineError(
            f"'{file.name}' is a model, but no Piper voice: it has no input {', '.join(sorted(missing))}.",
            hint="Name the .onnx file of a voice.",
        )
    return session
