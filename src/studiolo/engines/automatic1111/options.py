"""What ``[engines.automatic1111]`` may say, and what one request may say beside its fields."""

from __future__ import annotations

import base64
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from studiolo.engines.http import HostedImageOptions
from studiolo.errors import InvalidRequestError
from studiolo.requests import ImageRequest

BASE_URL: Final = "http://127.0.0.1:7860"

MIN_SIDE_PX: Final = 64
MAX_SIDE_PX: Final = 2048
MULTIPLE_PX: Final = 8
"""The web UI's own sliders, as ``modules/ui.py`` of v1.10.1 has them."""

_FILLS: Final = ("fill", "original", "latent noise", "latent nothing")
"""``inpainting_fill`` by its number, in the words of the web UI."""


class Automatic1111Options(HostedImageOptions):
    """Where the web UI is, who may use its API, and what pictures are like when nothing is said.

    ``username`` and ``password`` are those of ``--api-auth``. A picture comes in one piece when it is
    finished, so that ``timeout_s``, the longest silence, is as long as the longest painting.
    """

    base_url: str = Field(default=BASE_URL, description="Where the web UI is, without a path.")
    username: str = ""
    password: SecretStr | None = None
    timeout_s: float = Field(default=1800, gt=0, description="Longest painting.")
    total_timeout_s: float = Field(default=3600, gt=0)
    max_parallel: int = Field(default=1, ge=1, le=64, description="It paints one picture after the other.")
    width: int = Field(default=512, ge=MIN_SIDE_PX, le=MAX_SIDE_PX, multiple_of=MULTIPLE_PX)
    height: int = Field(default=512, ge=MIN_SIDE_PX, le=MAX_SIDE_PX, multiple_of=MULTIPLE_PX)
    previews: bool = Field(default=True, description="Ask for the picture as it grows.")
    refiner_checkpoint: str = ""
    upscaler: str = ""

    @property
    def credentials(self) -> str:
        """Name and password as HTTP carries them (RFC 7617), empty where there is no name."""
        if not self.username:
            return ""
        password = self.password.get_secret_value() if self.password else ""
        return base64.b64encode(f"{self.username}:{password}".encode()).decode()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may show, beside the key."""
        return (self.credentials, self.password.get_secret_value() if self.password else "")

    @field_validator("username")
    @classmethod
    def _check_username(cls, value: str) -> str:
        if ":" in value:  # RFC 7617: what stands before the first colon is the name
            raise ValueError("a user name without a colon: the password has a setting of its own")
        return value


class Wishes(BaseModel):
    """What ``ImageRequest.options`` may say, under the names that the web UI's API has. None: its default.

    ``sampler`` is any sampler of the server, instead of the request's scheduler, and ``schedule`` the noise
    schedule it calls "schedule type". With ``hr_scale`` the picture is painted so many times smaller first
    and then enlarged to the size asked for ("hires. fix").
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sampler: str | None = Field(default=None, min_length=1)
    schedule: str | None = Field(default=None, min_length=1)
    clip_skip: int | None = Field(default=None, ge=1, le=12)
    vae: str | None = Field(default=None, min_length=1)
    styles: tuple[str, ...] = ()
    restore_faces: bool | None = None
    tiling: bool | None = None
    subseed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    subseed_strength: float | None = Field(default=None, ge=0, le=1)
    hr_scale: float | None = Field(default=None, gt=1, le=4)
    hr_upscaler: str | None = Field(default=None, min_length=1)
    hr_second_pass_steps: int | None = Field(default=None, ge=0, le=150)
    hr_denoising_strength: float | None = Field(default=None, ge=0, le=1)
    refiner_checkpoint: str | None = Field(default=None, min_length=1)
    mask_blur: int | None = Field(default=None, ge=0, le=64)
    inpainting_fill: Literal["fill", "original", "latent noise", "latent nothing"] | None = None
    inpaint_full_res: bool | None = None
    inpaint_full_res_padding: int | None = Field(default=None, ge=0, le=256)
    control_model: str | None = Field(default=None, min_length=1)
    upscaler: str | None = Field(default=None, min_length=1)

    @classmethod
    def of(cls, request: ImageRequest) -> Self:
        """Those of ``request``.

        Raises:
            InvalidRequestError: a value is wrong, or nothing it could apply to is asked for.
        """
        try:
            wishes = cls.model_validate(dict(request.options))
        except ValidationError as error:
            finding = error.errors(include_url=False)[0]
            name = str(finding["loc"][0]) if finding["loc"] else "options"
            said = finding["msg"].removeprefix("Input should be ")
            raise InvalidRequestError(
                f"Option '{name}' must be {said}.", hint=f"Change {name}, or leave it out."
            ) from error
        wishes.refuse_idle(request)
        return wishes

    @property
    def fill_number(self) -> int | None:
        """``inpainting_fill`` as the API counts."""
        return None if self.inpainting_fill is None else _FILLS.index(self.inpainting_fill)

    def refuse_idle(self, request: ImageRequest) -> None:
        """An option that would do nothing is a mistake, not a wish.

        Raises:
            InvalidRequestError: there is one.
        """
        repaints = request.mask is not None or request.outpaint is not None or bool(request.mask_prompt)
        idle = {
            "only applies where something is repainted": (not repaints, _OF_MASKS),
            "only applies to pictures painted from words alone": (request.init_image is not None, _OF_HIRES),
            "only applies together with hr_scale": (self.hr_scale is None, _OF_HIRES - {"hr_scale"}),
            "only applies together with subseed": (self.subseed is None, {"subseed_strength"}),
            "only applies to the refiner 'ensemble'": (request.refiner != "ensemble", {"refiner_checkpoint"}),
            "only applies to a control image": (request.control_image is None, {"control_model"}),
            "only applies to enlarging": (request.upscale is None, {"upscaler"}),
            "does not apply to enlarging": (request.upscale is not None, self._of_painting()),
        }
        for why, (holds, names) in idle.items():
            given = sorted(names & self.model_fields_set) if holds else []
            if given:
                raise InvalidRequestError(f"Option '{given[0]}' {why}.", hint=f"Leave {given[0]} out.")

    @classmethod
    def _of_painting(cls) -> set[str]:
        return {*cls.model_fields} - {"upscaler"}


_OF_MASKS: Final = {"mask_blur", "inpainting_fill", "inpaint_full_res", "inpaint_full_res_padding"}
_OF_HIRES: Final = {"hr_scale", "hr_upscaler", "hr_second_pass_steps", "hr_denoising_strength"}
