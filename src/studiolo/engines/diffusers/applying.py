"""A plan in force: the pipelines of one model made to run as it says, by diffusers' and torch's own means."""

from __future__ import annotations

import contextlib
import importlib
import weakref
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any, Final

from studiolo.engines.diffusers.options import Attention
from studiolo.engines.diffusers.plans import TILE_PX, Plan
from studiolo.engines.local import libraries
from studiolo.engines.local.machine import kind_of_device

# Names of torch.nn.attention.SDPBackend; what a kernel cannot compute is left to the next.
_KERNELS: Final[dict[Attention, tuple[str, ...]]] = {
    "cudnn": ("CUDNN_ATTENTION", "FLASH_ATTENTION", "EFFICIENT_ATTENTION", "MATH"),
    "flash": ("FLASH_ATTENTION", "EFFICIENT_ATTENTION", "MATH"),
    "efficient": ("EFFICIENT_ATTENTION", "MATH"),
    "math": ("MATH",),
}


class PlanInForce:
    """What a plan did to a model, and does around each call of it.

    Going down the ladder, :meth:`tile` is all that can be changed on a loaded model; for a plan that lays
    weights elsewhere, or that computes in other numbers, it is loaded anew.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._hooked: weakref.WeakSet[Any] = weakref.WeakSet()

    def prepare(self, pipelines: Iterable[Any]) -> None:
        """Make the pipelines, just loaded onto ``plan.home``, run as the plan says."""
        pipelines = list(pipelines)
        for pipe in pipelines:
            denoiser = denoiser_of(pipe)
            if self.plan.channels_last:
                _channels_last(denoiser, pipe.vae)
            if self.plan.fused_qkv:
                denoiser.fuse_qkv_projections()
            if self.plan.attention_slicing:
                pipe.enable_attention_slicing()
        for module in modules_of(pipelines):
            if self.plan.tiling:
                _tile(module)
        for pipe in pipelines:
            self._compile(denoiser_of(pipe))

    def tile(self, plan: Plan, pipelines: Iterable[Any]) -> None:
        """Go over to ``plan``, which differs in tiling alone."""
        self.plan = plan
        for module in modules_of(pipelines):
            _tile(module)

    @contextmanager
    def at_work(self, pipe: Any) -> Generator[None]:
        """For one call of ``pipe``, whatever was attached to it: weights where the plan has them."""
        self._offload(pipe)
        torch = libraries.load_torch()
        with contextlib.ExitStack() as settings:
            if self.plan.attention != "auto":
                backends = torch.nn.attention.SDPBackend
                kernels = [getattr(backends, name) for name in _KERNELS[self.plan.attention]]
                settings.enter_context(torch.nn.attention.sdpa_kernel(kernels, set_priority=True))
            if kind_of_device(self.plan.device) == "cuda":
                # The shapes of a call are the same in each step: cuDNN tries its kernels once.
                settings.enter_context(torch.backends.cudnn.flags(benchmark=True))
            yield

    @contextmanager
    def separate_projections(self, pipe: Any) -> Generator[None]:
        """While LoRAs or adapters are attached, which change query, key and value one by one."""
        if not self.plan.fused_qkv:
            yield
            return
        denoiser = denoiser_of(pipe)
        fused = denoiser.attn_processors
        separate = dict(denoiser.original_attn_processors)  # which unfusing empties
        denoiser.unfuse_qkv_projections()
        try:
            yield
        finally:
            denoiser.set_attn_processor(fused)
            denoiser.original_attn_processors = separate

    def _compile(self, denoiser: Any) -> None:
        if self.plan.compile == "blocks":
            denoiser.compile_repeated_blocks()
        elif self.plan.compile == "full":
            denoiser.compile(mode="max-autotune-no-cudagraphs")

    def _offload(self, pipe: Any) -> None:
        """Put the hooks that move weights on what has none yet."""
        plan = self.plan
        if plan.offload == "model":
            # Hooks form a chain in the order of the pipeline's parts, so each pipeline needs its own.
            pipe.enable_model_cpu_offload(device=plan.device)
        elif plan.offload in ("group", "sequential"):
            for module in modules_of([pipe]):
                if module not in self._hooked:
                    _fetch_layers(module, plan, ahead=module is denoiser_of(pipe))
                    self._hooked.add(module)


def denoiser_of(pipe: Any) -> Any:
    """The UNet, or the transformer that newer families have in its place."""
    return pipe.unet if getattr(pipe, "unet", None) is not None else pipe.transformer


def modules_of(pipelines: Iterable[Any]) -> list[Any]:
    """The torch modules of the pipelines, each once."""
    module = libraries.load_torch().nn.Module
    parts = [part for pipe in pipelines for part in pipe.components.values() if isinstance(part, module)]
    return list(dict.fromkeys(parts))


def _channels_last(*modules: Any) -> None:
    torch = libraries.load_torch()
    for module in modules:
        module.to(memory_format=torch.channels_last)


def _tile(module: Any) -> None:
    """Decode in tiles, and a batch picture by picture, if the module is an autoencoder that can."""
    if not hasattr(module, "use_tiling"):
        return
    module.enable_tiling()
    module.enable_slicing()
    module.tile_sample_min_size = min(module.tile_sample_min_size, TILE_PX)
    module.tile_latent_min_size = module.tile_sample_min_size // _scale(module)


def _scale(autoencoder: Any) -> int:
    """Pixels along the side of a latent."""
    if (scale := getattr(autoencoder, "spatial_scale_factor", None)) is not None:
        return int(scale)
    return 2 ** (len(autoencoder.config.block_out_channels) - 1)


def _fetch_layers(module: Any, plan: Plan, *, ahead: bool) -> None:
    """Keep the module's weights in the machine's memory, and have each layer fetched as it is reached."""
    torch = libraries.load_torch()
    device = torch.device(plan.device)
    if plan.offload == "sequential":
        # What a module holds beside its layers is fetched with it: as diffusers does it.
        own = any(True for _ in module.parameters(recurse=False))
        importlib.import_module("accelerate").cpu_offload(module, device, offload_buffers=own)
        return
    libraries.load_diffusers().hooks.apply_group_offloading(
        module,
        onload_device=device,
        offload_device=torch.device("cpu"),
        offload_type="leaf_level",
        # An autoencoder that works in tiles has no fixed order of layers to fetch ahead by.
        use_stream=ahead and device.type == "cuda",
    )
