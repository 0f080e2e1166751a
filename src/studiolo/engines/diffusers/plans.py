"""How a model is run on a device: what makes it fast, what makes it fit, and why each was chosen.

A plan is chosen from facts alone (:class:`~studiolo.engines.local.machine.Device`, :class:`Demand`, the
options), so that what would happen on another machine can be told, and tested, on this one. The plans of a
device form a ladder: the first is the fastest, each further one needs less memory.

Sources: the optimisation pages of diffusers' documentation, and the measurements behind its SDXL tutorial
(sayakpaul/sample-datasets, collated_results.csv: SDXL base, 1024x1024, 30 steps, A100 80 GB).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from studiolo.engines.diffusers.options import Attention, Compile, DiffusersOptions, Offload
from studiolo.engines.local.machine import BYTES, Device, gigabytes
from studiolo.errors import EngineError

TILE_PX: Final = 512
"""Side of a tile in which a large picture is decoded.

Set by us: diffusers takes the autoencoder's ``sample_size``, which is 1024 for SDXL's, so that at its own
size nothing would be tiled at all.
"""

# Numbers that decoding holds at once for each pixel: four tensors of the 256 channels that Stable Diffusion's
# autoencoders have at full size (AutoencoderKL, block_out_channels 128, 256, 512, 512). In bfloat16 at
# 1024x1024 that is 2.1 GB; measured: 8.8 GB at the peak, less 6.9 GB of weights (the CSV above).
_DECODING: Final = 4 * 256
# The same for the denoiser, which works on latents: GEGLU at half and quarter resolution, two batch rows.
_DENOISING: Final = 400
# What remains on the device of weights that are fetched layer by layer: the largest layer, and the next.
_LAYERS_SHARE: Final = 0.02


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a model asks of a device.

    Attributes:
        name: What the user calls it.
        numbers: How many numbers its weights are, all parts together.
        largest: How many the largest part has, the denoiser as a rule.
        pixels: How many a picture has.
        is_unet: The denoiser is a UNet; else a transformer.
        tiny_vae: There is a tiny autoencoder beside the model's own.
    """

    name: str
    numbers: int
    largest: int
    pixels: int
    is_unet: bool = True
    tiny_vae: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How one model is run on one device. ``reasons`` say, in words, why so.

    ``needed_bytes`` is an estimate: weights on the device, and the larger of denoising and decoding.
    """

    device: str
    dtype: str
    channels_last: bool = False
    fused_qkv: bool = False
    attention: Attention = "auto"
    compile: Compile = "off"
    tiny_vae: bool = False
    tiling: bool = False
    attention_slicing: bool = False
    offload: Offload = "none"
    needed_bytes: int = 0
    reasons: tuple[str, ...] = ()

    @property
    def home(self) -> str:
        """The device where the weights lie while nothing is painted."""
        return self.device if self.offload == "none" else "cpu"

    def describe(self) -> str:
        """In one line: ``cuda:0, bfloat16, channels last, parts wait in the machine's memory``."""
        parts = {
            "channels last": self.channels_last,
            "fused QKV": self.fused_qkv,
            f"attention by {self.attention}": self.attention != "auto",
            f"compiled ({self.compile})": self.compile != "off",
            "tiny autoencoder": self.tiny_vae,
            "decoded in tiles": self.tiling,
            "attention in slices": self.attention_slicing,
            _OFFLOADS[self.offload]: self.offload != "none",
        }
        return ", ".join([self.device, self.dtype, *(name for name, taken in parts.items() if taken)])


_OFFLOADS: Final[dict[Offload, str]] = {
    "none": "",
    "model": "parts wait in the machine's memory",
    "group": "layers are fetched ahead from the machine's memory",
    "sequential": "layers are fetched one by one from the machine's memory",
}


def ladder(device: Device, demand: Demand, options: DiffusersOptions, processor: Device) -> tuple[Plan, ...]:
    """Every plan for the model on the device, from the fastest to that which needs the least memory.

    What the options decide is the same in all of them. The last rung of a GPU is the processor, unless
    the device was chosen by the user.
    """
    rungs = [_sized(plan, demand) for plan in _rungs(_fastest(device, demand, options), device, options)]
    if device.kind != "cpu" and options.device is None:
        on_processor = _fastest(processor, demand, options)
        why = f"the processor: {device.name} has not enough memory, whatever waits elsewhere"
        on_processor = replace(on_processor, tiling=True, reasons=(why, *on_processor.reasons, _TILING))
        rungs.append(_sized(on_processor, demand))
    return tuple(rungs)


def choose(plans: tuple[Plan, ...], free: dict[str, int]) -> Plan:
    """The fastest plan whose estimate fits what is free (bytes by device); if none does, the smallest."""
    fitting = (plan for plan in plans if plan.needed_bytes <= free[plan.device])
    return next(fitting, plans[-1])


def smaller(plans: tuple[Plan, ...], plan: Plan) -> Plan | None:
    """The next plan down the ladder; None below the last."""
    below = plans.index(plan) + 1
    return plans[below] if below < len(plans) else None


