"""What ComfyUI says when it does not paint, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from studiolo.engines.comfyui.graph import table
from studiolo.engines.http import Fault, Service
from studiolo.engines.http.exchange import Rejected
from studiolo.errors import EngineError, InvalidRequestError, StudioloError

_LONGEST: Final = 300
_ABSENT: Final = {404, 405}


def explain(fault: Fault) -> StudioloError | None:
    """What ``POST /prompt`` refuses: a node, an input, and what is wrong with it."""
    content = table(fault.content)
    if fault.status != 400 or "node_errors" not in content:
        return None
    findings = list(_findings(table(content["node_errors"])))
    if findings:
        return InvalidRequestError(
            f"ComfyUI does not take the workflow: {findings[0]}.",
            hint=_way_out(fault, several=len(findings) > 1),
        )
    details = str(table(content.get("error")).get("details") or "")
    said = one_line(f"{fault.message.rstrip('.')}{f': {details}' if details else ''}")
    return InvalidRequestError(f"ComfyUI does not take the workflow: {said}.", hint=_way_out(fault))


def _findings(nodes: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for name, node in nodes.items():
        kind = table(node).get("class_type", "node")
        for error in cast("list[Any]", table(node).get("errors") or []):
            told = table(error)
            entry = table(told.get("extra_info")).get("input_name")
            which = f"input '{entry}' of node {name} ({kind})" if entry else f"node {name} ({kind})"
            words = str(told.get("message", "is wrong")).rstrip(".")
            details = str(told.get("details") or "")
            found.append(one_line(f"{which}: {words}{f' ({details})' if details not in ('', entry) else ''}"))
    return found


def _way_out(fault: Fault, *, several: bool = False) -> str:
    if fault.code == "missing_node_type":
        return "Install what has this node there (ComfyUI-Manager: install missing nodes), or update ComfyUI."
    also = " There is more wrong than that: its log tells." if several else ""
    return f"Change what it names, in the request or in the workflow.{also}"


def failed(told: Mapping[str, Any], title: str) -> EngineError:
    """The error of an ``execution_error`` message."""
    said = one_line(str(told.get("exception_message") or told.get("exception_type") or "it does not say why"))
    kind = str(told.get("exception_type") or "")
    node = f"node {told.get('node_id', '?')} ({told.get('node_type', 'unknown')})"
    # torch.OutOfMemoryError; "Allocation on device" is what it says on some machines.
    if "OutOfMemory" in kind or "out of memory" in said.lower() or said.startswith("Allocation on device"):
        return EngineError(
            f"{title} ran out of memory in {node}.", hint="Ask for a smaller picture, or a smaller model."
        )
    return EngineError(f"{title} failed in {node}: {said.rstrip('.')}.", hint="Its log has the whole story.")


def no_comfyui(service: Service) -> EngineError:
    """What to raise where something else answers."""
    return EngineError(
        f"What answers at {service.options.base_url} is not ComfyUI.",
        hint=f"Change base_url in [engines.{service.host.engine}] of config.toml. {service.host.looks}",
    )


def is_other(error: EngineError) -> bool:
    """Whether ``error``, of a question that every ComfyUI answers, says that something else did."""
    return isinstance(error.__cause__, ValueError) or status_of(error) in _ABSENT


def no_file(service: Service, error: EngineError) -> EngineError:
    """``error`` of asking for a finished picture."""
    if status_of(error) not in {400, *_ABSENT}:
        return error
    return EngineError(f"The picture is not at {service.host.title} any more.", hint="Ask again.")


def status_of(error: StudioloError) -> int:
    """The status that the server answered with; 0 if it did not."""
    return error.__cause__.fault.status if isinstance(error.__cause__, Rejected) else 0


def answered(error: StudioloError) -> bool:
    """Whether the server said no, rather than nothing."""
    return bool(status_of(error)) and not cast("Rejected", error.__cause__).fault.leaves_it_open


def one_line(text: str) -> str:
    """``text`` as part of a message."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
