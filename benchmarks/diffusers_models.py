"""Stable Diffusion's architectures at full size with random weights, built on the spot.

The shapes are those that the models' publishers document (stabilityai/stable-diffusion-xl-base-1.0,
-refiner-1.0, sd-turbo, madebyollin/taesd); ``PARAMETERS`` are what they come to, which is checked.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.engines.diffusers import tiny as tiny_models

UNETS: dict[str, dict[str, Any]] = {
    "sdxl": {
        "sample_size": 128,
        "block_out_channels": (320, 640, 1280),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": (1, 2, 10),
        "attention_head_dim": (5, 10, 20),
        "cross_attention_dim": 2048,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
    "refiner": {
        "sample_size": 128,
        "block_out_channels": (384, 768, 1536, 1536),
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        "transformer_layers_per_block": 4,
        "attention_head_dim": (6, 12, 24, 24),
        "cross_attention_dim": 1280,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2560,
    },
    "sd-turbo": {
        "sample_size": 64,
        "block_out_channels": (320, 640, 1280, 1280),
        "down_block_types": (*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
        "up_block_types": ("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
        "attention_head_dim": (5, 10, 20, 20),
        "cross_attention_dim": 1024,
    },
}

VAE: dict[str, Any] = {
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "block_out_channels": (128, 256, 512, 512),
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
}

# Width, layers, heads, activation: CLIP ViT-L/14, OpenCLIP ViT-bigG/14, and ViT-H/14 less its last layer.
TEXT_ENCODERS: dict[str, tuple[int, int, int, str]] = {
    "large": (768, 12, 12, "quick_gelu"),
    "giant": (1280, 32, 20, "gelu"),
    "huge": (1024, 23, 16, "gelu"),
}

PARAMETERS = {
    "sdxl": 2_567_463_684,
    "refiner": 2_259_526_660,
    "sd-turbo": 865_910_724,
    "vae": 83_653_863,
    "large": 123_060_480,
    "giant": 694_659_840,
    "huge": 340_387_840,
}


def build(
    size: str,
    folder: Path,
    *,
    device: str,
    dtype: str,
    tiny: bool,
    tiny_vae: bool = False,
    refiner: bool = False,
) -> list[Any]:
    """The pipelines of ``size`` on ``device``, their weights made there, in ``dtype`` from the start."""
    import torch

    if tiny:
        return _tiny(folder, size, device=device, dtype=dtype, tiny_vae=tiny_vae, refiner=refiner)
    before = torch.get_default_dtype()
    torch.set_default_dtype(getattr(torch, dtype))
    try:
        with torch.device(device), torch.no_grad():
            base = _sd_turbo(folder) if size == "sd-turbo" else _sdxl(folder)
            if tiny_vae:
                base.register_modules(vae=_taesd(base.vae.config.scaling_factor))
            pipes = [base, _refiner(base)] if refiner else [base]
    finally:
        torch.set_default_dtype(before)
    return _quiet(pipes, dtype)


def save(size: str, folder: Path, *, dtype: str, tiny: bool, refiner: bool) -> Path:
    """A model folder such as a user has, with the tiny autoencoder beside it; returns the folder."""
    pipes = build(size, folder, device="cpu", dtype=dtype, tiny=tiny, refiner=refiner)
    place = folder / size
    pipes[0].save_pretrained(place)
    if refiner:
        pipes[1].save_pretrained(folder / f"{size}-refiner")
    _taesd(pipes[0].vae.config.scaling_factor).to(pipes[0].dtype).save_pretrained(folder / f"{size}-preview")
    return place


def _sdxl(folder: Path) -> Any:
    from diffusers import StableDiffusionXLPipeline

    words = tiny_models.clip_tokenizer(folder / "words")
    return StableDiffusionXLPipeline(
        vae=_vae(scaling_factor=0.13025, sample_size=1024),
        text_encoder=_text_encoder("large"),
        text_encoder_2=_text_encoder("giant", projection=1280),
        tokenizer=words,
        tokenizer_2=words,
        unet=_unet("sdxl"),
        scheduler=_euler("leading"),
        add_watermarker=False,
    )


def _refiner(base: Any) -> Any:
    from diffusers import StableDiffusionXLImg2ImgPipeline

    return StableDiffusionXLImg2ImgPipeline(
        vae=base.vae,
        text_encoder=None,
        tokenizer=None,
        text_encoder_2=base.text_encoder_2,
        tokenizer_2=base.tokenizer_2,
        unet=_unet("refiner"),
        scheduler=_euler("leading"),
        requires_aesthetics_score=True,
        force_zeros_for_empty_prompt=False,
        add_watermarker=False,
    )


def _sd_turbo(folder: Path) -> Any:
    from diffusers import StableDiffusionPipeline

    return StableDiffusionPipeline(
        vae=_vae(scaling_factor=0.18215, sample_size=512),
        text_encoder=_text_encoder("huge"),
        tokenizer=tiny_models.clip_tokenizer(folder / "words"),
        unet=_unet("sd-turbo"),
        scheduler=_euler("trailing"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _unet(name: str) -> Any:
    from diffusers import UNet2DConditionModel

    config = {"in_channels": 4, "out_channels": 4, "layers_per_block": 2, "use_linear_projection": True}
    return _checked(UNet2DConditionModel(**config, **UNETS[name]), name)


def _vae(**more: Any) -> Any:
    from diffusers import AutoencoderKL

    return _checked(AutoencoderKL(**VAE, **more), "vae")


def _taesd(scaling_factor: float) -> Any:
    """The tiny autoencoder of SD and SDXL, whose latents are scaled inside it."""
    from diffusers import AutoencoderTiny

    del scaling_factor
    return AutoencoderTiny(scaling_factor=1.0)


def _text_encoder(name: str, *, projection: int | None = None) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    width, layers, heads, activation = TEXT_ENCODERS[name]
    config = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=77,
        projection_dim=projection or width,
        hidden_act=activation,
    )
    return _checked((CLIPTextModelWithProjection if projection else CLIPTextModel)(config), name)


def _euler(spacing: str) -> Any:
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        timestep_spacing=spacing,
        prediction_type="epsilon",
    )


def _checked(module: Any, name: str) -> Any:
    """The module, if it has as many parameters as the published one."""
    counted = sum(parameter.numel() for parameter in module.parameters())
    if counted != PARAMETERS[name]:
        raise ValueError(f"{name} has {counted:,} parameters, should have {PARAMETERS[name]:,}")
    return module.eval().requires_grad_(requires_grad=False)


def _tiny(folder: Path, size: str, *, device: str, dtype: str, tiny_vae: bool, refiner: bool) -> list[Any]:
    """The networks of the tests: the same calls in a hundredth of a second."""
    import torch

    from diffusers import DiffusionPipeline, StableDiffusionXLImg2ImgPipeline

    made = tiny_models.sd(folder / "tiny") if size == "sd-turbo" else tiny_models.sdxl(folder / "tiny")
    numbers = getattr(torch, dtype)
    base = DiffusionPipeline.from_pretrained(made, torch_dtype=numbers)
    if tiny_vae:
        base.register_modules(vae=_taesd(1.0).to(numbers))
    pipes = [base]
    if refiner:
        shared = {"text_encoder_2": base.text_encoder_2, "tokenizer_2": base.tokenizer_2, "vae": base.vae}
        made = tiny_models.sdxl_refiner(folder / "tiny-refiner")
        pipes.append(StableDiffusionXLImg2ImgPipeline.from_pretrained(made, torch_dtype=numbers, **shared))
    return _quiet([pipe.to(device) for pipe in pipes], dtype)


def _quiet(pipes: list[Any], dtype: str) -> list[Any]:
    import torch

    for pipe in pipes:
        pipe.set_progress_bar_config(disable=True)
        pipe.to(getattr(torch, dtype))
    return pipes
