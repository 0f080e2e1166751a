"""What the web UI of the tests has, in the words of each flavour's routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _checkpoint(name: str, sha256: str) -> dict[str, Any]:
    return {
        "title": f"{name}.safetensors [{sha256[:10]}]",
        "model_name": name.replace("/", "_"),
        "hash": sha256[:10],
        "sha256": sha256,
        "filename": f"/models/Stable-diffusion/{name}.safetensors",
        "config": None,
    }


CHECKPOINTS = (
    _checkpoint("v1-5-pruned-emaonly", "6ce0161689b3853acaa03779ec93eafe75a02f4ced659bee03f50797806fa2fa"),
    _checkpoint("SDXL/sd_xl_base_1.0", "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b"),
    _checkpoint("SDXL/sd_xl_refiner_1.0", "7440042bbdc8a24813002c09b6b69b64dc90fded4472613437b7f55f9b7d9c5f"),
)
# The first samplers of modules/sd_samplers_kdiffusion.py, and those of sd_samplers_timesteps.py.
SAMPLERS = (
    ("DPM++ 2M", ("k_dpmpp_2m",)),
    ("DPM++ SDE", ("k_dpmpp_sde",)),
    ("DPM++ 2M SDE", ("k_dpmpp_2m_sde",)),
    ("Euler a", ("k_euler_a", "k_euler_ancestral")),
    ("Euler", ("k_euler",)),
    ("DDIM", ("ddim",)),
    ("UniPC", ("unipc",)),
)
OLD_SAMPLERS = (
    ("DPM++ 2M Karras", ("k_dpmpp_2m_ka",)),
    ("DPM++ 2M SDE Exponential", ("k_dpmpp_2m_sde_exp",)),
    ("DPM++ 2M", ("k_dpmpp_2m",)),
    ("Euler a", ("k_euler_a", "k_euler_ancestral")),
    ("Euler", ("k_euler",)),
)
NEXT_SAMPLERS = ("Euler", "Euler a", "Euler FlowMatch", "DPM++ 2M", "UniPC", "KDPM2 a")
SCHEDULERS = (
    ("automatic", "Automatic", None),
    ("karras", "Karras", None),
    ("exponential", "Exponential", None),
    ("sgm_uniform", "SGM Uniform", ["SGMUniform"]),
)
UPSCALERS = tuple(
    {"name": name, "model_name": None, "model_path": None, "model_url": None, "scale": 4.0}
    for name in ("None", "Lanczos", "Nearest", "R-ESRGAN 4x+")
)
LORAS = (
    {"name": "pixel-art-xl", "alias": "pixelart", "path": "/models/Lora/pixel-art-xl.safetensors"},
    {"name": "add_detail", "alias": "add_detail", "path": "/models/Lora/tools/add_detail.safetensors"},
)
CONTROL_MODELS = (
    "None",
    "control_v11p_sd15_canny [d14c016b]",
    "control_v11p_sd15_seg [e1f51eb9]",
    "diffusers_xl_canny_full [2b69fca4]",
)


def samplers(flavour: str) -> list[dict[str, Any]]:
    if flavour == "sdnext":
        return [{"name": name, "options": {}} for name in NEXT_SAMPLERS]
    listed = OLD_SAMPLERS if flavour == "old" else SAMPLERS
    return [{"name": name, "aliases": list(aliases), "options": {}} for name, aliases in listed]


def schedulers(flavour: str) -> list[dict[str, Any]] | None:
    """The route is there since AUTOMATIC1111 1.9; SD.Next's gives its samplers once more."""
    if flavour == "old":
        return None
    if flavour == "sdnext":
        return [{"name": name, "cls": "X", "options": {}} for name in ("Default", *NEXT_SAMPLERS)]
    return [
        {"name": name, "label": label, "aliases": aliases, "default_rho": -1.0, "need_inner_model": False}
        for name, label, aliases in SCHEDULERS
    ]


def upscalers(flavour: str) -> list[dict[str, Any]]:
    """SD.Next's modules/upscaler_simple.py has those of latents here, and no route of their own."""
    latent = ("Latent Nearest", "Latent Bicubic") if flavour == "sdnext" else ()
    return [*UPSCALERS, *({**UPSCALERS[0], "name": name} for name in latent)]


ROUTES: dict[str, Callable[[str], list[dict[str, Any]] | None]] = {
    "samplers": samplers,
    "schedulers": schedulers,
    "upscalers": upscalers,
    "latent-upscale-modes": lambda flavour: (
        [{"name": name} for name in ("Latent", "Latent (antialiased)")] if flavour != "sdnext" else None
    ),
    "loras": lambda flavour: [{**lora, "metadata": {}} for lora in LORAS] if flavour != "old" else None,
    "sd-vae": lambda flavour: (
        None
        if flavour == "forge"
        else [
            {
                "model_name": "vae-ft-mse-840000-ema-pruned.safetensors",
                "filename": "/models/VAE/v.safetensors",
            }
        ]
    ),
    "prompt-styles": lambda _: [
        {"name": "Cinematic", "prompt": "film still of {prompt}", "negative_prompt": ""}
    ],
}


def controlnet(path: str, flavour: str) -> dict[str, Any]:
    """Forge spells it "None"."""
    if path == "/controlnet/model_list":
        return {"model_list": list(CONTROL_MODELS)}
    return {"module_list": ["None" if flavour == "forge" else "none", "canny", "seg_ofade20k"]}
