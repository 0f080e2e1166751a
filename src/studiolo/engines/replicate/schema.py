"""What a model takes, by the OpenAPI document that Cog writes for each of its versions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from pydantic import JsonValue

Kind = Literal["string", "integer", "number", "boolean", "array", "object", ""]
"""The JSON type of an input; empty where its schema does not say."""

_KINDS: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}
_SAID: Final = {
    "integer": "an integer",
    "array": "a list",
    "object": "an object",
    "boolean": "true or false",
    "string": "a text",
}
_MULTIPLE: Final = re.compile(r"multiple of (\d+)")


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input of a model; ``is_file`` where it is an address or a ``data:`` URL, or a list of them."""

    name: str
    kind: Kind = ""
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None
    is_file: bool = False
    required: bool = False
    most: int | None = None
    description: str = ""

    @property
    def several(self) -> bool:
        """Whether it is a list."""
        return self.kind == "array"

    @property
    def multiple(self) -> int:
        """What its value must be a multiple of; schemas say it in words alone."""
        found = _MULTIPLE.search(self.description)
        return int(found[1]) if found else 1

    def refusal(self, value: JsonValue) -> str:
        """What ``value`` would have to be: ``one of a, b``; empty if it is that."""
        if self.choices:
            told = ", ".join(str(choice) for choice in self.choices)
            return "" if any(_same(value, choice) for choice in self.choices) else f"one of {told}"
        if not _is_of_kind(value, self.kind):
            return _SAID.get(self.kind, "a number")
        if isinstance(value, list) and self.most is not None and len(value) > self.most:
            return f"at most {self.most} values"
        return self._out_of_range(value)

    def _out_of_range(self, value: JsonValue) -> str:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return ""
        low, high = self.minimum, self.maximum
        if (low is None or value >= low) and (high is None or value <= high):
            return ""
        if low is not None and high is not None:
            return f"from {low:g} to {high:g}"
        return f"{low:g} or more" if low is not None else f"{high:g} or less"


Inputs = Mapping[str, Input]
"""What a model takes, by name, in its own order."""


def inputs_of(openapi: Mapping[str, Any]) -> Inputs:
    """The inputs in a version's ``openapi_schema``; empty if it has none."""
    schemas = _table(_table(openapi.get("components")).get("schemas"))
    whole = _table(schemas.get("Input"))
    required = cast("list[Any]", whole.get("required")) if isinstance(whole.get("required"), list) else []
    nodes = {name: _resolved(_table(node), schemas) for name, node in _table(whole.get("properties")).items()}
    ordered = sorted(nodes, key=lambda name: _number(nodes[name].get("x-order")) or 0)
    return {name: _input(name, nodes[name], schemas, required=name in required) for name in ordered}


def _input(name: str, node: Mapping[str, Any], schemas: Mapping[str, Any], *, required: bool) -> Input:
    kind: Any = node.get("type")
    items = _resolved(_table(node.get("items")), schemas)
    most = node.get("maxItems")
    choices: Any = node.get("enum")
    return Input(
        name=name,
        kind=kind if kind in _KINDS else "",
        choices=tuple(cast("list[Any]", choices)) if isinstance(choices, list) else (),
        minimum=_number(node.get("minimum")),
        maximum=_number(node.get("maximum")),
        default=node.get("default"),
        is_file="uri" in (node.get("format"), items.get("format")),
        required=required,
        most=most if isinstance(most, int) else None,
        description=str(node.get("description") or ""),
    )


def _resolved(node: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """``node`` with what it refers to.

    Cog writes an enum as ``allOf`` one ``$ref``, and newer ones what may be null as ``anyOf``. Where several
    types are left to choose from, none is said.
    """
    merged = dict(node)
    for word in ("allOf", "anyOf", "oneOf"):
        parts = [_resolved(_table(part), schemas) for part in _sequence(node.get(word))]
        real = [part for part in parts if part.get("type") != "null"]
        for part in real:
            merged = {**part, **merged}
        if len({str(part.get("type")) for part in real}) > 1:
            merged["type"] = node.get("type")
    reference = node.get("$ref")
    if isinstance(reference, str):
        merged = {**_table(schemas.get(reference.rpartition("/")[2])), **merged}
    return merged


def _is_of_kind(value: JsonValue, kind: Kind) -> bool:
    if not kind:
        return True
    if isinstance(value, bool):  # to Python a truth is an integer, to JSON it is none
        return kind == "boolean"
    return isinstance(value, _KINDS[kind])


def _same(value: JsonValue, choice: Any) -> bool:
    return value == choice and isinstance(value, bool) == isinstance(choice, bool)


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _sequence(node: Any) -> Sequence[Any]:
    return cast("list[Any]", node) if isinstance(node, list) else ()


def _table(node: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", node) if isinstance(node, Mapping) else {}
