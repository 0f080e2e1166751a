"""What is attached to the tiny models: ControlNets, IP-Adapters, LoRAs. Real classes, random weights."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines.diffusers import tiny

_CONTROL: dict[str, Any] = {
    "conditioning_embedding_out_channels": (4, 8, 8, 8),
}


def controlnet(folder: Path, base: Any, *, seed: int = 10) -> Path:
    """A ControlNet for the UNet of ``base``, whose last layers are not zero as a fresh one's are."""
    from diffusers import ControlNetModel

    return _save_control(ControlNetModel.from_unet(base.unet, **_CONTROL), folder, seed)


def controlnet_union(folder: Path, base: Any, *, seed: int = 11) -> Path:
    """xinsir's ControlNet Union, six kinds of map in one."""
    from diffusers import ControlNetUnionModel

    config = base.unet.config
    shared = (
        "block_out_channels",
        "down_block_types",
        "layers_per_block",
        "attention_head_dim",
        "norm_num_groups",
        "use_linear_projection",
        "cross_attention_dim",
        "transformer_layers_per_block",
        "addition_embed_type",
        "addition_time_embed_dim",
        "projection_class_embeddings_input_dim",
    )
    net = ControlNetUnionModel(
        **{name: config[name] for name in shared},
        **_CONTROL,
        num_control_type=6,
        num_trans_channel=config["block_out_channels"][0],
        num_trans_head=2,
        num_proj_channel=config["block_out_channels"][0],
    )
    return _save_control(net, folder, seed)


def _save_control(net: Any, folder: Path, seed: int) -> Path:
    import torch

    torch.manual_seed(seed)
    with torch.no_grad():
        for weights in net.parameters():
            if not weights.any():
                weights.normal_(std=0.2)
    net.save_pretrained(folder, safe_serialization=True)
    return folder


def load(folder: Path) -> Any:
    """A pipeline as the engine loads it. One thread is the fastest for models this small."""
    import torch

    from diffusers import AutoPipelineForText2Image

    torch.set_num_threads(1)
    pipe = AutoPipelineForText2Image.from_pretrained(folder, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def paint(pipe: Any, *, seed: int = 5, steps: int = 2, prompt: str = "a red apple", **more: Any) -> bytes:
    """The pixels of one picture."""
    import torch

    arguments: dict[str, Any] = {
        "prompt": prompt,
        "num_inference_steps": steps,
        "guidance_scale": 4.0,
        "generator": torch.Generator("cpu").manual_seed(seed),
        **more,
    }
    if "strength" not in arguments:
        arguments = {"width": tiny.SIDE_PX, "height": tiny.SIDE_PX, **arguments}
    with quietly():
        return pipe(**arguments).images[0].tobytes()


@contextmanager
def quietly() -> Generator[None]:
    """Without what NumPy 2 says of how diffusers turns tensors into arrays; the engine does the same."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't accept", DeprecationWarning)
        yield


def image_encoder(folder: Path, *, seed: int = 12) -> Path:
    """The CLIP vision model that an IP-Adapter reads pictures with: 16 patches, 24 wide."""
    import torch
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    torch.manual_seed(seed)
    config = CLIPVisionConfig(
        hidden_size=24,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=32,
        patch_size=8,
        projection_dim=16,
    )
    CLIPVisionModelWithProjection(config).save_pretrained(folder)
    return folder


def ip_adapter(file: Path, base: Any, *, plus: bool = True, seed: int = 13) -> Path:
    """An IP-Adapter in its makers' own layout: ``plus`` looks at patches, the other at the whole picture."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    words = base.unet.config.cross_attention_dim
    weights: dict[str, Any] = {}

    def add(name: str, *shape: int) -> None:
        weights[name] = torch.randn(shape) / shape[-1] ** 0.5

    if plus:
        _add_resampler(add, seen=24, inner=32, words=words)
    else:
        add("image_proj.proj.weight", 4 * words, 16)
        add("image_proj.proj.bias", 4 * words)
        add("image_proj.norm.weight", words)
        add("image_proj.norm.bias", words)
    for index, (name, processor) in enumerate(base.unet.attn_processors.items()):
        del processor
        if name.endswith("attn2.processor"):
            width = base.unet.get_submodule(name.removesuffix(".processor")).to_k.weight.shape[0]
            add(f"ip_adapter.{index}.to_k_ip.weight", width, words)
            add(f"ip_adapter.{index}.to_v_ip.weight", width, words)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, file)
    return file


