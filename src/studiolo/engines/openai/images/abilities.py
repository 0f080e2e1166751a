"""What OpenAI's models and its like declare, and what of a request they are known to refuse."""

from __future__ import annotations

from typing import Any, Final

from studiolo.engines.capabilities import KNOBS, Capabilities, Sizes
from studiolo.engines.openai.account import Account
from studiolo.engines.openai.images.dialects import FREE_FIELDS, Dialect, takes_one_picture
from studiolo.engines.openai.images.models import MODELS, ImageModel
from studiolo.engines.openai.images.options import Wishes
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.offline import is_loopback
from studiolo.requests import MAX_REFERENCES, ImageRequest

_OPTIONS: Final = frozenset(Wishes.model_fields)
_PROMPT_CHARACTERS: Final = 32_000  # of the GPT Image models, by the types of OpenAI's client
_SEAMS: Final = ("precise", "default")


def shared(account: Account, *, parallel: int) -> dict[str, Any]:
    """What is so for every model of an account."""
    return {
        "description": account.profile.pictures or account.profile.description,
        "max_count": 10,
        "offline": is_loopback(account.options.host),
        "served": True,
        "languages": (),
        "device": account.name,
        "parallel": parallel,
        "licence": "the service's own terms",
    }


def of_model(model: ImageModel, more: dict[str, Any]) -> Capabilities:
    """Of one of OpenAI's own."""
    known = {"quality", "background", "moderation", "output_format", "output_compression", "partial_images"}
    if model.complexity:
        known.add("complexity")
    if model.fidelities:
        known.add("input_fidelity")
    return Capabilities(
        tasks=frozenset({"text-to-image", "image-to-image", "inpainting", "outpainting", "variation"}),
        sizes=model.sizes,
        seeded=False,
        prompt_characters=_PROMPT_CHARACTERS,
        seams=_SEAMS,
        references=MAX_REFERENCES,
        options=frozenset(known),
        models=tuple(each.name for each in MODELS),
        **more,
    )


def of_dialect(dialect: Dialect, more: dict[str, Any], *, size: tuple[int, int] | None) -> Capabilities:
    """Of a server whose models are its own."""
    sizes: Sizes = dialect.sizes
    if size is not None and sizes.allows(*size):
        sizes = sizes.model_copy(update={"default": size})
    return Capabilities(
        tasks=dialect.tasks,
        sizes=sizes,
        max_seed=dialect.max_seed,
        seeded=dialect.seeded,
        negative_prompt="negative_prompt" in dialect.names,
        seams=_SEAMS if "inpainting" in dialect.tasks else (),
        references=dialect.references,
        options=_OPTIONS if dialect.streams else _OPTIONS - {"partial_images"},
        open_ended=True,
        **more,
    )


def check_model(model: ImageModel, wishes: Wishes) -> None:
    """Refuse what OpenAI's pages say that ``model`` does not take.

    Raises:
        InvalidRequestError: a value that it does not know.
    """
    _among("quality", wishes.quality, model.qualities, model.name)
    _among("input_fidelity", wishes.input_fidelity, model.fidelities, model.name)
    _check_file(wishes)


def check_dialect(
    dialect: Dialect, request: ImageRequest, wishes: Wishes, *, engine: str, model: str
) -> None:
    """Refuse what the server has no word for.

    Raises:
        UnsupportedRequestError: it, or the model, does not take that.
        InvalidRequestError: the prompt has what the server would read as settings.
    """
    asked = [name for name in (*KNOBS, "scheduler") if getattr(request, name) is not None]
    if request.refiner not in (None, "none"):
        asked.append("refiner")
    missing = [name for name in asked if name not in dialect.names]
    if missing:
        known = ", ".join(name for name in FREE_FIELDS if name in dialect.names) or "none"
        raise UnsupportedRequestError(
            f"Engine '{engine}' has no setting '{missing[0]}'.",
            hint=f"Beyond OpenAI's fields it takes: {known}. image_dialect says whose words it knows.",
        )
    if wishes.partial_images and not dialect.streams:
        raise UnsupportedRequestError(
            f"Engine '{engine}' shows no previews.", hint="Leave partial_images out."
        )
    if len(request.references) + (request.init_image is not None) > 1 and takes_one_picture(dialect, model):
        raise UnsupportedRequestError(
            f"'{model}' takes one picture.", hint="Leave the others out, or use a model of FLUX.2."
        )
    if dialect.in_prompt and f"<{dialect.in_prompt}" in request.prompt:
        raise InvalidRequestError(
            f"Engine '{engine}' would take <{dialect.in_prompt}> in the prompt for settings.",
            hint="Leave it out: the request's own fields say the same.",
        )
    _check_file(wishes)


def _among(name: str, value: str | None, known: tuple[str, ...], model: str) -> None:
    if value is not None and value not in known:
        raise InvalidRequestError(
            f"{name} '{value}' is none that '{model}' knows.", hint=f"Use {', '.join(known) or 'none'}."
        )


def _check_file(wishes: Wishes) -> None:
    """Formats that cannot carry what is wished for."""
    if wishes.background == "transparent" and wishes.output_format == "jpeg":
        raise InvalidRequestError(
            "A JPEG has no transparent background.", hint="Use output_format png or webp, or leave it out."
        )
    if wishes.output_compression is not None and wishes.output_format not in {"jpeg", "webp"}:
        raise InvalidRequestError(
            "output_compression is for jpeg and webp.", hint="Give output_format jpeg or webp as well."
        )
