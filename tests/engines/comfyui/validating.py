"""A workflow against ``/object_info``, as ``validate_prompt`` of ``execution.py`` judges it.

But more strictly: an input that a node does not have, which ComfyUI does not mind, is an error here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def judge(
    prompt: dict[str, Any], known: dict[str, Any], has_file: Callable[[str], bool]
) -> tuple[dict[str, Any] | None, dict[str, Any], list[str]]:
    """The error, the errors by node, and the outputs to be worked for."""
    for name, node in prompt.items():
        kind = node.get("class_type")
        if kind not in known:
            title = node.get("_meta", {}).get("title", kind)
            return (
                _error(
                    "missing_node_type",
                    f"Node '{title}' not found. The custom node may not be installed.",
                    f"Node ID '#{name}'",
                    node_id=name,
                    class_type=kind,
                ),
                {},
                [],
            )
    outputs = [name for name, node in prompt.items() if known[node["class_type"]]["output_node"]]
    if not outputs:
        return _error("prompt_no_outputs", "Prompt has no outputs", ""), {}, []
    found = {name: errors for name in prompt if (errors := list(_of_node(name, prompt, known, has_file)))}
    node_errors = {
        name: {"errors": errors, "dependent_outputs": outputs, "class_type": prompt[name]["class_type"]}
        for name, errors in found.items()
    }
    if found:
        lines = "\n".join(
            f"{each['message']}: {each['details']}" for errors in found.values() for each in errors
        )
        return (
            _error("prompt_outputs_failed_validation", "Prompt outputs failed validation", lines),
            node_errors,
            [],
        )
    return None, {}, outputs


def _of_node(name: str, prompt: dict[str, Any], known: dict[str, Any], has_file: Callable[[str], bool]):
    node = prompt[name]
    declared = known[node["class_type"]]["input"]
    inputs = node["inputs"]
    both = {**declared["required"], **declared["optional"]}
    for entry in declared["required"]:
        if entry not in inputs:
            yield _error("required_input_missing", "Required input is missing", entry, input_name=entry)
    for entry, value in inputs.items():
        if entry not in both:
            yield _error("unknown_input", "There is no such input", entry, input_name=entry)
            continue
        wanted, *rest = both[entry]
        extra = rest[0] if rest else {}
        if isinstance(value, list):
            yield from _of_link(entry, value, wanted, prompt, known)
        elif entry == "image" and node["class_type"].startswith("LoadImage"):
            if not has_file(value):
                yield _error(
                    "custom_validation_failed",
                    "Custom validation failed for node",
                    f"image - Invalid image file: {value}",
                    input_name="image",
                )
        else:
            yield from _of_value(entry, value, wanted, extra)


def _of_link(entry: str, link: list[Any], wanted: Any, prompt: dict[str, Any], known: dict[str, Any]):
    if len(link) != 2:
        yield _error("bad_linked_input", "Bad linked input, must be a length-2 list", entry, input_name=entry)
        return
    received = known[prompt[link[0]]["class_type"]]["output"][link[1]]
    if received != wanted:
        details = f"{entry}, received_type({received}) mismatch input_type({wanted})"
        yield _error(
            "return_type_mismatch", "Return type mismatch between linked nodes", details, input_name=entry
        )


def _of_value(entry: str, value: Any, wanted: Any, extra: dict[str, Any]):
    options = extra.get("options", []) if wanted == "COMBO" else wanted if isinstance(wanted, list) else None
    if options is not None:
        if value not in options:
            details = f"{entry}: {value!r} not in {options}"
            yield _error("value_not_in_list", "Value not in list", details, input_name=entry)
        return
    kinds = {"INT": int, "FLOAT": (int, float), "STRING": str, "BOOLEAN": bool}
    if wanted not in kinds or not isinstance(value, kinds[wanted]):
        yield _error(
            "invalid_input_type",
            f"Failed to convert an input value to a {wanted} value",
            entry,
            input_name=entry,
        )
    elif "min" in extra and value < extra["min"]:
        message = f"Value {value} smaller than min of {extra['min']}"
        yield _error("value_smaller_than_min", message, entry, input_name=entry)
    elif "max" in extra and value > extra["max"]:
        message = f"Value {value} bigger than max of {extra['max']}"
        yield _error("value_bigger_than_max", message, entry, input_name=entry)


def _error(kind: str, message: str, details: str, **extra: Any) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}