def _add_resampler(add: Any, *, seen: int, inner: int, words: int) -> None:
    add("image_proj.latents", 1, 4, inner)
    add("image_proj.proj_in.weight", inner, seen)
    add("image_proj.proj_in.bias", inner)
    add("image_proj.proj_out.weight", words, inner)
    add("image_proj.proj_out.bias", words)
    add("image_proj.norm_out.weight", words)
    add("image_proj.norm_out.bias", words)
    for layer in range(4):
        at = f"image_proj.layers.{layer}"
        for norm in ("0.norm1", "0.norm2", "1.0"):
            add(f"{at}.{norm}.weight", inner)
            add(f"{at}.{norm}.bias", inner)
        add(f"{at}.0.to_q.weight", 64, inner)
        add(f"{at}.0.to_kv.weight", 128, inner)
        add(f"{at}.0.to_out.weight", inner, 64)
        add(f"{at}.1.1.weight", 4 * inner, inner)
        add(f"{at}.1.3.weight", inner, 4 * inner)


def lora(file: Path, base: Any, *, seed: int = 14, metadata: dict[str, str] | None = None) -> Path:
    """A LoRA of the UNet of ``base``, made by peft and written by diffusers."""
    import torch
    from peft import LoraConfig, get_peft_model_state_dict

    torch.manual_seed(seed)
    config = LoraConfig(
        r=2, lora_alpha=16, init_lora_weights=False, target_modules=["to_q", "to_k", "to_v", "to_out.0"]
    )
    unet = copy.deepcopy(base.unet)
    unet.unload_lora()
    unet.add_adapter(config, adapter_name="made")
    layers = get_peft_model_state_dict(unet, adapter_name="made")
    scaled = {name: 8 * value for name, value in layers.items()}
    base.save_lora_weights(file.parent, unet_lora_layers=scaled, weight_name=file.name)
    if metadata:
        describe(file, metadata)
    return file


def kohya_lora(file: Path, base: Any, *, seed: int = 15, metadata: dict[str, str] | None = None) -> Path:
    """A LoRA as kohya's scripts write it: the original checkpoint's names, and a text encoder's besides."""
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(seed)
    down = base.unet.get_submodule("down_blocks.1.attentions.0.transformer_blocks.0.attn2")
    words = next(part for name, part in base.text_encoder.named_modules() if name.endswith("self_attn"))
    sdxl = hasattr(base, "text_encoder_2")
    block = "input_blocks_3_1" if sdxl else "down_blocks_1_attentions_0"
    layers = {
        f"lora_unet_{block}_transformer_blocks_0_attn2_to_k": down.to_k,
        f"lora_unet_{block}_transformer_blocks_0_attn2_to_v": down.to_v,
    }
    encoder = f"lora_te{'1' if sdxl else ''}_text_model_encoder_layers_0_self_attn"
    for projection in ("q_proj", "k_proj", "v_proj", "out_proj"):
        layers[f"{encoder}_{projection}"] = getattr(words, projection)
    weights: dict[str, Any] = {}
    for name, layer in layers.items():
        out, into = layer.weight.shape
        weights[f"{name}.lora_down.weight"] = 4 * torch.randn(2, into)
        weights[f"{name}.lora_up.weight"] = 4 * torch.randn(out, 2)
        weights[f"{name}.alpha"] = torch.tensor(2.0)
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, file, metadata=metadata)
    return file


def describe(file: Path, metadata: dict[str, str]) -> None:
    """Write ``metadata`` into a safetensors file."""
    from safetensors.torch import load_file, save_file

    save_file(load_file(file), file, metadata=metadata)


def colour_autoencoder() -> Any:
    """A tiny autoencoder that needs no training: a patch's colour is three directions in four latents.

    Decoding is bent a little, as the class does it: latents pass through 3 tanh(z / 3).
    """
    import torch

    from diffusers import AutoencoderTiny

    model = AutoencoderTiny(
        encoder_block_out_channels=(4,) * 4,
        decoder_block_out_channels=(4,) * 4,
        num_encoder_blocks=(1,) * 4,
        num_decoder_blocks=(1,) * 4,
    )
    axes = torch.linalg.qr(torch.randn((4, 4), generator=torch.Generator().manual_seed(0)))[0][:, :3]
    offset = 4.0  # keeps what passes the rectifiers above zero
    with torch.no_grad():
        for weights in model.parameters():
            weights.zero_()
        for part in (model.encoder, model.decoder):
            for layer in (each for each in part.layers if isinstance(each, torch.nn.Conv2d)):
                layer.weight[:, :, 1, 1] = torch.eye(*layer.weight.shape[:2])
        last, first = model.encoder.layers[-1], model.decoder.layers[0]
        last.weight[:, :3, 1, 1] = 4 * axes
        last.bias.copy_(-2 * axes.sum(dim=1))
        first.bias.fill_(offset)
        last = model.decoder.layers[-1]
        last.weight[:, :, 1, 1] = axes.T / 4
        last.bias.copy_(0.5 - offset * axes.sum(dim=0) / 4)
    return model.eval()
