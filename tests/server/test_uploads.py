"""Pictures that clients bring, name, or import."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from studiolo.errors import (
    InvalidImageError,
    InvalidRequestError,
    PictureNotFoundError,
    StudioloError,
    TooLargeError,
)
from studiolo.requests import SourceImage
from studiolo.server.sources import find_source

from .serving import Serving
from .test_pictures import keep


def png(colour: str = "teal", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG", **options)
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of a few hundred bytes that claims 40,000 x 40,000 pixels."""
    content = bytearray(png(size=(1, 1)))
    content[16:24] = (40_000).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


IMAGE = {"Content-Type": "image/png"}


@pytest.mark.parametrize("how", ["body", "octets", "form"])
def test_a_picture_is_brought_and_named_by_its_content(server: Serving, how: str):
    answer = {
        "body": lambda: server.post("/api/uploads", content=png(), headers=IMAGE),
        "octets": lambda: server.post(
            "/api/uploads", content=png(), headers={"Content-Type": "application/octet-stream"}
        ),
        "form": lambda: server.post("/api/uploads", files={"file": ("../../x.svg", png(), "text/html")}),
    }[how]()
    assert answer.status_code == 201, answer.text
    source = answer.json()
    assert source["reference"] == SourceImage(png()).reference
    assert (source["width"], source["height"]) == (40, 30)
    whole = server.get(source["url"])
    assert whole.headers["content-type"] == "image/png"
    assert "immutable" in whole.headers["cache-control"]
    assert whole.headers["content-security-policy"].startswith("sandbox")
    assert SourceImage(whole.content).reference == source["reference"]
    small = server.get(f"{source['url']}?side=16")
    assert small.headers["content-type"] == "image/webp"
    with Image.open(io.BytesIO(small.content)) as image:
        assert image.size == (16, 12)
    assert small.headers["etag"] != whole.headers["etag"]
    again = server.get(source["url"], headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304


def test_what_is_kept_is_decoded_anew(server: Serving):
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("parameters", "my secret garden")
    brought = png(pnginfo=words) + b"<script>alert(1)</script>"
    url = server.post("/api/uploads", content=brought, headers=IMAGE).json()["url"]
    kept = server.get(url).content
    assert b"garden" not in kept
    assert b"script" not in kept


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"#!/bin/sh\necho", "text file"),
        (b"", "empty"),
        (png()[:60], "damaged"),
        (bomb(), "bomb"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_what_is_no_picture_is_refused_in_the_decoders_words(server: Serving, content: bytes, said: str):
    for answer in (
        server.post("/api/uploads", content=content or b" ", headers=IMAGE) if content else None,
        server.post("/api/uploads", files={"file": ("a.png", content, "image/png")}),
    ):
        if answer is None:
            continue
        assert answer.status_code == 422, answer.text
        problem = answer.json()
        assert problem["error"] == "invalid-image"
        assert said in problem["detail"]
        assert problem["hint"]


def test_uploads_have_a_limit(start: Callable[..., Serving]):
    server = start(upload_mb=1)
    noise = Image.effect_noise((1200, 1200), 100)
    buffer = io.BytesIO()
    noise.save(buffer, "PNG")
    large = buffer.getvalue()
    assert 1_064_000 < len(large) < 2_000_000
    uri = f"data:image/png;base64,{base64.b64encode(large).decode()}"
    for answer in (
        server.post("/api/uploads", content=large, headers=IMAGE),
        server.post("/api/uploads", files={"file": ("a.png", large)}),
        server.post("/api/pictures", files={"file": ("a.png", large)}),
        server.post("/api/palettes", json={"image": uri}),
    ):
        assert answer.status_code == 413, answer.text
        assert answer.json()["error"] == "too-large"
        assert "upload_mb" in answer.json()["hint"].lower()
    assert server.studio.gallery.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "address"),
        ({"address": 7}, "address"),
        ({"address": "file:///etc/passwd"}, "address"),
        ({"address": "/etc/passwd"}, "address"),
        ({"address": "gopher://x"}, "address"),
        ({"address": "https://x", "name": "y"}, "name"),
        ([1], "body"),
        ("https://example.org/x.png", "body"),
    ],
)
def test_an_address_is_one_of_the_web(server: Serving, body: Any, field: str):
    answer = server.post("/api/uploads", json=body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/a.png", "http://localhost/a.png", "http://[::1]/", "http://169.254.169.254/"],
)
def test_addresses_of_this_machine_are_not_fetched(server: Serving, address: str):
    answer = server.post("/api/uploads", json={"address": address})
    assert answer.status_code == 422
    assert answer.json()["error"] == "unsafe-address"


