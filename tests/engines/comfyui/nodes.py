"""ComfyUI's nodes as ``GET /object_info`` tells of them, and painting with them in flat colours.

Inputs, types, ranges and outputs as ``nodes.py``, ``comfy_extras/nodes_upscale_model.py`` and
``comfy_extras/nodes_controlnet.py`` of Comfy-Org/ComfyUI have them (2026-11). A latent is a picture, and
what a sampler paints is a colour that follows from seed, words and models.
"""

# ruff: noqa: N802 - methods have the names of ComfyUI's classes

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

SEED = ["INT", {"default": 0, "min": 0, "max": 2**64 - 1}]
STEP = ["INT", {"default": 0, "min": 0, "max": 10000}]
STEPS = ["INT", {"default": 20, "min": 1, "max": 10000}]
CFG = ["FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0}]
SHARE = ["FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0}]
SIDE = ["INT", {"default": 512, "min": 16, "max": 16384, "step": 8}]
LORA_WEIGHT = ["FLOAT", {"default": 1.0, "min": -100.0, "max": 100.0}]
TEXT = ["STRING", {"multiline": True}]
WIDGET = {"tooltip": "…"}
ON_OFF = [["enable", "disable"], {}]
UNION_TYPES = [
    "auto",
    "openpose",
    "depth",
    "hed/pidi/scribble/ted",
    "canny/lineart/anime_lineart/mlsd",
    "normal",
    "segment",
    "tile",
    "repaint",
]


@dataclass
class Models:
    """What lies in the server's folders."""

    checkpoints: list[str] = field(
        default_factory=lambda: [
            "sd_xl_base_1.0.safetensors",
            "photo/realVis_v5.safetensors",
            "sd_xl_refiner_1.0.safetensors",
        ]
    )
    loras: list[str] = field(
        default_factory=lambda: ["pixel-art-xl.safetensors", "more/Line_Art.safetensors"]
    )
    controlnet: list[str] = field(
        default_factory=lambda: [
            "control_v11p_sd15_canny.pth",
            "xl-canny.safetensors",
            "xl-union-promax.safetensors",
        ]
    )
    upscale_models: list[str] = field(default_factory=lambda: ["RealESRGAN_x2plus.pth", "4x-UltraSharp.pth"])
    vae: list[str] = field(default_factory=lambda: ["sdxl_vae.safetensors"])
    samplers: list[str] = field(
        default_factory=lambda: [
            "euler",
            "euler_ancestral",
            "dpm_2",
            "dpmpp_2m",
            "dpmpp_2m_sde",
            "res_2s",
            "ddim",
            "uni_pc",
        ]
    )
    schedulers: list[str] = field(
        default_factory=lambda: ["simple", "sgm_uniform", "karras", "exponential", "beta", "normal"]
    )


def definitions(models: Models) -> dict[str, dict[str, Any]]:
    """``/object_info``. Loaders of newer servers list their files as COMBO, older ones as a bare list."""
    sampling = {
        "model": ["MODEL", WIDGET],
        "steps": STEPS,
        "cfg": CFG,
        "sampler_name": [models.samplers, WIDGET],
        "scheduler": [models.schedulers, WIDGET],
        "positive": ["CONDITIONING", WIDGET],
        "negative": ["CONDITIONING", WIDGET],
        "latent_image": ["LATENT", WIDGET],
    }
    return {
        "CheckpointLoaderSimple": node(["MODEL", "CLIP", "VAE"], ckpt_name=[models.checkpoints, WIDGET]),
        "VAELoader": node(["VAE"], vae_name=["COMBO", {"options": models.vae}]),
        "LoraLoader": node(
            ["MODEL", "CLIP"],
            model=["MODEL", WIDGET],
            clip=["CLIP", WIDGET],
            lora_name=["COMBO", {"options": models.loras}],
            strength_model=LORA_WEIGHT,
            strength_clip=LORA_WEIGHT,
        ),
        "CLIPSetLastLayer": node(
            ["CLIP"], clip=["CLIP"], stop_at_clip_layer=["INT", {"default": -1, "min": -24, "max": -1}]
        ),
        "CLIPTextEncode": node(["CONDITIONING"], text=TEXT, clip=["CLIP", WIDGET]),
        "ControlNetLoader": node(["CONTROL_NET"], control_net_name=[models.controlnet]),
        "SetUnionControlNetType": node(["CONTROL_NET"], control_net=["CONTROL_NET"], type=[UNION_TYPES]),
        "ControlNetApplyAdvanced": node(
            ["CONDITIONING", "CONDITIONING"],
            optional={"vae": ["VAE"]},
            positive=["CONDITIONING"],
            negative=["CONDITIONING"],
            control_net=["CONTROL_NET"],
            image=["IMAGE"],
            strength=["FLOAT", {"default": 1.0, "min": 0.0, "max": 10.0}],
            start_percent=SHARE,
            end_percent=SHARE,
        ),
        "EmptyLatentImage": node(
            ["LATENT"], width=SIDE, height=SIDE, batch_size=["INT", {"default": 1, "min": 1, "max": 4096}]
        ),
        "LoadImage": node(["IMAGE", "MASK"], image=[["example.png"], {"image_upload": True}]),
        "LoadImageMask": node(
            ["MASK"],
            image=[["example.png"], {"image_upload": True}],
            channel=[["alpha", "red", "green", "blue"]],
        ),
        "VAEEncode": node(["LATENT"], pixels=["IMAGE"], vae=["VAE"]),
        "VAEDecode": node(["IMAGE"], samples=["LATENT"], vae=["VAE"]),
        "SetLatentNoiseMask": node(["LATENT"], samples=["LATENT"], mask=["MASK"]),
        "InpaintModelConditioning": node(
            ["CONDITIONING", "CONDITIONING", "LATENT"],
            positive=["CONDITIONING"],
            negative=["CONDITIONING"],
            vae=["VAE"],
            pixels=["IMAGE"],
            mask=["MASK"],
            noise_mask=["BOOLEAN", {"default": True}],
        ),
        "KSampler": node(["LATENT"], seed=SEED, denoise=SHARE, **sampling),
        "KSamplerAdvanced": node(
            ["LATENT"],
            add_noise=ON_OFF,
            noise_seed=SEED,
            start_at_step=STEP,
            end_at_step=STEP,
            return_with_leftover_noise=ON_OFF,
            **sampling,
        ),
        "UpscaleModelLoader": node(["UPSCALE_MODEL"], model_name=[models.upscale_models]),
        "ImageUpscaleWithModel": node(["IMAGE"], upscale_model=["UPSCALE_MODEL"], image=["IMAGE"]),
        "ImageScale": node(
            ["IMAGE"],
            image=["IMAGE"],
            upscale_method=[["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]],
            width=["INT", {"default": 512, "min": 0, "max": 16384}],
            height=["INT", {"default": 512, "min": 0, "max": 16384}],
            crop=[["disabled", "center"]],
        ),
        "PreviewImage": node([], shows=True, images=["IMAGE"]),
        "SaveImage": node(
            [], shows=True, images=["IMAGE"], filename_prefix=["STRING", {"default": "ComfyUI"}]
        ),
    }


def node(
    output: list[str], *, shows: bool = False, optional: Any = None, **required: list[Any]
) -> dict[str, Any]:
    """A class of nodes."""
    return {
        "input": {"required": required, "optional": optional or {}},
        "output": output,
        "output_node": shows,
    }


class Interrupted(Exception):  # noqa: N818 - nobody failed
    pass


@dataclass
class Easel:
    """Where nodes are worked off. ``step`` is called after each step of a sampler, with a preview."""

    find: Callable[[str], Image.Image]
    step: Callable[[str, int, int, Image.Image], None]
    store: Callable[[str, Image.Image], dict[str, str]]
    models: dict[str, Any] = field(default_factory=dict)

    def work(self, name: str, kind: str, given: dict[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """The outputs of a node, or what it shows."""
        return getattr(self, kind)(name, **given)

    def CheckpointLoaderSimple(self, name, ckpt_name):
        return ckpt_name, ckpt_name, ckpt_name

    def VAELoader(self, name, vae_name):
        return (vae_name,)

    def LoraLoader(self, name, model, clip, lora_name, strength_model, strength_clip):
        return f"{model}+{lora_name}:{strength_model}", f"{clip}+{lora_name}:{strength_clip}"

    def CLIPSetLastLayer(self, name, clip, stop_at_clip_layer):
        return (f"{clip}@{stop_at_clip_layer}",)

    def CLIPTextEncode(self, name, text, clip):
        return ({"words": f"{clip}|{text}", "led": None},)

    def ControlNetLoader(self, name, control_net_name):
        return (control_net_name,)

    def SetUnionControlNetType(self, name, control_net, type):  # noqa: A002 - ComfyUI's name
        return (f"{control_net}={type}",)

    def ControlNetApplyAdvanced(
        self, name, positive, negative, control_net, image, strength, start_percent, end_percent, vae=None
    ):
        led = (np.asarray(image, np.float32), strength)
        return {**positive, "led": led}, {**negative, "led": led}

    def EmptyLatentImage(self, name, width, height, batch_size):
        return ({"pixels": np.full((height, width, 3), 128, np.float32), "mask": None},)

    def LoadImage(self, name, image):
        found = self.find(image)
        hidden = (
            255 - np.asarray(found.getchannel("A")) if found.mode == "RGBA" else np.zeros((64, 64), np.uint8)
        )
        return found.convert("RGB"), hidden

    def LoadImageMask(self, name, image, channel):
        found = self.find(image).convert("RGBA").getchannel(channel[0].upper())
        return (np.asarray(found),)

    def VAEEncode(self, name, pixels, vae):
        return ({"pixels": np.asarray(pixels, np.float32), "mask": None},)

    def VAEDecode(self, name, samples, vae):
        return (Image.fromarray(samples["pixels"].round().clip(0, 255).astype(np.uint8)),)

    def SetLatentNoiseMask(self, name, samples, mask):
        return ({**samples, "mask": mask},)

    def InpaintModelConditioning(self, name, positive, negative, vae, pixels, mask, noise_mask=True):
        latent = {"pixels": np.asarray(pixels, np.float32), "mask": mask if noise_mask else None}
        return positive, negative, latent

    def KSampler(
        self,
        name,
        model,
        seed,
        steps,
        cfg,
        sampler_name,
        scheduler,
        positive,
        negative,
        latent_image,
        denoise,
    ):
        how = f"{model} {seed} {cfg} {sampler_name} {scheduler} {positive['words']} {negative['words']}"
        return self.sample(name, how, steps, denoise, latent_image, positive["led"])

    def KSamplerAdvanced(
        self,
        name,
        model,
        add_noise,
        noise_seed,
        steps,
        cfg,
        sampler_name,
        scheduler,
        positive,
        negative,
        latent_image,
        start_at_step,
        end_at_step,
        return_with_leftover_noise,
    ):
        how = f"{model} {noise_seed} {cfg} {sampler_name} {scheduler} {positive['words']} {negative['words']}"
        taken = min(end_at_step, steps) - start_at_step
        return self.sample(name, how, taken, taken / steps, latent_image, positive["led"])

    def sample(self, name, how, steps, share, latent, led):
        """Moves the picture towards a colour by ``share``, where the mask lets it."""
        digest = hashlib.sha256(how.encode()).digest()
        before = latent["pixels"]
        colour = np.broadcast_to(np.frombuffer(digest[:3], np.uint8).astype(np.float32), before.shape)
        if led is not None:
            colour = colour * (1 - led[1] / 2) + led[0] * led[1] / 2
        free = np.ones(before.shape[:2], np.float32)
        if latent["mask"] is not None:
            free = np.asarray(latent["mask"], np.float32) / 255
        for step in range(1, steps + 1):
            part = free[..., None] * share * step / steps
            pixels = before * (1 - part) + colour * part
            self.step(name, step, steps, Image.fromarray(pixels.clip(0, 255).astype(np.uint8)))
        return ({**latent, "pixels": pixels},)

    def UpscaleModelLoader(self, name, model_name):
        return (2 if "x2" in model_name else 4,)

    def ImageUpscaleWithModel(self, name, upscale_model, image):
        size = image.width * upscale_model, image.height * upscale_model
        for tile in (1, 2):
            self.step(name, tile, 2, image)
        return (image.resize(size, Image.Resampling.BICUBIC),)

    def ImageScale(self, name, image, upscale_method, width, height, crop):
        return (image.resize((width, height), Image.Resampling.LANCZOS),)

    def PreviewImage(self, name, images):
        return {"images": [self.store("temp", images)]}

    def SaveImage(self, name, images, filename_prefix):
        return {"images": [self.store("output", images)]}
