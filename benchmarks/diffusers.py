"""Seconds and memory of the diffusers engine: ``python -m benchmarks.diffusers [--device D] [--size S]``.

Nothing is downloaded: the architectures are built at their full size with random weights, which compute as
long as trained ones. Each row adds one optimisation to the row above it, in a process of its own; the first
is the plain call of diffusers, to which the ratios refer. The last rows are our engine under the plan that
it chose for the device, and what it adds to a bare call of the same pipeline under the same plan, measured
in turns.

What is to be beaten, on one A100 80 GB, batch 1, 1024x1024:

- SDXL base, 30 steps: 2.43 s, diffusers' own best (bfloat16, SDPA, fused QKV, UNet and VAE compiled with
  max-autotune, int8 dynamic quantisation; 2.52 s without the last). github.com/huggingface/diffusion-fast,
  measurements in huggingface.co/datasets/sayakpaul/sample-datasets, collated_results.csv.
- SDXL base and refiner, 20 steps: 1.92 s, without guidance after the eighth step (Baseten, "SDXL inference
  in under 2 seconds", baseten.co/blog).

Our targets on one H200: 1.2 s and 0.9 s. On a processor: SD-Turbo's size, 512x512, one step, with the tiny
autoencoder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import diffusers_models as models
from benchmarks.machine import report

PROMPT = "an astronaut in a jungle, cold colours, muted, detailed, 8k"
TIMEOUT_S = 3600


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is painted: the architecture, the side in pixels, the steps, the guidance."""

    title: str
    side: int
    steps: int
    guidance: float
    refiner: bool = False


CASES = {
    "sd-turbo": Case(title="SD-Turbo, 1 step, 512x512", side=512, steps=1, guidance=0.0),
    "sdxl": Case(title="SDXL base, 30 steps, 1024x1024", side=1024, steps=30, guidance=5.0),
    "sdxl-refiner": Case(
        title="SDXL base and refiner (handover at 0.8), 20 steps, 1024x1024",
        side=1024,
        steps=20,
        guidance=5.0,
        refiner=True,
    ),
}
HANDOVER = 0.8


@dataclass(frozen=True, kw_only=True)
class Row:
    """One optimisation on top of those above it. ``sdpa`` False: attention as it was before torch 2."""

    title: str
    short: bool = True
    sdpa: bool = True
    channels_last: bool = False
    fused_qkv: bool = False
    tiny_vae: bool = False
    attention: str = "auto"
    compile: str = "off"
    only_on: tuple[str, ...] = ("cuda", "cpu", "mps", "xpu")


PLAIN = "plain diffusers, float32"
_EAGER: dict[str, Any] = {"channels_last": True, "fused_qkv": True}
ROWS = (
    Row(title=PLAIN, short=False),
    Row(title="the same without SDPA", short=False, sdpa=False),
    Row(title="16 bits"),
    Row(title="+ channels last", channels_last=True),
    Row(title="+ fused QKV", **_EAGER),
    Row(title="+ attention by cuDNN", **_EAGER, attention="cudnn", only_on=("cuda",)),
    Row(title="+ tiny autoencoder", **_EAGER, tiny_vae=True),
    Row(title="channels last, tiny autoencoder", channels_last=True, tiny_vae=True, only_on=("cpu",)),
    Row(title="+ compiled, blocks", **_EAGER, compile="blocks", only_on=("cuda",)),
    Row(title="+ compiled, full", **_EAGER, compile="full", only_on=("cuda",)),
)


