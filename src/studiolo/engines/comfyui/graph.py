"""A workflow as ComfyUI's API takes it: nodes, each with a class and inputs that are values or links.

``{"3": {"class_type": "KSampler", "inputs": {"seed": 7, "model": ["4", 0]}}}``: a link names a node and which
of its outputs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

Link = list[str | int]
Nodes = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Node:
    """A node that was added; ``node[1]`` is a link to its second output."""

    name: str

    def __getitem__(self, output: int) -> Link:
        return [self.name, output]


@dataclass
class Graph:
    """A workflow that is being put together."""

    nodes: Nodes = field(default_factory=dict[str, dict[str, Any]])

    def add(self, kind: str, **inputs: Any) -> Node:
        """A node of class ``kind``; a :class:`Node` among the inputs stands for its first output."""
        name = str(len(self.nodes) + 1)
        given = {key: value[0] if isinstance(value, Node) else value for key, value in inputs.items()}
        self.nodes[name] = {"class_type": kind, "inputs": given}
        return Node(name)


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """What is sent.

    ``weights`` are steps by node: how much of the work each is, for progress. ``output`` is the node whose
    picture is wanted; empty: whichever saves one.
    """

    nodes: Nodes
    weights: dict[str, int]
    output: str = ""


def table(content: Any) -> dict[str, Any]:
    """``content`` if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}