def test_bodies_of_other_kinds_are_refused(server: Serving):
    for kind in ("text/plain", "application/pdf", "application/x-www-form-urlencoded", ""):
        answer = server.post("/api/uploads", content=b"x=1", headers={"Content-Type": kind})
        assert answer.status_code == 415, (kind, answer.text)
    broken = server.post("/api/uploads", content=b"{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 422
    for form in ({"picture": ("a.png", png())}, {"file": (None, "text")}):
        assert server.post("/api/uploads", files=form).json()["error"] == "invalid-request"
    mangled = server.post(
        "/api/uploads", content=b"--x\r\nbroken", headers={"Content-Type": "multipart/form-data; boundary=y"}
    )
    assert mangled.status_code in (400, 422)
    assert mangled.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["0" * 64, "../x", "0" * 63, "G" * 64, "%00"])
def test_sources_that_are_none_are_not_found(server: Serving, name: str):
    answer = server.get(f"/api/sources/{name}")
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_reference_is_an_upload_a_picture_or_data(server: Serving):
    studio = server.studio
    kept = keep(studio)
    reference = studio.gallery.uploads.keep(SourceImage(png()))
    uri = f"data:image/jpeg;base64,{base64.b64encode(png()).decode()}"
    for text, size in ((reference, (40, 30)), (f"picture:{kept.id}", (64, 48)), (uri, (40, 30))):
        assert find_source(studio, text).size == size
        found = server.post("/api/palettes", json={"image": text, "colours": 1})
        assert found.status_code == 200
        assert len(found.json()["colours"]) == 1


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("/etc/passwd", InvalidRequestError),
        ("file:///etc/passwd", InvalidRequestError),
        ("picture.png", InvalidRequestError),
        ("", InvalidRequestError),
        ("latest", InvalidRequestError),
        ("picture:../../x", PictureNotFoundError),
        ("picture:", PictureNotFoundError),
        ("sha256:" + "0" * 64, PictureNotFoundError),
        ("sha256:../../catalog.db", PictureNotFoundError),
        ("data:text/html;base64,AAAA", InvalidImageError),
        ("data:image/png,AAAA", InvalidImageError),
        ("data:image/png;base64,@@@@", InvalidImageError),
        ("data:image/png;base64,é", InvalidImageError),
        ("data:image/png;base64,", InvalidImageError),
        ("data:image/png;base64," + base64.b64encode(bomb()).decode(), InvalidImageError),
        ("data:image/png;base64," + "A" * 44_000_000, TooLargeError),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else value.__name__,
)
def test_a_text_is_never_a_path(server: Serving, text: str, error: type[StudioloError]):
    import pathlib

    pathlib.Path("picture.png").write_bytes(png())  # where the server runs
    with pytest.raises(error) as raised:
        find_source(server.studio, text)
    assert raised.value.hint
    assert len(raised.value.message) < 200


def test_pictures_are_imported_with_what_they_say(server: Serving, start: Callable[..., Serving]):
    kept = keep(server.studio, "a red apple", seed=9)
    content = server.get(f"/api/pictures/{kept.id}/image").content
    other = start(gallery="other")
    files = [
        ("file", ("../../../etc/cron.d/evil.png", content, "image/png")),
        ("file", ("again.png", content, "image/png")),
        ("file", ("C:\\docs\\notes\u202e.txt", b"hello", "text/plain")),
        ("file", ("bomb.png", bomb(), "image/png")),
    ]
    answer = other.post("/api/pictures", files=files)
    assert answer.status_code == 201, answer.text
    report = answer.json()
    assert report["added"] == [kept.id]
    assert report["already_here"] == 1
    assert [one["name"] for one in report["failed"]] == ["notes.txt", "bomb.png"]
    assert other.get(f"/api/pictures/{kept.id}").json()["seed"] == 9


def test_an_export_is_imported_as_it_was(server: Serving, start: Callable[..., Serving], tmp_path: Any):
    kept = keep(server.studio)
    server.studio.gallery.star([kept.id])
    server.studio.gallery.export(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip", "a") as archive:
        archive.writestr("images/../../evil.png", png())
        archive.writestr("broken.png", b"no")
    other = start(gallery="other")
    with (tmp_path / "all.zip").open("rb") as file:
        report = other.post("/api/pictures", files={"file": ("all.zip", file)}).json()
    assert kept.id in report["added"]
    assert report["failed"][0]["name"] == "all.zip: broken.png"
    assert other.get(f"/api/pictures/{kept.id}").json()["starred"]
    assert not list(tmp_path.rglob("evil.png"))


def test_an_import_without_files_is_refused(server: Serving):
    assert server.post("/api/pictures", files={"picture": ("a.png", png())}).status_code == 422
    assert server.post("/api/pictures", json={}).status_code in (415, 422)
