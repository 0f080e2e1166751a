"""Where ``-o`` puts copies of the pictures: a folder, or a file. Nothing is written over unasked."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from studiolo.gallery.filenames import slug

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.errors import InvalidRequestError

_IMAGE_ENDINGS: Final = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
CONTACT_SHEET: Final = "contact-sheet.png"


class Destination:
    """A folder, or one file of which further pictures get numbers: ``apple.png``, ``apple-2.png``.

    Raises:
        InvalidRequestError: the name asks for another format than PNG, or the file exists.
        OSError: the folder cannot be made or written.
    """

    def __init__(self, place: Path, *, pictures: int, force: bool) -> None:
        from studiolo.errors import InvalidRequestError

        self._single = place.suffix.lower() in _IMAGE_ENDINGS and not place.is_dir()
        self._place = place
        self._force = force
        self._written = 0
        if self._single and place.suffix.lower() != ".png":
            raise InvalidRequestError(
                f"Pictures are written as PNG, not as {place.suffix}.",
                hint=f"Use -o {place.with_suffix('.png')}",
            )
        if self._single and not force:
            taken = [path for path in map(self._numbered, range(1, pictures + 1)) if path.exists()]
            if taken:
                raise _taken(taken[0])
        self.folder.mkdir(parents=True, exist_ok=True)
        _check_writable(self.folder)

    @property
    def folder(self) -> Path:
        """Where files are put."""
        return self._place.parent if self._single else self._place

    @property
    def is_folder(self) -> bool:
        """Whether a folder was named, not a file."""
        return not self._single

    def copy(
        self, source: Path, *, prompt: str, seed: int, picture_id: str = "", number: int | None = None
    ) -> Path:
        """Copy a picture here, whole or not at all; returns the new path."""
        content = source.read_bytes()
        return self.write(content, prompt=prompt, seed=seed, picture_id=picture_id, number=number)

    def write(
        self, content: bytes, *, prompt: str, seed: int, picture_id: str = "", number: int | None = None
    ) -> Path:
        """Write a picture's file here, whole or not at all; returns its path.

        ``number`` is its place among the pictures, from 1, which a file that was named has in its name; if it
        is not given, the next.
        """
        self._written += 1
        if self._single:
            target = self._numbered(self._written if number is None else number)
        else:
            name = "-".join(filter(None, (slug(prompt), str(seed), picture_id.rpartition("-")[2])))
            target = self.folder / f"{name}.png"
            # An id makes a name that nothing else has. Without one, a map may lie there, changed by hand.
            if not picture_id and not self._force and target.exists() and target.read_bytes() != content:
                raise _taken(target)
        return write_whole(target, content, force=self._force or not self._single)

    def write_sheet(self, sheet: Image) -> Path:
        """Write the contact sheet, under a name that is free."""
        import io

        buffer = io.BytesIO()
        sheet.save(buffer, "PNG")
        target = self.folder / CONTACT_SHEET
        number = 2
        while target.exists() and not self._force:
            target = self.folder / f"contact-sheet-{number}.png"
            number += 1
        return write_whole(target, buffer.getvalue(), force=True)

    def _numbered(self, number: int) -> Path:
        return self._place if number == 1 else self._place.with_stem(f"{self._place.stem}-{number}")


def _taken(path: Path) -> InvalidRequestError:
    from studiolo.errors import InvalidRequestError

    return InvalidRequestError(
        f"{path} exists already.", hint="Choose another name, or replace it with --force."
    )


def _check_writable(folder: Path) -> None:
    """Find out before painting, not after."""
    probe = folder / f".studiolo-{secrets.token_hex(4)}"
    probe.touch(exist_ok=False)
    probe.unlink()


def write_whole(target: Path, content: bytes, *, force: bool) -> Path:
    """Under a temporary name first, so that no half a picture is ever seen at ``target``."""
    temporary = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        temporary.write_bytes(content)
        if force:
            temporary.replace(target)
        else:
            _publish(temporary, target)
    except OSError as error:
        # Nobody has ever heard of the temporary name.
        raise OSError(error.errno, error.strerror, str(target)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return target


def _publish(temporary: Path, target: Path) -> None:
    """Rename without writing over a file that appeared meanwhile, where the file system can."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError:  # no hard links here (FAT, some network drives)
        if target.exists():
            raise FileExistsError(errno.EEXIST, "File exists", str(target)) from None
        temporary.replace(target)
