"""A workflow for each task, of nodes that every ComfyUI has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from studiolo.engines.comfyui.choosing import Choice
from studiolo.engines.comfyui.graph import Graph, Link, Node, Workflow
from studiolo.requests import ImageRequest

_TO_THE_END: Final = 10_000  # KSamplerAdvanced's highest step
_TILES: Final = 100  # how many parts of the work enlarging is counted as


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Names of pictures on the server; empty where there is none."""

    init: str = ""
    mask: str = ""
    control: str = ""


@dataclass(frozen=True, kw_only=True)
class _Words:
    """A model and its two conditionings."""

    model: Link
    positive: Link
    negative: Link


def steps_of(request: ImageRequest) -> int:
    """How many steps the samplers take in all; known before anything is asked."""
    if request.upscale is not None:
        return _TILES
    run = _steps(request, _strength(request))
    return run + (_steps(request, request.refiner_strength or 0.0) if request.refiner == "image" else 0)


def painting(request: ImageRequest, choice: Choice, uploads: Uploads) -> Workflow:
    """What paints the complete ``request``, count 1, whose pictures are at the server."""
    graph = Graph()
    checkpoint = graph.add("CheckpointLoaderSimple", ckpt_name=choice.checkpoint)
    vae = graph.add("VAELoader", vae_name=choice.vae)[0] if choice.vae else checkpoint[2]
    words = _words(graph, request, _adapted(graph, checkpoint, choice), request.options.get("clip_skip"))
    if choice.controlnet:
        words = _controlled(graph, request, choice, words, vae, uploads.control)
    words, latents = _start(graph, request, words, vae, uploads)
    latents, weights = _sampled(graph, request, choice, words, latents)
    picture = graph.add("VAEDecode", samples=latents, vae=vae)
    # A preview lies in the server's folder for what may go, not among the pictures of whoever owns it.
    shown = graph.add("PreviewImage", images=picture)
    return Workflow(nodes=graph.nodes, weights=weights, output=shown.name)


def upscaling(request: ImageRequest, choice: Choice, uploads: Uploads) -> Workflow:
    """What enlarges the picture at the server to exactly the size asked for."""
    graph = Graph()
    source = graph.add("LoadImage", image=uploads.init)
    model = graph.add("UpscaleModelLoader", model_name=choice.upscaler)
    larger = graph.add("ImageUpscaleWithModel", upscale_model=model, image=source)
    exact = graph.add(
        "ImageScale",
        image=larger,
        upscale_method="lanczos",
        width=request.width,
        height=request.height,
        crop="disabled",
    )
    shown = graph.add("PreviewImage", images=exact)
    return Workflow(nodes=graph.nodes, weights={larger.name: _TILES}, output=shown.name)


def _adapted(graph: Graph, checkpoint: Node, choice: Choice) -> tuple[Link, Link]:
    """Model and text encoder with their LoRAs."""
    model, clip = checkpoint[0], checkpoint[1]
    for name, weight in choice.loras:
        lora = graph.add(
            "LoraLoader", model=model, clip=clip, lora_name=name, strength_model=weight, strength_clip=weight
        )
        model, clip = lora[0], lora[1]
    return model, clip


def _words(graph: Graph, request: ImageRequest, adapted: tuple[Link, Link], skip: Any = None) -> _Words:
    model, clip = adapted
    if skip:
        clip = graph.add("CLIPSetLastLayer", clip=clip, stop_at_clip_layer=-int(skip))[0]
    positive = graph.add("CLIPTextEncode", clip=clip, text=request.prompt)
    negative = graph.add("CLIPTextEncode", clip=clip, text=request.negative_prompt)
    return _Words(model=model, positive=positive[0], negative=negative[0])


def _controlled(
    graph: Graph, request: ImageRequest, choice: Choice, words: _Words, vae: Link, picture: str
) -> _Words:
    network = graph.add("ControlNetLoader", control_net_name=choice.controlnet)
    if choice.union_type:
        network = graph.add("SetUnionControlNetType", control_net=network, type=choice.union_type)
    led = graph.add(
        "ControlNetApplyAdvanced",
        positive=words.positive,
        negative=words.negative,
        control_net=network,
        image=graph.add("LoadImage", image=picture),
        strength=request.control_strength,
        start_percent=0.0,
        end_percent=1.0,
        vae=vae,
    )
    return _Words(model=words.model, positive=led[0], negative=led[1])