def main() -> None:
    """Print a table for each size."""
    arguments = _arguments()
    if arguments.row is not None:
        _measure(arguments)
        return
    import torch

    kind = arguments.device.partition(":")[0]
    sizes = (
        [arguments.size] if arguments.size else ["sdxl", "sdxl-refiner"] if kind == "cuda" else ["sd-turbo"]
    )
    for size in sizes:
        table = [row for row in ROWS if kind in row.only_on]
        lines = [_in_its_own_process(arguments, size, row.title) for row in table]
        compiles = ("off", "blocks", "full") if kind == "cuda" else ("off",)
        lines += [_in_its_own_process(arguments, size, f"engine {how}") for how in compiles]
        _print(CASES[size].title + (" (tiny)" if arguments.tiny else ""), lines)
        print(f"torch {torch.__version__} on {_device_title(torch, arguments.device)}.\n", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time the diffusers engine with random weights.")
    parser.add_argument("--device", default="cpu", help="torch's name of it: cuda, cpu, mps, xpu")
    parser.add_argument("--size", choices=CASES, help="default: both SDXL rows on cuda, sd-turbo elsewhere")
    parser.add_argument("--repeats", type=int, default=3, help="pictures measured, after one to warm up")
    parser.add_argument("--tiny", action="store_true", help="tiny networks: to try the script itself")
    parser.add_argument("--row", help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_its_own_process(arguments: argparse.Namespace, size: str, row: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.diffusers", "--row", row, "--size", size]
    command += ["--device", arguments.device, "--repeats", str(arguments.repeats)]
    done = subprocess.run(
        [*command, *(["--tiny"] if arguments.tiny else [])],
        check=False,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )
    if done.returncode:
        failed = done.stderr.strip().splitlines()[-1:] or ["?"]
        print(f"{row}: {failed[0]}", file=sys.stderr, flush=True)
        return {"title": row, "failed": failed[0]}
    result = json.loads(done.stdout.splitlines()[-1])
    print(f"{result['title']}: {result['seconds']:.3f} s", file=sys.stderr, flush=True)
    return result


def _print(title: str, lines: list[dict[str, Any]]) -> None:
    plain = next((line["seconds"] for line in lines if line["title"] == PLAIN and "seconds" in line), None)
    rows = [
        [
            line["title"],
            f"{line['seconds']:.2f} s",
            f"{line['first']:.1f} s",
            f"{line['memory'] / 1e9:.1f} GB",
            f"{line['seconds'] / plain:.2f}" if plain else "",
        ]
        if "seconds" in line
        else [line["title"], "does not run here", "", "", ""]
        for line in lines
    ]
    report(title, ["what", "median", "first picture", "peak memory", "ratio to plain diffusers"], rows)
    for line in lines:
        if "overhead" in line:
            added, share = line["overhead"] * 1000, line["overhead"] / line["bare"]
            print(
                f"{line['title']}: {line['plan']}. It adds {added:+.1f} ms to the bare call ({share:+.2%}; "
                f"median of {line['pairs']} pairs in turns)."
            )


def _measure(arguments: argparse.Namespace) -> None:
    """One row, in this process; the result is the last line that is printed."""
    import torch

    case = CASES[arguments.size]
    if arguments.tiny:
        case = Case(title=case.title, side=64, steps=case.steps, guidance=case.guidance, refiner=case.refiner)
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        if arguments.row.startswith("engine "):
            compiled = arguments.row.removeprefix("engine ")
            result = _engine(Path(folder), arguments, case, compiled)
        else:
            row = next(row for row in ROWS if row.title == arguments.row)
            result = _bare(Path(folder), arguments, case, row)
    print(json.dumps({"memory": _peak_memory(torch, arguments.device)} | result))


def _bare(folder: Path, arguments: argparse.Namespace, case: Case, row: Row) -> dict[str, Any]:
    from studiolo.engines.diffusers.applying import PlanInForce
    from studiolo.engines.diffusers.plans import Plan
    from studiolo.engines.local import libraries, machine

    torch = libraries.load_torch()
    device = machine.find_device(torch, arguments.device)
    dtype = _short(torch, device) if row.short else "float32"
    pipes = models.build(
        arguments.size,
        folder,
        device=device,
        dtype=dtype,
        tiny=arguments.tiny,
        tiny_vae=row.tiny_vae,
        refiner=case.refiner,
    )
    plan = Plan(
        device=device,
        dtype=dtype,
        channels_last=row.channels_last,
        fused_qkv=row.fused_qkv,
        attention=row.attention,  # pyright: ignore[reportArgumentType]
        compile=row.compile,  # pyright: ignore[reportArgumentType]
    )
    force = PlanInForce(plan)
    force.prepare(pipes)
    if not row.sdpa:
        _without_sdpa(pipes)
    seconds = [_timed(torch, device, lambda: _call(force, pipes, case)) for _ in range(1 + arguments.repeats)]
    return {"title": row.title, "seconds": statistics.median(seconds[1:]), "first": seconds[0]}


def _call(force: Any, pipes: list[Any], case: Case) -> Any:
    """A bare call of the pipeline, and of the refiner behind it."""
    import torch

    generator = torch.Generator("cpu").manual_seed(0)
    arguments: dict[str, Any] = {
        "prompt": PROMPT,
        "num_inference_steps": case.steps,
        "guidance_scale": case.guidance,
        "generator": generator,
    }
    size = {"width": case.side, "height": case.side}
    if not case.refiner:
        with force.at_work(pipes[0]):
            return pipes[0](**arguments, **size).images[0]
    with force.at_work(pipes[0]):
        latents = pipes[0](**arguments, **size, denoising_end=HANDOVER, output_type="latent").images
    with force.at_work(pipes[1]):
        return pipes[1](**arguments, image=latents, denoising_start=HANDOVER).images[0]


def _without_sdpa(pipes: list[Any]) -> None:
    from studiolo.engines.local import libraries

    processor = libraries.load_diffusers().models.attention_processor.AttnProcessor
    for pipe in pipes:
        pipe.unet.set_attn_processor(processor())
        pipe.vae.set_attn_processor(processor())


def _engine(folder: Path, arguments: argparse.Namespace, case: Case, compiled: str) -> dict[str, Any]:
    """The engine, loaded from a folder as a user's is, in turns with a bare call under its plan."""
    from studiolo.engines.base import EngineConfig
    from studiolo.engines.diffusers import DiffusersImageEngine
    from studiolo.engines.diffusers.finding import find_weights
    from studiolo.engines.diffusers.fitting import Fitted, Fitting
    from studiolo.engines.diffusers.options import DiffusersOptions
    from studiolo.engines.local import libraries, machine
    from studiolo.engines.resolving import resolve
    from studiolo.requests import ImageRequest

    torch = libraries.load_torch()
    device = machine.find_device(torch, arguments.device)
    place = models.save(
        arguments.size, folder, dtype=_short(torch, device), tiny=arguments.tiny, refiner=case.refiner
    )
    config = EngineConfig(model=str(place), offline=True, options={"device": device, "compile": compiled})
    options = DiffusersOptions.model_validate(config.options)
    engine = DiffusersImageEngine(config)
    other = Fitting(find_weights(config.model, config, options), options)  # the same, loaded once more
    wish = {
        "prompt": PROMPT,
        "seed": 0,
        "steps": case.steps,
        "guidance_scale": case.guidance,
        "width": case.side,
        "height": case.side,
        "scheduler": "euler",
    }
    if case.refiner:
        wish |= {"refiner": "ensemble", "handover": HANDOVER}
    request = resolve(engine.capabilities, ImageRequest.parse(wish))

    def paint() -> Any:
        return next(iter(engine.generate(request)))

    def bare() -> float:
        def call(fitted: Fitted) -> float:
            pipes = list(fitted.loaded.pipelines)
            return _timed(torch, device, lambda: _call(fitted.force, pipes, case))

        return other.work(call)[0]

    first = _timed(torch, device, paint)
    _timed(torch, device, paint)
    memory = _peak_memory(torch, device)
    plan = other.work(lambda fitted: fitted.force.plan.describe())[0]
    bare()
    ours, theirs = [], []
    for _ in range(max(arguments.repeats, 5)):
        ours.append(_timed(torch, device, paint))
        theirs.append(bare())
    return {
        "title": "our engine" + (f", compile = {compiled}" if compiled != "off" else ""),
        "seconds": statistics.median(ours),
        "first": first,
        "memory": memory,
        "plan": plan,
        "bare": statistics.median(theirs),
        "overhead": statistics.median(a - b for a, b in zip(ours, theirs, strict=True)),
        "pairs": len(ours),
    }


def _short(torch: Any, device: str) -> str:
    """The 16 bits that the device computes in; bfloat16 where it would be emulated."""
    from studiolo.engines.local import machine

    fitting = machine.fitting_dtype(torch, device)
    return "bfloat16" if fitting == "float32" else fitting


def _timed(torch: Any, device: str, work: Callable[[], Any]) -> float:
    """Seconds, with what the device still had to do."""
    kind = device.partition(":")[0]
    started = time.perf_counter()
    work()
    if kind != "cpu":
        getattr(torch, kind).synchronize()
    return time.perf_counter() - started


def _peak_memory(torch: Any, device: str) -> int:
    """Bytes: of the device's allocator, or of the process."""
    import resource

    if device.startswith(("cuda", "xpu")):
        return int(getattr(torch, device.partition(":")[0]).max_memory_allocated())
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _device_title(torch: Any, device: str) -> str:
    from studiolo.engines.local import machine

    found = machine.look(torch, device)
    return found.title or found.name


if __name__ == "__main__":
    main()
