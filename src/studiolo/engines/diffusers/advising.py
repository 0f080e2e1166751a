"""What `studiolo doctor` says of painting on this machine: the device, the plan and why, which models fit."""

from __future__ import annotations

from collections.abc import Iterator

from studiolo.engines.base import Advice, EngineConfig, ModelCard
from studiolo.engines.diffusers import plans
from studiolo.engines.diffusers.choosing import (
    built_for_cuda,
    choose_weights,
    has_nvidia_driver,
    likely_device,
)
from studiolo.engines.diffusers.demands import demand_of
from studiolo.engines.diffusers.finding import Weights, find_weights
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.plans import Plan
from studiolo.engines.local import libraries, machine
from studiolo.engines.local.machine import Device, gigabytes
from studiolo.errors import EngineError, StudioloError


def advise(config: EngineConfig, options: DiffusersOptions, cards: tuple[ModelCard, ...]) -> Iterator[Advice]:
    """Sentences for the doctor. ``cards`` are the engine's models; torch is loaded only if one is here.

    Raises:
        EngineError: the device that the options name is not there.
    """
    yield from _faster()
    try:
        weights = choose_weights(config, options)
    except EngineError:
        yield Advice(topic="model", detail=f"none is here yet; it would paint on {likely_device(options)}")
        return
    torch = libraries.load_torch()
    device, processor = machine.look(torch, options.device), machine.look(torch, "cpu")
    plan = _plan(weights, device, processor, options)
    yield Advice(
        topic=weights.name,
        detail=f"on {plan.describe()}: needs about {gigabytes(plan.needed_bytes)}; {_memory(device)}",
    )
    yield Advice(topic="plan", detail="; ".join(plan.reasons))
    for card in cards:
        if card.ready and card.name != weights.name:
            yield from _fit(card.name, config, options, (device, processor))


def _faster() -> Iterator[Advice]:
    if has_nvidia_driver() and not built_for_cuda():
        yield Advice(
            topic="device",
            detail="an NVIDIA graphics processor is here, but torch is built for processors alone",
            hint="Install torch built for CUDA; pytorch.org/get-started has the command.",
            warning=True,
        )


def _plan(weights: Weights, device: Device, processor: Device, options: DiffusersOptions) -> Plan:
    ladder = plans.ladder(device, demand_of(weights), options, processor)
    return plans.choose(ladder, {at.name: at.free_bytes for at in (processor, device)})


def _memory(device: Device) -> str:
    return f"{gigabytes(device.free_bytes)} of {gigabytes(device.total_bytes)} are free on {device.name}"


def _fit(
    name: str, config: EngineConfig, options: DiffusersOptions, devices: tuple[Device, Device]
) -> Iterator[Advice]:
    """How another model that is here would be run; nothing of what only adds to models."""
    try:
        weights = find_weights(name, config, options)
    except StudioloError:
        return
    plan = _plan(weights, *devices, options)
    free = next(device.free_bytes for device in devices if device.name == plan.device)
    fits = "fits" if plan.needed_bytes <= free else "does not fit"
    yield Advice(
        topic=name,
        detail=f"{fits}: about {gigabytes(plan.needed_bytes)} on {plan.describe()}",
        warning=fits != "fits",
        hint="" if fits == "fits" else "Close other programs before you use it.",
    )