def _start(
    graph: Graph, request: ImageRequest, words: _Words, vae: Link, uploads: Uploads
) -> tuple[_Words, Link]:
    """The latents that are sampled from."""
    if not uploads.init:
        empty = graph.add("EmptyLatentImage", width=request.width, height=request.height, batch_size=1)
        return words, empty[0]
    source = graph.add("LoadImage", image=uploads.init)
    if not uploads.mask:
        return words, graph.add("VAEEncode", pixels=source, vae=vae)[0]
    # Sets the mask in the latents, and tells models that were made for inpainting what is to be kept; others
    # take no notice of that (comfy/model_base.py: concat_keys).
    hole = graph.add(
        "InpaintModelConditioning",
        positive=words.positive,
        negative=words.negative,
        vae=vae,
        pixels=source,
        mask=graph.add("LoadImageMask", image=uploads.mask, channel="red"),
        noise_mask=True,
    )
    return _Words(model=words.model, positive=hole[0], negative=hole[1]), hole[2]


def _sampled(
    graph: Graph, request: ImageRequest, choice: Choice, words: _Words, latents: Link
) -> tuple[Link, dict[str, int]]:
    """The sampled latents, and the steps that each sampler takes."""
    if request.refiner == "ensemble":
        return _ensemble(graph, request, choice, words, latents)
    base, steps = _pass(graph, request, choice, words, latents, _strength(request))
    weights = {base.name: steps}
    if request.refiner == "image":
        refiner = _refiner(graph, request, choice)
        base, steps = _pass(graph, request, choice, refiner, base[0], request.refiner_strength or 0.0)
        weights[base.name] = steps
    return base[0], weights


def _pass(
    graph: Graph, request: ImageRequest, choice: Choice, words: _Words, latents: Link, strength: float
) -> tuple[Node, int]:
    """One sampler over the last ``strength`` of the noise schedule.

    ComfyUI counts the steps that are taken; ours are of the whole schedule.
    """
    steps = _steps(request, strength)
    sampler = graph.add(
        "KSampler",
        model=words.model,
        positive=words.positive,
        negative=words.negative,
        latent_image=latents,
        seed=request.seed,
        steps=steps,
        cfg=request.guidance_scale,
        sampler_name=choice.sampler,
        scheduler=choice.schedule,
        denoise=strength,
    )
    return sampler, steps


def _strength(request: ImageRequest) -> float:
    return 1.0 if request.init_image is None else request.strength or 0.0


def _steps(request: ImageRequest, strength: float) -> int:
    """The steps that are taken of the whole schedule; ComfyUI takes one at least."""
    return max(1, round((request.steps or 1) * strength))


def _ensemble(
    graph: Graph, request: ImageRequest, choice: Choice, words: _Words, latents: Link
) -> tuple[Link, dict[str, int]]:
    """Two samplers on one noise schedule: the refiner takes over what noise the base leaves."""
    steps = request.steps or 1
    first = steps - _steps(request, _strength(request))
    handover = min(max(round(steps * (request.handover or 0.0)), first), steps)
    base = _stretch(graph, request, choice, words, latents, (first, handover), last=False)
    refiner = _refiner(graph, request, choice)
    refined = _stretch(graph, request, choice, refiner, base[0], (handover, steps), last=True)
    return refined[0], {base.name: handover - first, refined.name: steps - handover}


def _stretch(
    graph: Graph,
    request: ImageRequest,
    choice: Choice,
    words: _Words,
    latents: Link,
    stretch: tuple[int, int],
    *,
    last: bool,
) -> Node:
    """A sampler from one step of the schedule to another."""
    return graph.add(
        "KSamplerAdvanced",
        model=words.model,
        positive=words.positive,
        negative=words.negative,
        latent_image=latents,
        add_noise="disable" if last else "enable",
        noise_seed=request.seed,
        steps=request.steps,
        cfg=request.guidance_scale,
        sampler_name=choice.sampler,
        scheduler=choice.schedule,
        start_at_step=stretch[0],
        end_at_step=_TO_THE_END if last else stretch[1],
        return_with_leftover_noise="disable" if last else "enable",
    )


def _refiner(graph: Graph, request: ImageRequest, choice: Choice) -> _Words:
    checkpoint = graph.add("CheckpointLoaderSimple", ckpt_name=choice.refiner)
    return _words(graph, request, (checkpoint[0], checkpoint[1]))
