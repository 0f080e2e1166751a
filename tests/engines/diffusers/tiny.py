"""Tiny models with random weights, made on the spot from the real classes, saved as a user has them.

A megabyte or two each. A latent has 4 channels and an eighth of the picture's side, as in the real ones,
so that sizes, masks and handovers are computed by the same rules.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

SIDE_PX: Final = 64
"""The side of their pictures: latents of 8 by 8."""

_WORDS: Final = ["a", "red", "blue", "green", "apple", "table", "fox", "on", "the", "snow", "house", "sky"]


def clip_tokenizer(folder: Path, *, length: int = 77) -> Any:
    """CLIP's own tokenizer class, with single letters and a few words for a vocabulary."""
    from transformers import CLIPTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters)]
    merges: list[str] = []
    for word in _WORDS:
        pieces = [*word[:-1], f"{word[-1]}</w>"]
        while len(pieces) > 1:
            merge = f"{pieces[0]} {pieces[1]}"
            pieces[:2] = ["".join(pieces[:2])]
            if merge not in merges:
                merges.append(merge)
            if pieces[0] not in words:
                words.append(pieces[0])
    words += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges))
    return CLIPTokenizer.from_pretrained(folder, model_max_length=length)


def clip_text(words: Any, width: int, *, projects: bool = False, act: str = "quick_gelu") -> Any:
    """A text encoder of two layers, ``width`` wide."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        projection_dim=width,
        hidden_act=act,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return (CLIPTextModelWithProjection if projects else CLIPTextModel)(config)


def vae(*, channels: int = 4, **more: Any) -> Any:
    """Four levels, so that a latent has an eighth of the picture's side."""
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(8, 8, 16, 16),
        norm_num_groups=4,
        layers_per_block=1,
        latent_channels=channels,
        sample_size=SIDE_PX,
        **more,
    )


_CARRIER: Final = 30.0


def colour_vae(*, channels: int = 4, scaling_factor: float = 0.18215, **more: Any) -> Any:
    """An autoencoder that needs no training: a patch's colour is three directions in its latent.

    Four levels, so that a latent has an eighth of the picture's side. Every block passes on what it is given.
    The norms at both ends would take a picture's mean colour away: each of their groups is a colour, its
    negative, and a carrier and its negative, which alone decide mean and deviation.
    """
    import torch

    from diffusers import AutoencoderKL

    wide = 12
    model = AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(wide,) * 4,
        norm_num_groups=3,
        layers_per_block=1,
        latent_channels=channels,
        sample_size=SIDE_PX,
        scaling_factor=scaling_factor,
        **more,
    )
    spread = torch.zeros(wide, 3)  # a colour among the channels
    carrier = torch.zeros(wide)
    for colour in range(3):
        spread[4 * colour, colour], spread[4 * colour + 1, colour] = 1, -1
        carrier[4 * colour + 2], carrier[4 * colour + 3] = _CARRIER, -_CARRIER
    gather = torch.linalg.pinv(spread)
    drawn = torch.randn((channels, 3), generator=torch.Generator().manual_seed(0))
    # Wide enough for what comes of networks that take no noise away: latents of a size around four.
    axes = torch.linalg.qr(drawn)[0] * 4 / scaling_factor
    back = torch.linalg.pinv(axes)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            weights.zero_()
            if "samplers" in name and name.endswith("weight"):
                taps = weights[:, :, :2, :2] if "downsamplers" in name else weights[:, :, 1:2, 1:2]
                taps += torch.eye(wide)[:, :, None, None] / taps[0, 0].numel()
        for part in (model.quant_conv, model.post_quant_conv):
            if part is not None:
                part.weight[:, :, 0, 0] = torch.eye(len(part.weight))
        for part in (model.encoder, model.decoder):
            part.conv_norm_out.weight.fill_(_CARRIER / 2**0.5)
            part.conv_norm_out.bias.fill_(_CARRIER)  # where the rectifier is straight
            part.conv_in.bias.copy_(carrier)
        model.encoder.conv_in.weight[:, :, 1, 1] = spread
        model.encoder.conv_out.weight[:channels, :, 1, 1] = axes @ gather
        model.encoder.conv_out.bias[channels:] = -20.0  # the logarithm of no variance
        model.decoder.conv_in.weight[:, :, 1, 1] = spread @ back
        model.decoder.conv_out.weight[:, :, 1, 1] = gather
    return model


