"""A painting that follows the layout of a picture: ControlNet (Zhang et al. 2023, arXiv 2302.05543).

The map (white edges, or flat regions) is made before; here it goes to the network that steers the UNet.
One that knows several kinds of map (xinsir's ControlNet Union) is told which it is.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studiolo.engines.diffusers.attachment import Attachment
from studiolo.engines.local import libraries
from studiolo.engines.local.machine import Placement
from studiolo.engines.local.weights import read_header
from studiolo.errors import EngineError, UnsupportedRequestError, reason
from studiolo.requests import Control

if TYPE_CHECKING:
    from PIL.Image import Image

MODES: Final[dict[Control, int]] = {"canny": 3, "segmentation": 5}
"""Which of the union's kinds of map: the order in which xinsir6/ControlNetPlus was trained on them."""

_PLAIN: Final = "ControlNetModel"
_UNION: Final = "ControlNetUnionModel"
_STEM: Final = "diffusion_pytorch_model"
_DAMAGED: Final = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError)


def load(folder: Path, placement: Placement, *, name: str) -> Any:
    """The ControlNet in ``folder``, on its device, ready to be attached.

    Raises:
        MissingExtraError: torch and its kin are not installed.
        EngineError: the folder has another kind of model, or its weights are damaged.
    """
    kind = kind_of(folder, name=name)
    torch, diffusers = libraries.load_torch(), libraries.load_diffusers()
    try:
        net = getattr(diffusers, kind).from_pretrained(
            folder,
            torch_dtype=getattr(torch, placement.dtype),
            variant="fp16" if ".fp16." in _weights(folder, name=name).name else None,
            use_safetensors=True,
            local_files_only=True,
        )
    except _DAMAGED as error:
        raise EngineError(
            f"The control weights '{name}' cannot be loaded: {reason(error)}.",
            hint=f"Fetch them anew: studiolo models remove {name}, then studiolo pull {name}",
        ) from error
    return net.to(placement.device).eval()


def kind_of(folder: Path, *, name: str) -> str:
    """The class of the ControlNet in ``folder``, by the names of its tensors.

    The config does not tell: xinsir's names the class of its own trainer.

    Raises:
        EngineError: there are no weights in it, or those of something else.
    """
    tensors = read_header(_weights(folder, name=name))
    if "controlnet_cond_embedding.conv_in.weight" not in tensors:
        raise EngineError(
            f"'{name}' holds no ControlNet that diffusers can load.",
            hint="Use the weights that studiolo pull fetches: studiolo models",
        )
    return _UNION if "task_embedding" in tensors else _PLAIN


@contextmanager
def attach(
    pipe: Any, net: Any, picture: Image, *, kind: Control, strength: float, size: tuple[int, int]
) -> Generator[Attachment]:
    """The pipeline with ``net``, for a call that follows ``picture``; every other component is shared.

    Args:
        pipe: of Stable Diffusion 1, 2 or XL: from text, from a picture, or with a mask.
        net: what :func:`load` gave.
        picture: the control map.
        kind: what it shows.
        strength: how closely it is followed, 0 to 1.
        size: width and height of what is painted.

    Raises:
        UnsupportedRequestError: this family of models has no such pipeline.
        EngineError: the control weights are of another family.
    """
    _check_family(pipe, net)
    union = type(net).__name__ == _UNION
    controlled = _with(pipe, _pipeline(pipe, union=union), net)
    prepared = _fitted(picture, kind, size)
    arguments: dict[str, Any] = {"controlnet_conditioning_scale": float(strength)}
    takes_map_as_image = not union and _task_suffix(pipe) == ""
    arguments["image" if takes_map_as_image else "control_image"] = [prepared] if union else prepared
    if union:
        arguments["control_mode"] = [MODES[kind]]
    yield Attachment(pipe=controlled, arguments=arguments)


def _fitted(picture: Image, kind: Control, size: tuple[int, int]) -> Image:
    """Regions keep their exact colours, edges stay smooth."""
    from PIL import Image as Pil

    how = Pil.Resampling.NEAREST if kind == "segmentation" else Pil.Resampling.LANCZOS
    return picture.convert("RGB").resize(size, how)


def _pipeline(pipe: Any, *, union: bool) -> Any:
    diffusers = libraries.load_diffusers()
    name, suffix = type(pipe).__name__, _task_suffix(pipe)
    family = name.removesuffix(f"{suffix}Pipeline")
    wanted = f"{family}ControlNet{'Union' if union else ''}{suffix}Pipeline"
    if family not in {"StableDiffusion", "StableDiffusionXL"} or not hasattr(diffusers, wanted):
        raise UnsupportedRequestError(
            f"The library diffusers has no pipeline of {name} with such a control.",
            hint="Use a model of Stable Diffusion XL or 1.5, or leave the control image out.",
        )
    return getattr(diffusers, wanted)


def _with(pipe: Any, kind: Any, net: Any) -> Any:
    """A pipeline of ``kind`` out of the parts of ``pipe``, as they are (``from_pipe`` casts them)."""
    parts = {**pipe.config, **pipe.components, "controlnet": net, "add_watermarker": False}
    wanted = inspect.signature(kind.__init__).parameters
    controlled = kind(**{name: part for name, part in parts.items() if name in wanted})
    controlled.set_progress_bar_config(disable=True)
    return controlled


def _task_suffix(pipe: Any) -> str:
    name = type(pipe).__name__.removesuffix("Pipeline")
    return next((suffix for suffix in ("Img2Img", "Inpaint") if name.endswith(suffix)), "")


def _check_family(pipe: Any, net: Any) -> None:
    unet = getattr(pipe, "unet", None)
    if unet is None:
        raise UnsupportedRequestError(
            f"{type(pipe).__name__} is not painted by a UNet, and takes no control image.",
            hint="Use a model of Stable Diffusion XL or 1.5, or leave the control image out.",
        )
    theirs, ours = net.config.cross_attention_dim, unet.config.cross_attention_dim
    if theirs != ours:
        raise EngineError(
            f"The control weights are for models with words {theirs} wide; this model's are {ours} wide.",
            hint="Use control weights of the model's own family: studiolo models",
        )


def _weights(folder: Path, *, name: str) -> Path:
    for file in (f"{_STEM}.safetensors", f"{_STEM}.fp16.safetensors"):
        if (folder / file).is_file():
            return folder / file
    raise EngineError(
        f"The folder of '{name}' has no {_STEM}.safetensors.", hint=f"Fetch it anew: studiolo pull {name}"
    )
