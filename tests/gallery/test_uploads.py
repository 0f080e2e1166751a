"""Pictures that clients bring: kept for a week, shared with the pictures made from them."""

from datetime import timedelta

import numpy as np
import pytest
from PIL import Image

from studiolo.errors import DiskFullError, GalleryError, PictureNotFoundError
from studiolo.requests import SourceImage
from tests.gallery.painting import painting
from tests.gallery.test_faults import full_disk

AT_ONCE = timedelta(0)


def source(colour="navy"):
    return SourceImage(Image.new("RGB", (64, 48), colour))


def sources(gallery):
    return [key.removeprefix("sources/").removesuffix(".png") for key in gallery.blobs.list("sources")]


def test_an_upload_is_found_by_its_reference(gallery):
    image = source()
    reference = gallery.uploads.keep(image, owner="someone")
    assert reference == image.reference
    assert SourceImage(gallery.source_image(reference)) == image
    assert gallery.uploads.keep(source()) == reference
    assert sources(gallery) == [image.sha256]
    assert gallery.check(deep=True).orphans == ()
    assert gallery.source_image(reference)


def test_it_goes_after_a_while(gallery):
    old, new = source("red"), source("green")
    gallery.uploads.keep(old)
    gallery.uploads.keep(new)
    week_us = timedelta(days=7) // timedelta(microseconds=1)
    with gallery.catalog.database.write() as connection:
        connection.execute("UPDATE uploads SET created = created - ? WHERE source_key LIKE ?",
                           (week_us, f"%{old.sha256}%"))  # fmt: skip
    assert gallery.uploads.tidy() == 1
    assert sources(gallery) == [new.sha256]
    with pytest.raises(PictureNotFoundError):
        gallery.source_image(old.reference)
    assert gallery.uploads.tidy() == 0


def test_bringing_it_again_lets_it_stay(gallery):
    image = source()
    gallery.uploads.keep(image)
    with gallery.catalog.database.write() as connection:
        connection.execute("UPDATE uploads SET created = 0")
    gallery.uploads.keep(image)
    assert gallery.uploads.tidy() == 0
    assert sources(gallery) == [image.sha256]


def test_the_last_owner_takes_the_file_along(gallery):
    image = source()
    gallery.uploads.keep(image)
    picture = gallery.add(painting(init_image=image.image, strength=0.5))
    assert sources(gallery) == [image.sha256]
    assert gallery.uploads.tidy(AT_ONCE) == 1
    assert gallery.request(picture).init_image == image  # the picture owns it still
    gallery.uploads.keep(image)
    gallery.delete([picture.id])
    gallery.purge()
    assert gallery.source_image(image.reference)  # and now the upload does
    gallery.uploads.tidy(AT_ONCE)
    assert sources(gallery) == []


def test_a_full_disk_keeps_nothing_half(gallery):
    noise = np.random.default_rng(0).integers(0, 255, (512, 512, 3), dtype=np.uint8)
    image = SourceImage(Image.fromarray(noise))
    with full_disk(500_000), pytest.raises(GalleryError) as raised:
        gallery.uploads.keep(image)
    assert isinstance(raised.value, DiskFullError)
    assert sources(gallery) == []
    assert gallery.check(mend=False).orphans == ()
    assert gallery.uploads.tidy(AT_ONCE) == 0
    gallery.uploads.keep(image)
    assert gallery.source_image(image.reference)