def too_large(demand: Demand, plan: Plan, device: Device, beside: str = "") -> EngineError:
    """The error when memory ran out with the last plan, with the figures.

    ``beside`` is what else the ledger knows on the device, as the end of a sentence.
    """
    return EngineError(
        f"{device.name} ran out of memory with '{demand.name}', also with the smallest plan "
        f"({plan.describe()}): it needs about {gigabytes(plan.needed_bytes)}, "
        f"{gigabytes(device.free_bytes)} of {gigabytes(device.total_bytes)} were free{beside}.",
        hint="Close other programs, ask for a smaller picture, or choose a smaller model: studiolo models",
    )


def _fastest(device: Device, demand: Demand, options: DiffusersOptions) -> Plan:
    """The plan for a device with memory enough."""
    dtype, why = _dtype(device, options)
    reasons = [f"{_called(device)}: {'as set' if options.device else 'the fastest device here'}", why]
    convolves = demand.is_unet and device.kind in ("cuda", "xpu", "cpu")
    if convolves:
        reasons.append("channels last: the layout that this device's convolutions compute in")
    compiled = options.compile or "off"
    if compiled != "off" and not device.compiles:
        compiled = "off"
        reasons.append(
            "not compiled, though asked: torch.compile finds no "
            + ("C++ compiler" if device.kind == "cpu" else "Triton")
            + " here"
        )
    elif compiled == "off" and device.compiles and device.kind == "cuda":
        reasons.append(
            'not compiled: the first picture of each size would take a minute longer; set compile = "blocks" '
            'or "full" for many pictures of one size'
        )
    elif compiled != "off":
        reasons.append(f"compiled ({compiled}): as set")
    # Measured on an A100, compiled: 2.55 s become 2.52 s, for 1 GB more; without compiling nothing is gained.
    fused = compiled != "off" and demand.is_unet and device.kind == "cuda"
    if fused:
        reasons.append("fused QKV: one product in place of three, worth 1 % once compiled")
    tiny = options.tiny_vae if options.tiny_vae is not None else demand.tiny_vae and device.kind == "cpu"
    if tiny:
        reasons.append("tiny autoencoder: the model's own takes a processor longer than a step does")
    return Plan(
        device=device.name,
        dtype=dtype,
        channels_last=convolves,
        fused_qkv=fused,
        attention=options.attention or "auto",
        compile=compiled,
        tiny_vae=tiny and demand.tiny_vae,
        reasons=tuple(reasons),
    )


def _called(device: Device) -> str:
    return f"{device.name} ({device.title})" if device.title else device.name


def _dtype(device: Device, options: DiffusersOptions) -> tuple[str, str]:
    if options.dtype:
        return options.dtype, f"{options.dtype}: as set"
    if device.bfloat16:
        return "bfloat16", "bfloat16: half the memory of float32, and this device computes in it"
    if device.kind == "cpu":
        return "float32", "float32: this processor has no instructions for shorter numbers"
    return "float16", "float16: half the memory of float32; this device does not compute in bfloat16"


_TILING: Final = f"decoded in tiles of {TILE_PX} pixels: a fraction of the memory, hardly slower"
_WHYS: Final[dict[Offload, str]] = {
    "none": "",
    "model": "parts wait in the machine's memory: only the one at work lies on the device; "
    "moving them takes a second or two for each picture",
    "group": "layers are fetched ahead: the device holds a few at a time; slower, if the bus is",
    "sequential": "layers are fetched one by one: the least that a GPU can do with, several times slower",
}
_ORDER: Final[tuple[Offload, ...]] = ("none", "model", "group", "sequential")


def _rungs(fastest: Plan, device: Device, options: DiffusersOptions) -> list[Plan]:
    """The plans from ``fastest`` down, on the same device."""
    least: Offload = options.offload or "none"
    plan = _offloaded(fastest, least) if least != "none" and not device.shares_memory else fastest
    rungs = [plan]
    if options.tiling is not False:
        plan = replace(plan, tiling=True, reasons=(*plan.reasons, _TILING))
        rungs = [plan] if options.tiling else [*rungs, plan]
    if device.kind == "mps":
        why = "attention in slices: its scores are computed a few heads at a time"
        rungs.append(replace(plan, attention_slicing=True, reasons=(*plan.reasons, why)))
    elif device.kind == "cpu" and plan.dtype == "float32" and options.dtype is None:
        why = "bfloat16: half the memory, though this processor only emulates it"
        rungs.append(replace(plan, dtype="bfloat16", reasons=(*plan.reasons[:1], why, *plan.reasons[2:])))
    elif not device.shares_memory and options.offload is None:
        # Streams, which fetching ahead needs, are CUDA's and XPU's.
        rungs += [_offloaded(plan, offload) for offload in _ORDER[1:]]
    return rungs


def _offloaded(plan: Plan, offload: Offload) -> Plan:
    """The same plan with weights elsewhere; compiled code and moving weights do not go together."""
    return replace(
        plan,
        offload=offload,
        compile="off",
        fused_qkv=False,
        reasons=(*plan.reasons, _WHYS[offload]),
    )


def _sized(plan: Plan, demand: Demand) -> Plan:
    """The plan with its estimate."""
    width = BYTES[plan.dtype]
    resident = {
        "none": demand.numbers,
        "model": demand.largest,
        "group": 2 * _LAYERS_SHARE * demand.largest,
        "sequential": _LAYERS_SHARE * demand.largest,
    }[plan.offload]
    decoded = min(demand.pixels, TILE_PX**2) if plan.tiling else demand.pixels
    working = max(_DECODING * decoded, _DENOISING * demand.pixels)
    return replace(plan, needed_bytes=int(width * (resident + working)))
