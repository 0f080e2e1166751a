"""A workflow of the user's own, as ComfyUI exports it for its API, and where in it a request's parts go."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from studiolo.engines.comfyui import roles
from studiolo.engines.comfyui.graph import Nodes, table
from studiolo.engines.comfyui.roles import ROLES, Slot
from studiolo.errors import SettingsError, reason

_MAX_BYTES: Final = 8 * 2**20
_HOW: Final = "In ComfyUI: Workflow, Export (API); in older ones Save (API Format), with dev mode on."


@dataclass(frozen=True, kw_only=True)
class Exported:
    """``slots`` are inputs by what goes there; with ``mask_in_alpha`` the mask is the init image's alpha."""

    nodes: Nodes
    slots: Mapping[str, tuple[Slot, ...]]
    output: str = ""
    mask_in_alpha: bool = False
    origin: str = field(default="", compare=False)

    def has(self, role: str) -> bool:
        """Whether there is a place for it."""
        return bool(self.slots.get(role)) or (role == "mask" and self.mask_in_alpha)

    def value(self, role: str) -> Any:
        """What the workflow itself says there; None if there is no such place."""
        for slot in self.slots.get(role, ()):
            return self.nodes[slot.node]["inputs"][slot.entry]
        return None

    def filled(self, values: Mapping[str, Any]) -> Nodes:
        """The nodes with these values in their places."""
        nodes = copy.deepcopy(self.nodes)
        for role, value in values.items():
            for slot in self.slots.get(role, ()):
                nodes[slot.node]["inputs"][slot.entry] = value
        return nodes


def read(path: Path, inputs: Mapping[str, str], output: str, *, engine: str) -> Exported:
    """The workflow in ``path``; ``inputs`` say where things go that it does not say itself.

    Raises:
        SettingsError: it is no such file, or names nodes and inputs that it does not have.
    """
    where = f"Change workflow in [engines.{engine}] of config.toml."
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise SettingsError(f"The workflow {path} is larger than {_MAX_BYTES // 2**20} MB.", hint=where)
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The workflow {path} cannot be read: {reason(error)}.", hint=where) from error
    except ValueError as error:
        raise SettingsError(f"The workflow {path} is no JSON.", hint=_HOW) from error
    nodes = _nodes(content, path)
    named = {
        role: tuple(_slot(nodes, role, each, engine) for each in place.split("+"))
        for role, place in inputs.items()
    }
    slots = roles.claimed(roles.detect(nodes), named)
    found = Exported(
        nodes=nodes,
        slots=slots,
        output=_output(nodes, output, engine),
        mask_in_alpha=not slots.get("mask") and roles.takes_alpha(nodes, slots.get("init_image", ())),
        origin=path.name,
    )
    _check(found, path, engine)
    return found


def _nodes(content: Any, path: Path) -> Nodes:
    nodes = table(content)
    if isinstance(nodes.get("nodes"), list):
        raise SettingsError(
            f"The workflow {path} is what ComfyUI's page saves, not what its API takes.", hint=_HOW
        )
    nodes = table(nodes.get("prompt")) or nodes  # as POST /prompt takes it
    well = [isinstance(table(node).get("inputs"), dict) and "class_type" in node for node in nodes.values()]
    if not well or not all(well):
        raise SettingsError(f"The workflow {path} is no workflow of ComfyUI.", hint=_HOW)
    return nodes


def _slot(nodes: Nodes, role: str, place: str, engine: str) -> Slot:
    """``6.text``, or a node by its title: ``My prompt.text``."""
    where = f"inputs in [engines.{engine}]"
    if role not in ROLES:
        raise SettingsError(
            f"{where} names '{role}', which nothing is called.", hint=f"Use: {', '.join(ROLES)}."
        )
    node, dot, entry = place.strip().rpartition(".")
    name = _node(nodes, node)
    if not dot or name is None:
        raise SettingsError(
            f"{where} puts {role} to '{place}', but the workflow has no node '{node or place}'.",
            hint="Name node and input, such as 6.text; the nodes' numbers are in the file.",
        )
    there = nodes[name]["inputs"]
    if entry not in there:
        raise SettingsError(
            f"{where} puts {role} to '{place}', but {nodes[name]['class_type']} has no input '{entry}'.",
            hint=f"It has: {', '.join(there) or 'none'}.",
        )
    return Slot(node=name, entry=entry)


def _output(nodes: Nodes, output: str, engine: str) -> str:
    if not output:
        return next((name for name in nodes if roles.title_of(nodes, name) == "output"), "")
    name = _node(nodes, output)
    if name is None:
        raise SettingsError(
            f"output in [engines.{engine}] is '{output}', but the workflow has no such node.",
            hint="The nodes' numbers are in the file.",
        )
    return name


def _node(nodes: Nodes, named: str) -> str | None:
    """A node by its number or its title."""
    if named in nodes:
        return named
    return next((name for name in nodes if roles.title_of(nodes, name) == roles.plain(named)), None)


def _check(found: Exported, path: Path, engine: str) -> None:
    if not found.has("prompt"):
        raise SettingsError(
            f"Nothing in the workflow {path} takes the prompt.",
            hint=f"Title its node 'prompt', or: studiolo config set engines.{engine}.inputs prompt=6.text",
        )
    if found.has("width") is not found.has("height"):
        raise SettingsError(
            f"The workflow {path} takes only one of width and height.",
            hint=f"Name both: studiolo config set engines.{engine}.inputs width=5.width,height=5.height",
        )