def with_colours(folder: Path) -> Path:
    """The model in ``folder`` with an autoencoder whose pictures mean something."""
    config = json.loads((folder / "vae" / "config.json").read_text())
    colour_vae(scaling_factor=config["scaling_factor"]).save_pretrained(folder / "vae")
    return folder


def unet(*, context: int, channels: int = 4, **more: Any) -> Any:
    """Two levels, the inner with attention to the words, as SDXL's lower ones."""
    from diffusers import UNet2DConditionModel

    config: dict[str, Any] = {
        "sample_size": SIDE_PX // 8,
        "in_channels": channels,
        "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "block_out_channels": (16, 32),
        "layers_per_block": 1,
        "attention_head_dim": (2, 4),
        "norm_num_groups": 8,
        "use_linear_projection": True,
        "cross_attention_dim": context,
    }
    return UNet2DConditionModel(**config | more)


def _sdxl_unet(*, context: int, pooled: int, ids: int, **more: Any) -> Any:
    """With SDXL's conditions on size and crop: ``ids`` numbers of 8 features, beside the pooled words."""
    return unet(
        context=context,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=pooled + 8 * ids,
        transformer_layers_per_block=(1, 1),
        **more,
    )


def _euler() -> Any:
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        steps_offset=1,
        timestep_spacing="leading",
        prediction_type="epsilon",
    )


def sdxl(folder: Path, *, channels: int = 4, variant: str | None = None, seed: int = 0) -> Path:
    """SDXL base: two text encoders, 32 and 64 wide; ``channels`` 9 for one made for inpainting."""
    import torch

    from diffusers import StableDiffusionXLPipeline

    torch.manual_seed(seed)
    words = clip_tokenizer(folder / "words")
    pipe = StableDiffusionXLPipeline(
        vae=vae(scaling_factor=0.13025),
        text_encoder=clip_text(words, 32),
        text_encoder_2=clip_text(words, 64, projects=True, act="gelu"),
        tokenizer=words,
        tokenizer_2=words,
        unet=_sdxl_unet(context=96, pooled=64, ids=6, channels=channels),
        scheduler=_euler(),
    )
    return _save(pipe, folder, variant=variant)


def sdxl_refiner(folder: Path, *, seed: int = 1) -> Path:
    """SDXL's refiner: the larger text encoder alone, and a UNet that is told an aesthetic score."""
    import torch

    from diffusers import StableDiffusionXLImg2ImgPipeline

    torch.manual_seed(seed)
    words = clip_tokenizer(folder / "words")
    pipe = StableDiffusionXLImg2ImgPipeline(
        vae=vae(scaling_factor=0.13025),
        text_encoder=None,
        text_encoder_2=clip_text(words, 64, projects=True, act="gelu"),
        tokenizer=None,
        tokenizer_2=words,
        unet=_sdxl_unet(context=64, pooled=64, ids=5),
        scheduler=_euler(),
        requires_aesthetics_score=True,
    )
    return _save(pipe, folder)


def sd(folder: Path, *, channels: int = 4, width: int = 32, trailing: bool = False, seed: int = 2) -> Path:
    """Stable Diffusion 1.5; with ``trailing`` time steps it is what SD-Turbo is."""
    import torch

    from diffusers import StableDiffusionPipeline

    torch.manual_seed(seed)
    words = clip_tokenizer(folder / "words")
    scheduler = _euler()
    if trailing:
        scheduler.register_to_config(timestep_spacing="trailing")
    pipe = StableDiffusionPipeline(
        vae=vae(scaling_factor=0.18215),
        text_encoder=clip_text(words, width),
        tokenizer=words,
        unet=unet(context=width, channels=channels),
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return _save(pipe, folder)


def _save(pipe: Any, folder: Path, *, variant: str | None = None) -> Path:
    import shutil

    pipe.save_pretrained(folder, safe_serialization=True, variant=variant)
    shutil.rmtree(folder / "words", ignore_errors=True)
    return folder
