"""Tiny upscalers with random weights: four times from pixels, twice from latents."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from tests.engines.diffusers import tiny


def x4(folder: Path, *, seed: int = 20) -> Path:
    """Stable Diffusion's upscaler: its autoencoder halves twice, its UNet sees pixels beside latents."""
    import torch

    from diffusers import AutoencoderKL, DDIMScheduler, DDPMScheduler, StableDiffusionUpscalePipeline

    torch.manual_seed(seed)
    words = tiny.clip_tokenizer(folder / "words")
    pipe = StableDiffusionUpscalePipeline(
        vae=AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 3,
            up_block_types=("UpDecoderBlock2D",) * 3,
            block_out_channels=(8, 8, 16),
            norm_num_groups=4,
            layers_per_block=1,
            latent_channels=4,
            scaling_factor=0.08333,
        ),
        text_encoder=tiny.clip_text(words, 32),
        tokenizer=words,
        unet=tiny.unet(context=32, channels=7, num_class_embeds=1000),
        low_res_scheduler=DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.0001, beta_end=0.02),
        scheduler=DDIMScheduler(beta_schedule="scaled_linear", prediction_type="v_prediction"),
    )
    return _save(pipe, folder)


def x2_latent(folder: Path, *, seed: int = 21) -> Path:
    """The latent upscaler, whose UNet has blocks of the kind k-diffusion has."""
    import torch

    from diffusers import EulerDiscreteScheduler, StableDiffusionLatentUpscalePipeline, UNet2DConditionModel

    torch.manual_seed(seed)
    words = tiny.clip_tokenizer(folder / "words")
    pipe = StableDiffusionLatentUpscalePipeline(
        vae=tiny.vae(),
        text_encoder=tiny.clip_text(words, 32),
        tokenizer=words,
        unet=UNet2DConditionModel(
            act_fn="gelu",
            attention_head_dim=8,
            norm_num_groups=None,
            block_out_channels=(32, 32, 64, 64),
            time_cond_proj_dim=128 + 32,
            conv_in_kernel=1,
            conv_out_kernel=1,
            cross_attention_dim=32,
            down_block_types=("KDownBlock2D", *("KCrossAttnDownBlock2D",) * 3),
            in_channels=8,
            mid_block_type=None,
            only_cross_attention=False,
            out_channels=5,
            resnet_time_scale_shift="scale_shift",
            time_embedding_type="fourier",
            timestep_post_act="gelu",
            up_block_types=(*("KCrossAttnUpBlock2D",) * 3, "KUpBlock2D"),
        ),
        scheduler=EulerDiscreteScheduler(prediction_type="sample"),
    )
    return _save(pipe, folder)


def _save(pipe: Any, folder: Path) -> Path:
    pipe.save_pretrained(folder, safe_serialization=True)
    shutil.rmtree(folder / "words", ignore_errors=True)
    return folder
