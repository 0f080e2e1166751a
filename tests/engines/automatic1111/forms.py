"""What the web UIs' routes take, as their code defines it.

AUTOMATIC1111 1.10.1 makes its models of ``StableDiffusionProcessingTxt2Img`` and ``…Img2Img``
(modules/api/models.py, modules/processing.py); Forge (2025-06) has the same. SD.Next (2026-07) has others
(modules/processing_class.py). All of them drop unknown fields without a word. Here these are refused: a field
that does nothing is a mistake of ours.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, protected_namespaces=())


class Processing(Strict):
    prompt: str = ""
    negative_prompt: str = ""
    styles: list[str] | None = None
    seed: int = -1
    subseed: int = -1
    subseed_strength: float = 0
    seed_resize_from_h: int = -1
    seed_resize_from_w: int = -1
    sampler_name: str | None = None
    sampler_index: str | None = "Euler"
    batch_size: int = 1
    n_iter: int = 1
    steps: int = 50
    cfg_scale: float = 7.0
    width: int = 512
    height: int = 512
    tiling: bool | None = None
    do_not_save_samples: bool = False
    do_not_save_grid: bool = False
    eta: float | None = None
    denoising_strength: float | None = None
    override_settings: dict[str, Any] | None = None
    override_settings_restore_afterwards: bool = True
    script_name: str | None = None
    script_args: list[Any] = Field(default_factory=list)
    alwayson_scripts: dict[str, Any] = Field(default_factory=dict)
    send_images: bool = True
    save_images: bool = False
    restore_faces: bool | None = None
    s_churn: float | None = None
    s_tmax: float | None = None
    s_tmin: float | None = None
    s_noise: float | None = None


class Refined(Strict):
    """Fields that SD.Next does not have."""

    scheduler: str | None = None
    refiner_checkpoint: str | None = None
    refiner_switch_at: float | None = None
    force_task_id: str | None = None


class HighResolution(Strict):
    enable_hr: bool = False
    firstphase_width: int = 0
    firstphase_height: int = 0
    hr_scale: float = 2.0
    hr_upscaler: str | None = None
    hr_second_pass_steps: int = 0
    hr_resize_x: int = 0
    hr_resize_y: int = 0
    hr_sampler_name: str | None = None


class FromPicture(Strict):
    init_images: list[str]
    resize_mode: int = 0
    mask: str | None = None
    mask_blur: int | None = None
    inpainting_fill: int = 0
    inpaint_full_res: bool = True
    inpaint_full_res_padding: int = 0
    inpainting_mask_invert: int = 0
    include_init_images: bool = False
    initial_noise_multiplier: float | None = None
    image_cfg_scale: float | None = None


class Txt2Img(Processing, Refined, HighResolution):
    hr_checkpoint_name: str | None = None
    hr_scheduler: str | None = None
    hr_prompt: str = ""
    hr_negative_prompt: str = ""


class Img2Img(Processing, Refined, FromPicture): ...


class OldTxt2Img(Processing, HighResolution):
    """AUTOMATIC1111 1.6: neither schedules nor names of tasks."""

    refiner_checkpoint: str | None = None
    refiner_switch_at: float | None = None


class OldImg2Img(Processing, FromPicture):
    refiner_checkpoint: str | None = None
    refiner_switch_at: float | None = None


class NextTxt2Img(Processing, HighResolution):
    """SD.Next's."""

    schedulers_sigma: str | None = None
    hr_denoising_strength: float = 0.0
    hr_force: bool = False


class NextImg2Img(Processing, FromPicture):
    schedulers_sigma: str | None = None


class Extras(Strict):
    resize_mode: Literal[0, 1] = 0
    show_extras_results: bool = True
    gfpgan_visibility: float = Field(default=0, ge=0, le=1)
    codeformer_visibility: float = Field(default=0, ge=0, le=1)
    codeformer_weight: float = Field(default=0, ge=0, le=1)
    upscaling_resize: float = Field(default=2, gt=0)
    upscaling_resize_w: int = Field(default=512, ge=1)
    upscaling_resize_h: int = Field(default=512, ge=1)
    upscaling_crop: bool = True
    upscaler_1: str = "None"
    upscaler_2: str = "None"
    extras_upscaler_2_visibility: float = Field(default=0, ge=0, le=1)
    upscale_first: bool = False
    image: str = ""


class Unit(Strict):
    """``ControlNetUnit`` of sd-webui-controlnet 1.1.455; Forge knows the same names, and ``from_dict``."""

    enabled: bool = False
    module: str = "none"
    model: str = "None"
    weight: float = Field(default=1.0, ge=0, le=2)
    image: str | None = None
    mask: str | None = None
    resize_mode: Literal["Just Resize", "Crop and Resize", "Resize and Fill"] = "Crop and Resize"
    low_vram: bool = False
    processor_res: int = -1
    threshold_a: float = -1
    threshold_b: float = -1
    guidance_start: float = Field(default=0.0, ge=0, le=1)
    guidance_end: float = Field(default=1.0, ge=0, le=1)
    pixel_perfect: bool = False
    control_mode: Literal["Balanced", "My prompt is more important", "ControlNet is more important"] = (
        "Balanced"
    )
    hr_option: Literal["Both", "Low res only", "High res only"] = "Both"
    save_detected_map: bool = True


class TaskQuestion(Strict):
    """``ProgressRequest`` of modules/progress.py."""

    id_task: str
    id_live_preview: int = -1
    live_preview: bool = True
