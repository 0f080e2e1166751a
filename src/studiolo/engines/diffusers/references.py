"""A painting that resembles reference pictures: IP-Adapter (Ye et al. 2023, arXiv 2308.06721).

An image encoder reads the pictures; the UNet attends to what it saw beside the words, by weights of its own.
Several pictures go into one adapter, side by side, as more of the same to attend to.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.diffusers.attachment import Attachment
from studiolo.engines.local import libraries
from studiolo.engines.local.weights import read_header
from studiolo.errors import EngineError, UnsupportedRequestError, reason

if TYPE_CHECKING:
    from PIL.Image import Image

_WITH_WORDS: Final = 0.85  # see `scale_for`
_DAMAGED: Final = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)


@dataclass(frozen=True, kw_only=True, eq=False)
class Adapter:
    """An IP-Adapter, loaded for one UNet: its attention processors, projection, and what reads pictures."""

    processors: dict[str, Any]
    projection: Any
    image_encoder: Any
    feature_extractor: Any

    def among(self, others: dict[str, Any], device: str) -> dict[str, Any]:
        """A processor for each layer: those of the adapter, on ``device``, and ``others`` for the rest."""
        return others | {name: each.to(device) for name, each in self.processors.items()}


def scale_for(similarity: float, *, words: bool) -> float:
    """The weight of what the adapter saw, beside the words: linear in ``similarity``, 0.2 to 1.

    1 is the weight it was trained with: the nearest to the references that it knows. With words as well, a
    little less, so that they are heard: the default similarity of 0.7 comes to 0.6, between the half that
    the adapter's authors advise for both together and what resembles.
    """
    return similarity * (_WITH_WORDS if words else 1.0)


def load(pipe: Any, weights: Path, image_encoder: Path, *, device: str, name: str) -> Adapter:
    """Load the adapter in the file ``weights`` for the UNet of ``pipe``, which is left as it was.

    Args:
        pipe: of Stable Diffusion 1 or XL.
        weights: the adapter's safetensors file.
        image_encoder: the folder of the CLIP vision model that it was trained with.
        device: what the pipeline computes on.
        name: what the weights were pulled by.

    Raises:
        UnsupportedRequestError: this family of models has no such adapter.
        EngineError: the weights are of another family, or damaged.
    """
    _check(pipe, weights, name=name)
    torch, transformers = libraries.load_torch(), libraries.load_transformers()
    try:
        encoder = transformers.CLIPVisionModelWithProjection.from_pretrained(
            image_encoder, dtype=pipe.unet.dtype, use_safetensors=True, local_files_only=True
        )
        side = encoder.config.image_size
        before = _State.of(pipe)
        try:
            # Given these, it looks for no others. Pillow prepares pictures alike on every machine.
            pipe.register_modules(
                image_encoder=encoder.to(device).eval(),
                feature_extractor=transformers.CLIPImageProcessorPil(size=side, crop_size=side),
            )
            with torch.no_grad():
                pipe.load_ip_adapter(
                    str(weights.parent),
                    subfolder="",
                    weight_name=weights.name,
                    image_encoder_folder=None,
                    local_files_only=True,
                )
            projection, pipe.unet.encoder_hid_proj = pipe.unet.encoder_hid_proj, None
            return Adapter(
                processors={
                    name: each for name, each in pipe.unet.attn_processors.items() if hasattr(each, "to_k_ip")
                },
                projection=projection,
                image_encoder=pipe.image_encoder,
                feature_extractor=pipe.feature_extractor,
            )
        finally:
            before.restore(pipe)
    except _DAMAGED as error:
        raise EngineError(
            f"The weights '{name}' for reference pictures cannot be loaded: {reason(error)}.",
            hint=f"Fetch them anew: studiolo models remove {name}, then studiolo pull {name}",
        ) from error


@contextmanager
def attach(
    pipe: Any,
    adapter: Adapter,
    pictures: Sequence[Image],
    *,
    similarity: float,
    words: bool,
    guided: bool,
    device: str,
) -> Generator[Attachment]:
    """The pipeline with ``adapter``, for a call that resembles ``pictures``; afterwards it is as before.

    Args:
        pipe: what the adapter was loaded for, or another task's pipeline with the same UNet.
        adapter: what :func:`load` gave.
        pictures: one to five.
        similarity: 0.2 to 1.
        words: whether there is a prompt.
        guided: whether the call has classifier-free guidance (a guidance scale above 1).
        device: what the pipeline computes on; its weights may lie elsewhere between calls.
    """
    torch = libraries.load_torch()
    before = _State.of(pipe)
    try:
        pipe.register_modules(
            image_encoder=adapter.image_encoder, feature_extractor=adapter.feature_extractor
        )
        pipe.unet.set_attn_processor(adapter.among(before.processors, device))
        pipe.unet.encoder_hid_proj = adapter.projection.to(device)
        pipe.unet.config.encoder_hid_dim_type = "ip_image_proj"
        pipe.set_ip_adapter_scale(scale_for(similarity, words=words))
        with torch.no_grad():
            seen = pipe.prepare_ip_adapter_image_embeds(
                [[picture.convert("RGB") for picture in pictures]],
                None,
                device,
                1,
                guided,
            )
        yield Attachment(pipe=pipe, arguments={"ip_adapter_image_embeds": seen})
    finally:
        before.restore(pipe)


@dataclass(frozen=True, kw_only=True, eq=False)
class _State:
    """What of a pipeline an adapter takes the place of."""

    processors: dict[str, Any]
    projection: Any
    projection_kind: str | None
    image_encoder: Any
    feature_extractor: Any

    @classmethod
    def of(cls, pipe: Any) -> _State:
        return cls(
            processors=dict(pipe.unet.attn_processors),
            projection=pipe.unet.encoder_hid_proj,
            projection_kind=pipe.unet.config.encoder_hid_dim_type,
            image_encoder=pipe.image_encoder,
            feature_extractor=pipe.feature_extractor,
        )

    def restore(self, pipe: Any) -> None:
        # A projection has attention of its own, which would be counted with the UNet's.
        pipe.unet.encoder_hid_proj = None
        pipe.unet.set_attn_processor(dict(self.processors))
        pipe.unet.encoder_hid_proj = self.projection
        pipe.unet.config.encoder_hid_dim_type = self.projection_kind
        pipe.register_modules(image_encoder=self.image_encoder, feature_extractor=self.feature_extractor)


def _check(pipe: Any, weights: Path, *, name: str) -> None:
    unet = getattr(pipe, "unet", None)
    if unet is None or not hasattr(pipe, "image_encoder"):
        raise UnsupportedRequestError(
            f"{type(pipe).__name__} takes no reference pictures.",
            hint="Use a model of Stable Diffusion XL or 1.5, or leave the references out.",
        )
    if unet.device.type == "meta":
        raise EngineError(
            "The model's weights are moved in piece by piece, and reference pictures need it whole.",
            hint="Close other programs, or choose a larger plan in [engines.diffusers].",
        )
    first = read_header(weights).get("ip_adapter.1.to_k_ip.weight")
    if first is None:
        raise EngineError(
            f"'{name}' ({weights.name}) holds no IP-Adapter that diffusers can load.",
            hint="Use the weights that studiolo pull fetches: studiolo models",
        )
    theirs, ours = first["shape"][-1], unet.config.cross_attention_dim
    if theirs != ours:
        raise EngineError(
            f"The weights '{name}' are for models with words {theirs} wide; this model's are {ours} wide.",
            hint="Use weights for references of the model's own family: studiolo models",
        )
