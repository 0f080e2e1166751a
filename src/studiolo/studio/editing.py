"""The facade's retouching table: a picture enlarged, or cut out of its background."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Literal

from studiolo.gallery import Picture
from studiolo.requests import Control, ProgressCallback, SourceImage, ignore_progress
from studiolo.studio.painting import Painting
from studiolo.studio.subjects import find_subject, provenance

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

    from studiolo.assistant.base import Location
    from studiolo.studio.sight import ControlMap

    Source = Picture | SourceImage | Image | Path | str | bytes


class Editing(Painting):
    """Edits pictures without painting, and keeps the results as pictures of their own."""

    def upscale(
        self,
        picture: Source,
        scale: Literal[2, 4] = 2,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Picture:
        """Enlarge a picture ``scale`` times each side; the result is kept under the prompt of the original.

        Args:
            picture: one of the gallery, its id, a file, bytes, a PIL image or an address.
            scale: 2 or 4.
            engine: as for :meth:`generate_each`.
            progress: as for :meth:`generate_each`.
            cancel: as for :meth:`generate_each`.

        Raises:
            InputError: there is no such picture, or it cannot be enlarged so.
            EngineError, GalleryError, Cancelled: as :meth:`generate_each`.
        """
        return self._edit(picture, engine, progress, cancel, upscale=scale)

    def remove_background(
        self,
        picture: Source,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Picture:
        """Cut a picture out of its background, which becomes transparent; as :meth:`upscale`."""
        return self._edit(picture, engine, progress, cancel, remove_background=True)

    def control_map(self, picture: Source, kind: Control = "canny") -> ControlMap:
        """What of a picture's layout a painting can follow: its edges, or its regions. Nothing is kept.

        Given as ``control_image`` with ``control_prepared=True``, it is followed as it is;
        :meth:`generate_each` makes it by itself where it is given the picture.

        Raises:
            InputError: there is no such picture, or no such kind.
            MissingExtraError: neither the extra ``editing`` nor a model that makes such maps is here.
        """
        return self._looking().control_map(find_subject(self.gallery, picture).image.image, kind)

    def find_mask(self, picture: Source, words: str) -> Location:
        """A mask of what ``words`` mean in a picture, white where it is. Nothing is kept.

        Raises:
            InputError: there is no such picture, or nothing in it that is meant; says what is seen.
        """
        return self._looking().find_mask(find_subject(self.gallery, picture).image, words)

    def _edit(
        self,
        picture: Source,
        engine: str | None,
        progress: ProgressCallback,
        cancel: threading.Event | None,
        **wish: Any,
    ) -> Picture:
        subject = find_subject(self.gallery, picture)
        known = provenance(subject.picture or subject.content)
        original_prompt = known.pop("original_prompt", "")
        [edited] = self.generate(
            engine=engine,
            progress=progress,
            cancel=cancel,
            original_prompt=original_prompt,
            init_image=subject.image,
            **known,
            **wish,
        )
        return edited
