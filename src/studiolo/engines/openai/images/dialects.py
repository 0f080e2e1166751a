"""What servers of OpenAI's kind take beyond its own fields, each under its own names.

Facts from each one's own pages or code: LocalAI ``docs/content/features/image-generation.md``, ``schema``;
stable-diffusion.cpp ``examples/server/api.md`` and ``routes_openai.cpp``; vLLM-Omni
``entrypoints/openai/protocol/images.py`` and ``docs/serving/image_edit_api.md``; Together
``types/image_generate_params.py`` of its client; studiolo ``docs/openai-api.md``. Read in November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from studiolo.engines.capabilities import Sizes, Task

DialectName = Literal["openai", "localai", "sdcpp", "studiolo", "together", "vllm"]

ANY_SIZE: Final = Sizes(minimum=64, maximum=4096, multiple=8, default=(1024, 1024))
"""Only the server knows what its model paints well."""

FREE_FIELDS: Final = ("seed", "steps", "guidance_scale", "scheduler", "strength", "negative_prompt")
"""Of a request: what OpenAI does not take, but others may."""

_EDITS: Final[frozenset[Task]] = frozenset({"text-to-image", "image-to-image"})
_VARIES: Final[frozenset[Task]] = frozenset({"text-to-image", "image-to-image", "variation"})
_ALL: Final[frozenset[Task]] = frozenset(
    {"text-to-image", "image-to-image", "inpainting", "outpainting", "variation"}
)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """How a server is asked.

    ``names`` says what it calls the fields of a request, with dots where they stand in one another; what is
    not there it does not take. ``pictures`` is how it gets them: in a form as OpenAI does, or in JSON, as
    base64 or as ``data:`` addresses. ``mask`` is the field of the mask. ``fixed`` goes into every request.
    """

    names: Mapping[str, str] = field(default_factory=dict[str, str])
    fixed: Mapping[str, str] = field(default_factory=dict[str, str])
    tasks: frozenset[Task] = _ALL
    pictures: Literal["form", "base64", "data"] = "form"
    picture_field: str = "image[]"
    mask: str = "mask"
    references: int = 5
    apart: bool = False
    """Width and height are fields of their own."""
    in_prompt: str = ""
    """The tag in the prompt within which ``names`` stand as JSON."""
    variations: bool = False
    """Whether ``/images/variations`` answers."""
    streams: bool = False
    sizes: Sizes = ANY_SIZE
    max_seed: int = 2**31 - 1

    @property
    def seeded(self) -> bool:
        """Whether the seed is sent."""
        return "seed" in self.names


def takes_one_picture(dialect: Dialect, model: str) -> bool:
    """Whether the picture has a field of its own: Together's guide says so of FLUX.1 Kontext alone."""
    return dialect.pictures == "data" and "kontext" in model.lower()


OPENAI: Final = Dialect(streams=True, max_seed=2**32 - 1)
"""OpenAI's own words and no others, for servers that are not known further."""

DIALECTS: Final[Mapping[DialectName, Dialect]] = {
    "openai": OPENAI,
    "localai": Dialect(
        names={"seed": "seed", "steps": "step", "negative_prompt": "negative_prompt"},
        fixed={"response_format": "b64_json"},
        tasks=_EDITS,
        pictures="base64",
        picture_field="file",
        references=0,
    ),
    "sdcpp": Dialect(
        names={
            "seed": "seed",
            "steps": "sample_params.sample_steps",
            "guidance_scale": "sample_params.guidance.txt_cfg",
            "scheduler": "sample_params.sample_method",
            "strength": "strength",
            "negative_prompt": "negative_prompt",
        },
        fixed={"output_format": "png"},
        in_prompt="sd_cpp_extra_args",
    ),
    "studiolo": Dialect(
        names={name: name for name in FREE_FIELDS},
        fixed={"response_format": "b64_json"},
        picture_field="image",
        references=1,
        variations=True,
        streams=True,
        max_seed=2**32 - 1,
    ),
    "together": Dialect(
        names={
            "seed": "seed",
            "steps": "steps",
            "guidance_scale": "guidance_scale",
            "negative_prompt": "negative_prompt",
        },
        fixed={"response_format": "base64", "output_format": "png"},
        tasks=_VARIES,
        pictures="data",
        picture_field="reference_images",
        apart=True,
    ),
    "vllm": Dialect(
        names={
            "seed": "seed",
            "steps": "num_inference_steps",
            "guidance_scale": "guidance_scale",
            "negative_prompt": "negative_prompt",
        },
        fixed={"response_format": "b64_json", "output_format": "png"},
        picture_field="image",
        mask="mask_image",
    ),
}
