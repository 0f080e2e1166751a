"""Open a picture somebody gave us, safely, as plain RGB or RGBA.

Nothing of a file is believed: its size on disk and its dimensions are checked before a pixel
is decoded, and only the formats people use for pictures are tried. PIL is imported on the
first call, because :mod:`studiolo.requests` imports this module.
"""

from __future__ import annotations

import io
import logging
import struct
import threading
import warnings
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studiolo.errors import InvalidImageError, reason

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS: Final = 64_000_000
"""Larger pictures are refused: 64 MP are 192 MB as RGB."""

MAX_BYTES: Final = 256 * 2**20

FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

NOTE: Final = "studiolo:note"
"""``image.info[NOTE]`` holds a sentence for the user where something was left out."""

_HINT = "Give a picture as PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF."
# What Pillow's readers raise on damaged files; found by feeding them damaged files.
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_warning_filters = threading.RLock()
logging.getLogger("PIL").addHandler(logging.NullHandler())  # our error says it; stderr need not


def load_image(
    source: Path | bytes | Image, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> Image:
    """Decode ``source`` into a new 8-bit image of mode RGB, or RGBA if any of it is transparent.

    EXIF rotation is applied, colours are brought to sRGB through an embedded profile, 16-bit
    and float pixels are scaled (not clipped). Of an animation the first frame is taken and
    ``image.info[NOTE]`` says so. Metadata is not carried over.

    Raises:
        InvalidImageError: missing, unreadable, not a picture, damaged, or too large.
    """
    from PIL.Image import Image as PilImage

    if isinstance(source, PilImage):
        _check_pixels(source.size, max_pixels, "The image")
        return _plain(source, "The image")
    name = f"'{source.name or source}'" if isinstance(source, Path) else "The image"
    content = read_file(source, max_bytes) if isinstance(source, Path) else source
    if len(content) > max_bytes:
        raise _too_many_bytes(name, len(content), max_bytes)
    with open_image(content, name=name, max_pixels=max_pixels) as image:
        return _plain(image, name)


def is_file(name: str) -> bool:
    """Whether ``name`` is a path to something, rather than an id or an address."""
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def read_file(path: Path, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of a picture file.

    Raises:
        InvalidImageError: no such file, a folder, no permission, or larger than ``max_bytes``.
    """
    try:
        if path.is_dir():
            raise InvalidImageError(f"'{path}' is a folder, not a picture.", hint="Give a file inside it.")
        if not path.exists():
            raise InvalidImageError(f"There is no file '{path}'.", hint="Check the path.")
        if not path.is_file():
            raise InvalidImageError(f"'{path}' is not a regular file.", hint=_HINT)
        size = path.stat().st_size
        if size > max_bytes:
            raise _too_many_bytes(f"'{path.name}'", size, max_bytes)
        return path.read_bytes()
    except PermissionError as error:
        raise InvalidImageError(
            f"'{path}' may not be read.", hint=f"Give yourself permission: chmod u+r '{path}'"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise InvalidImageError(
            f"'{path}' cannot be read: {reason(error)}.", hint="Check the path."
        ) from error


def open_image(content: bytes, *, name: str = "The image", max_pixels: int = MAX_PIXELS) -> Image:
    """Identify ``content`` and check its size without decoding its pixels.

    Raises:
        InvalidImageError: empty, not one of :data:`FORMATS`, damaged, or too many pixels.
    """
    from PIL import Image, UnidentifiedImageError

    if not content:
        raise InvalidImageError(f"{name} is empty (0 bytes).", hint=_HINT)
    try:
        with quiet_pillow():
            image = Image.open(io.BytesIO(content), formats=FORMATS)
            size = image.size
    except Image.DecompressionBombError as error:
        raise InvalidImageError(
            f"{name} claims far more pixels than we open (a decompression bomb?).", hint=_HINT
        ) from error
    except UnidentifiedImageError as error:
        raise InvalidImageError(f"{name} is {_guess(content)}.", hint=_HINT) from error
    except _BROKEN as error:
        raise _damaged(name, error) from error
    _check_pixels(size, max_pixels, name)
    return image


@contextmanager
def quiet_pillow() -> Generator[None]:
    """Pillow warns about damage it can live with. The lock: filters belong to the process, not the thread."""
    with _warning_filters, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _too_many_bytes(name: str, size: int, max_bytes: int) -> InvalidImageError:
    return InvalidImageError(
        f"{name} is {size / 2**20:.0f} MiB; at most {max_bytes / 2**20:.0f} MiB are read.",
        hint="Save it smaller, for example as JPEG.",
    )


def _check_pixels(size: tuple[int, int], max_pixels: int, name: str) -> None:
    width, height = size
    if width * height > max_pixels:
        raise InvalidImageError(
            f"{name} is {width}x{height}, {width * height / 1e6:.0f} megapixels; "
            f"at most {max_pixels / 1e6:.0f} are opened.",
            hint="Make it smaller first.",
        )
    if width == 0 or height == 0:
        raise InvalidImageError(f"{name} has no pixels ({width}x{height}).", hint=_HINT)


def _damaged(name: str, error: Exception) -> InvalidImageError:
    said = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    if "truncated" in said.lower():
        said = "the end of the file is missing"
    return InvalidImageError(f"{name} is damaged: {said}.", hint="Get it again, or open and save it anew.")


def _guess(content: bytes) -> str:
    """What a file that is none of our formats seems to be, for the message."""
    head = content[:512].lstrip()
    if head.startswith(b"<") and b"<svg" in content[:4096]:
        return "an SVG drawing, which has no pixels yet"
    if head.startswith(b"%PDF"):
        return "a PDF, not a picture"
    if content[4:8] == b"ftyp":
        return "a HEIC picture or a film, which cannot be opened here"
    if content.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")):
        return "a damaged picture: its header cannot be read"
    try:
        text = content[:4096].decode("utf-8", errors="strict" if len(content) <= 4096 else "ignore")
    except UnicodeDecodeError:
        return "not a picture in a format we know"
    readable = "\0" not in text and sum(c.isprintable() or c.isspace() for c in text) > 0.9 * len(text)
    return "a text file, not a picture" if readable else "not a picture in a format we know"


def _plain(image: Image, name: str) -> Image:
    from PIL import Image

    try:
        with quiet_pillow():
            note = _animation_note(image)
            image.load()
            icc_profile = image.info.get("icc_profile")
            image = _to_srgb(_upright(_to_eight_bits(image)), icc_profile)
            plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, MemoryError) as error:
        raise InvalidImageError(f"{name} is too large to decode.", hint="Make it smaller first.") from error
    except _BROKEN as error:
        raise _damaged(name, error) from error
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    elif plain is image:
        plain = image.copy()
    plain.info = {NOTE: note} if note else {}
    return plain


def _animation_note(image: Image) -> str:
    frames = int(getattr(image, "n_frames", 1))
    what = "pages" if image.format == "TIFF" else "frames"
    return f"Only the first of its {frames} {what} is used." if frames > 1 else ""


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:  # damaged EXIF says nothing about rotation, the pixels are still good
        return image


def _to_eight_bits(image: Image) -> Image:
    """Scale 16-bit, 32-bit and float pixels to 0-255; Pillow's own conversion clips them."""
    if image.mode != "F" and not image.mode.startswith("I"):
        return image
    import numpy as np
    from PIL import Image

    pixels = np.nan_to_num(np.asarray(image).astype(np.float64), posinf=0.0, neginf=0.0)
    top = float(pixels.max(initial=0.0))
    if image.mode.startswith("I;16"):
        white = 65535.0
    elif image.mode == "F" and top <= 1.0:
        white = 1.0
    else:  # 32-bit integers and floats declare no white: take the next one that fits
        white = next((limit for limit in (255.0, 65535.0) if top <= limit), top)
    scaled = Image.fromarray(np.clip(np.rint(pixels * (255.0 / white)), 0, 255).astype(np.uint8))
    scaled.info = {key: image.info[key] for key in ("exif",) if key in image.info}
    return scaled


def _to_srgb(image: Image, icc_profile: object) -> Image:
    """Convert through the embedded colour profile; without one, CMYK is converted naively."""
    if not isinstance(icc_profile, bytes) or image.mode not in {"RGB", "RGBA", "CMYK"}:
        return image
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc_profile))
        if image.mode != "CMYK" and "srgb" in ImageCms.getProfileDescription(profile).lower():
            return image
        converted = ImageCms.profileToProfile(
            image,
            profile,
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
            outputMode="RGBA" if image.mode == "RGBA" else "RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image  # a damaged profile, or one of another colour space: the pixels are still good
    return converted or image
