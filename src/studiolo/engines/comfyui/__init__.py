"""ComfyUI: a server of the user's own, with our workflows or one of theirs."""

from studiolo.engines.comfyui.engine import ComfyUIImageEngine

__all__ = ["ComfyUIImageEngine"]
