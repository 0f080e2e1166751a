"""What a question is about: a picture of the gallery, a file, pixels, or an address on the web."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from studiolo.assistant.base import Answer
from studiolo.chat import Usage
from studiolo.errors import InvalidRequestError, PictureNotFoundError
from studiolo.gallery import Gallery, KeptAnswer, Picture
from studiolo.gallery.finding import LATEST
from studiolo.requests import SourceImage, check_words

if TYPE_CHECKING:
    from PIL.Image import Image

_PORTABLE_SEED: Final = 2**31 - 2
"""Every engine takes seeds up to this."""

_REMEMBERED: Final = 20
"""Earlier questions that a follow-up carries along; more would crowd out the picture."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A picture to look at.

    ``picture`` is its row if the gallery has it, ``content`` its file if it came as one.
    """

    image: SourceImage
    picture: Picture | None
    content: bytes | None = None


def find_subject(gallery: Gallery, source: Picture | SourceImage | Image | Path | str | bytes) -> Subject:
    """The picture that ``source`` means: a text is an address, a file that is there, or an id.

    Raises:
        PictureNotFoundError: a text is none of these.
        InvalidImageError: it is no picture, or not one that is safe to open.
        UnsafeAddressError: an address that is not fetched.
    """
    from studiolo.fetching import fetch_picture, is_address
    from studiolo.imaging.decode import is_file, read_file

    if isinstance(source, str):
        if is_address(source):
            source = fetch_picture(source)
        elif is_file(source):
            source = Path(source)
        else:
            source = named(gallery, source)
    if isinstance(source, Picture):
        return Subject(image=SourceImage(gallery.image(source)), picture=source)
    image = SourceImage(source)
    if isinstance(source, Path):
        source = read_file(source)
    if not isinstance(source, bytes):
        return Subject(image=image, picture=None)
    return Subject(image=image, picture=gallery.by_content(source), content=source)


def provenance(known: Picture | bytes | None) -> dict[str, Any]:
    """``prompt``, ``original_prompt`` and ``seed`` of a picture, as far as its row or its file tells."""
    if known is None:
        return {}
    told: dict[str, Any]
    if isinstance(known, Picture):
        told = {"prompt": known.prompt, "original_prompt": known.original_prompt, "seed": known.seed}
    else:
        from studiolo.imaging.metadata import read_metadata

        found = read_metadata(known)
        told = {"prompt": found.prompt, "seed": found.seed}
    # What other programs wrote there need not be what a request may hold.
    return {name: value for name, value in told.items() if value is not None and _is_usable(name, value)}


def _is_usable(name: str, value: object) -> bool:
    if name == "seed":
        return isinstance(value, int) and 0 <= value <= _PORTABLE_SEED
    try:
        check_words(str(value), name)
    except InvalidRequestError:
        return False
    return True


def conversation(gallery: Gallery, picture: Picture) -> tuple[Answer, ...]:
    """What was asked about the picture lately, oldest first, as a model is told it."""
    return tuple(as_answer(kept) for kept in gallery.answers.of(picture.id)[-_REMEMBERED:])


def as_answer(kept: KeptAnswer) -> Answer:
    """A kept answer as it was when it was given."""
    usage = None
    if kept.input_tokens is not None and kept.output_tokens is not None:
        usage = Usage(input_tokens=kept.input_tokens, output_tokens=kept.output_tokens)
    return Answer(
        question=kept.question,
        text=kept.text,
        engine=kept.engine,
        model=kept.model,
        kind=kept.kind,
        finish=kept.finish,
        evidence=kept.evidence,
        usage=usage,
        cost=kept.cost,
        notes=kept.notes,
        timings=kept.timings,
        created=kept.created,
    )


def keep_answer(gallery: Gallery, picture: Picture, answer: Answer) -> KeptAnswer:
    """Keep an answer with its picture.

    Raises:
        PictureNotFoundError: the picture was removed meanwhile.
        GalleryError: it could not be kept.
    """
    return gallery.answers.add(
        picture.id,
        question=answer.question,
        text=answer.text,
        engine=answer.engine,
        model=answer.model,
        kind=answer.kind,
        finish=answer.finish,
        evidence=answer.evidence,
        notes=answer.notes,
        timings=answer.timings,
        cost=answer.cost,
        input_tokens=answer.usage.input_tokens if answer.usage else None,
        output_tokens=answer.usage.output_tokens if answer.usage else None,
        created=answer.created,
    )


def named(gallery: Gallery, name: str) -> Picture:
    """The picture of the id ``name``, which is no file.

    Raises:
        PictureNotFoundError: no picture either.
    """
    try:
        return gallery.get(name)
    except PictureNotFoundError as error:
        if name.strip().lower() == LATEST:  # an empty gallery says so itself
            raise
        raise PictureNotFoundError(
            f"There is no file {name!r}, and no picture of that id in the gallery.",
            hint=f"Check the path. {error.hint}",
        ) from error
