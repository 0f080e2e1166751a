"""What a server has: its lists of checkpoints, LoRAs, samplers and so on, and names found in them loosely."""

from __future__ import annotations

import difflib
import threading
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final, cast

from studiolo.engines.comfyui.samplers import spelt
from studiolo.engines.comfyui.server import Server
from studiolo.engines.http.worker import Beat
from studiolo.errors import EngineError, UnknownEngineError

_MOST_SHOWN: Final = 12


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where a server lists things of one kind: an input of a node. ``folder`` is in its models folder."""

    noun: str
    node: str
    entry: str
    folder: str = ""


CHECKPOINTS: Final = Shelf(
    noun="checkpoint", node="CheckpointLoaderSimple", entry="ckpt_name", folder="checkpoints"
)
LORAS: Final = Shelf(noun="LoRA", node="LoraLoader", entry="lora_name", folder="loras")
CONTROLNETS: Final = Shelf(
    noun="ControlNet", node="ControlNetLoader", entry="control_net_name", folder="controlnet"
)
UPSCALERS: Final = Shelf(
    noun="upscaling model", node="UpscaleModelLoader", entry="model_name", folder="upscale_models"
)
VAES: Final = Shelf(noun="VAE", node="VAELoader", entry="vae_name", folder="vae")
SAMPLERS: Final = Shelf(noun="sampler", node="KSampler", entry="sampler_name")
SCHEDULES: Final = Shelf(noun="schedule", node="KSampler", entry="scheduler")


class Stock:
    """Asked for what is needed, once. Safe to use from several threads."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._nodes: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def names(self, shelf: Shelf, beat: Beat) -> tuple[str, ...]:
        """What is on the shelf.

        Raises:
            EngineError: the server is no ComfyUI, does not answer, or has no such node.
        """
        return self.choices(shelf.node, shelf.entry, beat)

    def choices(self, kind: str, entry: str, beat: Beat) -> tuple[str, ...]:
        """The values that an input of a node may have; none if it is no list.

        Raises:
            EngineError: as for :meth:`names`.
        """
        node = self._node(kind, beat)
        if not node:
            raise EngineError(f"{self.server.title} has no node '{kind}'.", hint="Update ComfyUI.")
        return _listed(node, entry)

    def find(self, shelf: Shelf, wanted: str, beat: Beat) -> str:
        """The server's name of what is meant by ``wanted``, however it is spelt.

        Raises:
            UnknownEngineError: there is none; says which come near.
            EngineError: as for :meth:`names`.
        """
        names = self.names(shelf, beat)
        if found := meant(names, wanted):
            return found
        raise UnknownEngineError(
            f"{self.server.title} has no {shelf.noun} '{wanted}'.", hint=self._hint(shelf, names, wanted)
        )

    def nothing(self, shelf: Shelf, *, which: str = "") -> EngineError:
        """What to raise where the shelf has none of ``which``."""
        return EngineError(
            f"{self.server.title} has no {shelf.noun}{f' {which}' if which else ''}.",
            hint=f"Put one into models/{shelf.folder} of ComfyUI.",
        )

    def _hint(self, shelf: Shelf, names: tuple[str, ...], wanted: str) -> str:
        if not names:
            return f"It has none: put one into models/{shelf.folder} of ComfyUI."
        stems = {_stem(name).lower(): name for name in names}
        close = difflib.get_close_matches(_stem(wanted).lower(), stems, n=1, cutoff=0.5)
        first = f"Did you mean '{stems[close[0]]}'? " if close else ""
        more = " …" if len(names) > _MOST_SHOWN else ""
        return f"{first}It has: {', '.join(names[:_MOST_SHOWN])}{more}."

    def _node(self, kind: str, beat: Beat) -> dict[str, Any]:
        with self._lock:
            known = self._nodes.get(kind)
        if known is None:
            known = self.server.node(kind, beat)
            with self._lock:
                self._nodes[kind] = known
        return known


def meant(names: tuple[str, ...], wanted: str) -> str | None:
    """The one of ``names`` that ``wanted`` means: itself, its file's name, or a part that only it has."""
    if wanted in names:
        return wanted
    plain = spelt(_stem(wanted))
    same = [name for name in names if spelt(_stem(name)) == plain]
    having = [name for name in names if plain and plain in spelt(_stem(name))]
    return same[0] if same else having[0] if len(having) == 1 else None


def _stem(name: str) -> str:
    """The file's name without folders and ending; Windows servers have backslashes."""
    path = PurePosixPath(name.replace("\\", "/"))
    return (
        path.stem
        if path.suffix in {".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf", ".sft"}
        else path.name
    )


def _listed(node: dict[str, Any], entry: str) -> tuple[str, ...]:
    """The values of a list input: ``[[…], {…}]``, or ``["COMBO", {"options": […]}]`` since 2025."""
    given = cast("dict[str, dict[str, Any]]", node.get("input") or {})
    declared = (given.get("required") or {}).get(entry) or (given.get("optional") or {}).get(entry)
    if not isinstance(declared, list) or not declared:
        return ()
    parts = cast("list[Any]", declared)
    values = parts[0]
    if values == "COMBO" and len(parts) > 1 and isinstance(parts[1], dict):
        values = cast("dict[str, Any]", parts[1]).get("options")
    return tuple(str(value) for value in cast("list[Any]", values)) if isinstance(values, list) else ()
