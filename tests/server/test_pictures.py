"""Looking at the gallery, and changing it, over HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image

from studiolo.gallery import Picture
from studiolo.imaging.metadata import read_metadata
from studiolo.requests import GeneratedImage, ImageRequest
from studiolo.server.documents import PictureDocument
from studiolo.studio import Studio

from .serving import Serving

START = datetime(2026, 3, 1, tzinfo=UTC)


def keep(
    studio: Studio, prompt: str = "a red apple", *, seed: int = 1, days: int = 0, **fields: Any
) -> Picture:
    """A picture in the gallery, made at a known time."""
    request = ImageRequest(prompt=prompt, seed=seed, width=64, height=48, **fields)
    image = Image.new("RGB", (64, 48), (200, 30 + seed % 200, 40))
    return studio.gallery.add(
        GeneratedImage(
            image=image, request=request, engine="fake", model="bands", created=START + timedelta(days=days)
        )
    )


def ids(pictures: Sequence[Any]) -> list[str]:
    return [picture["id"] for picture in pictures]


def test_a_document_is_a_picture_without_keys():
    fields = set(Picture.model_fields) - {"image_key", "thumbnail_key"}
    assert set(PictureDocument.model_fields) == fields | {"image_url", "thumbnail_url"}


def test_pages_lead_through_the_gallery_newest_first(server: Serving):
    kept = [keep(server.studio, seed=n, days=n).id for n in range(5)]
    seen, before = [], None
    for _ in range(3):
        page = server.get(
            "/api/pictures", params={"limit": 2, **({"before": before} if before else {})}
        ).json()
        seen += ids(page["pictures"])
        before = page["next"]
    assert seen == kept[::-1]
    assert before is None
    shown = page["pictures"][0]
    assert server.get(f"/api/pictures/{shown['id']}").json() == shown
    assert shown["created"] == "2026-03-01T00:00:00Z"
    assert not any("key" in name for name in shown)
    assert server.get(shown["image_url"]).content.startswith(b"\x89PNG")


def test_filters_are_those_of_the_gallery(server: Serving):
    studio = server.studio
    first, second, third = (keep(studio, seed=n, days=40 * n) for n in range(3))
    studio.gallery.star([second.id])
    studio.gallery.tag([second.id, third.id], add=["Best"])
    studio.gallery.tag([third.id], add=["night"])
    studio.gallery.delete([first.id])
    album = studio.gallery.collections.create("Album")
    studio.gallery.collections.add(album.id, [third.id])
    expected = {
        "": [third, second],
        "starred=true": [second],
        "starred=false": [third],
        "tag=BEST": [third, second],
        "tag=best&tag=night": [third],
        "trash=true": [first],
        "engine=fake": [third, second],
        "engine=pocket": [],
        "seed=1": [second],
        "width=64&min_height=48": [third, second],
        "max_width=63": [],
        "created_to=2026-04-30T00:00:00Z": [second],
        "created_from=2026-05-01T00:00:00%2B09:00": [third],
        f"collection={album.id}": [third],
    }
    for query, wanted in expected.items():
        answer = server.get(f"/api/pictures?{query}")
        assert answer.status_code == 200, (query, answer.text)
        assert ids(answer.json()["pictures"]) == [picture.id for picture in wanted], query
        assert server.get(f"/api/pictures/count?{query}").json() == {"count": len(wanted)}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("before=../../etc/passwd", "before"),
        ("before=1kqz8m4t2-7k3f%00", "before"),
        ("starrred=true", "starrred"),
        ("width=0", "width"),
        ("max_width=99999999999999999999999", "max_width"),
        ("seed=-1", "seed"),
        ("seed=18446744073709551616", "seed"),
        ("created_from=yesterday", "created_from"),
        ("created_from=2026-01-01T00:00:00", "created_from"),
        ("created_to=9999-12-31T23:59:59.999999Z", "created_to"),
        ("created_from=0001-01-01T00:00:00%2B14:00", "created_from"),
        ("tag=" + "x" * 65, None),
        ("tag=", None),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(server: Serving, query: str, field: str | None):
    for path in ("/api/pictures", "/api/pictures/count") if "limit" not in query else ("/api/pictures",):
        if path.endswith("count") and "before" in query:
            continue
        answer = server.get(f"{path}?{query}")
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json().get("field") == field


def test_the_largest_page_is_whole(server: Serving):
    kept = [keep(server.studio, seed=n, days=n).id for n in range(30)]
    assert ids(server.get("/api/pictures?limit=500").json()["pictures"]) == kept[::-1]


def test_a_search_says_why(server: Serving):
    keep(server.studio, "a red apple on a table", seed=1)
    keep(server.studio, "a whale in the sea", seed=2)
    hits = server.get("/api/pictures/search", params={"q": "apple"}).json()["hits"]
    assert hits[0]["picture"]["prompt"] == "a red apple on a table"
    assert hits[0]["words"] == ["apple"]
    assert "words: apple" in hits[0]["reason"]
    assert server.get("/api/pictures/search", params={"q": "apple", "starred": True}).json() == {"hits": []}
    assert server.get("/api/pictures/search", params={"q": ""}).json() == {"hits": []}
    assert server.get("/api/pictures/search").json()["field"] == "q"
    assert server.get("/api/pictures/search", params={"q": 'NEAR("*" OR \'; DROP'}).status_code == 200


def test_the_timeline_leads_to_each_month(server: Serving):
    for days in (0, 1, 40):
        keep(server.studio, seed=days, days=days)
    months = server.get("/api/pictures/timeline").json()["months"]
    assert [(month["month"], month["count"]) for month in months] == [("2026-04", 1), ("2026-03", 2)]
    page = server.get("/api/pictures", params={"before": months[1]["before"]}).json()
    assert [picture["created"][:10] for picture in page["pictures"]] == ["2026-03-02", "2026-03-01"]


def test_one_picture_by_its_id_a_part_of_it_or_latest(server: Serving):
    kept = keep(server.studio)
    for name in (kept.id, kept.id[-4:], "latest"):
        assert server.get(f"/api/pictures/{name}").json()["id"] == kept.id


@pytest.mark.parametrize(
    "name",
    [
        "zzzzzzzzz-zzzz",
        "..%2f..%2fcatalog.db",
        "%00",
        "%F4%8F%BF%BF" * 3,
        "a" * 5000,
        "%ED%A0%80",
        "'--",
        "%25",
    ],
)
@pytest.mark.parametrize("rest", ["", "/image", "/thumbnail", "/request", "/palette"])
def test_ids_that_are_none_lead_nowhere(server: Serving, name: str, rest: str):
    answer = server.get(f"/api/pictures/{name}{rest}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 2000


def test_several_pictures_change_at_once_or_none(server: Serving):
    first, second = (keep(server.studio, seed=n, days=n).id for n in range(2))
    answer = server.patch(
        "/api/pictures", json={"ids": [first, second, first], "starred": True, "add_tags": ["Best  Ones"]}
    )
    assert answer.status_code == 200, answer.text
    assert [(p["id"], p["starred"], p["tags"]) for p in answer.json()["pictures"]] == [
        (first, True, ["best ones"]),
        (second, True, ["best ones"]),
    ]
    unknown = server.patch("/api/pictures", json={"ids": [first, "zzzzzzzzz-zzzz"], "starred": False})
    assert unknown.status_code == 404
    assert server.get(f"/api/pictures/{first}").json()["starred"]
    wrong = server.patch("/api/pictures", json={"ids": [first], "starred": False, "add_tags": ["x" * 65]})
    assert wrong.status_code == 422
    assert server.get(f"/api/pictures/{first}").json()["starred"]
    assert server.get("/api/tags").json() == {"tags": [{"tag": "best ones", "count": 2}]}


def test_deleting_can_be_undone_until_the_trash_is_emptied(server: Serving):
    kept = keep(server.studio).id
    gone = server.patch("/api/pictures", json={"ids": [kept], "trashed": True}).json()
    assert gone["pictures"][0]["deleted"]
    assert server.get("/api/pictures").json()["pictures"] == []
    server.patch("/api/pictures", json={"ids": [kept], "trashed": False})
    assert ids(server.get("/api/pictures").json()["pictures"]) == [kept]
    assert server.delete("/api/trash").json() == {"removed": 0}
    server.patch("/api/pictures", json={"ids": [kept], "trashed": True})
    assert server.delete("/api/trash").json() == {"removed": 1}
    assert server.get(f"/api/pictures/{kept}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": ["1"] * 501}, "ids"),
        ({"ids": "all"}, "ids"),
        ({"ids": ["a"], "star": True}, "star"),
        ({"ids": ["a"], "starred": "perhaps"}, "starred"),
        ({"ids": [7]}, "ids.0"),
        ([], "body"),
    ],
)
def test_changes_that_are_none_are_refused(server: Serving, body: Any, field: str):
    answer = server.patch("/api/pictures", json=body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_a_picture_is_served_as_what_it_is_and_cached_for_good(server: Serving):
    kept = keep(server.studio, "Äpfel & <b>Birnen</b>\n日本")
    answer = server.get(f"/api/pictures/{kept.id}/image")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["etag"] == f'"{kept.sha256}"'
    named = answer.headers["content-disposition"]
    assert named.startswith('inline; filename="')
    assert named.endswith(f"%E6%97%A5%E6%9C%AC-{kept.id}.png")
    assert read_metadata(answer.content).prompt == kept.prompt
    for known in (answer.headers["etag"], f'"other", W/{answer.headers["etag"]}', "*"):
        again = server.get(f"/api/pictures/{kept.id}/image", headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
    changed = server.get(f"/api/pictures/{kept.id}/image", headers={"If-None-Match": '"other"'})
    assert changed.status_code == 200
    saved = server.get(f"/api/pictures/{kept.id}/image?download=1").headers["content-disposition"]
    assert saved.startswith("attachment; ")


def test_a_stripped_picture_has_the_same_pixels_and_tells_nothing(server: Serving):
    kept = keep(server.studio, "my secret garden", seed=77)
    whole = server.get(f"/api/pictures/{kept.id}/image")
    plain = server.get(f"/api/pictures/{kept.id}/image?metadata=strip&download=true")
    assert b"garden" in whole.content
    assert b"garden" not in plain.content
    assert "garden" not in plain.headers["content-disposition"]
    assert plain.headers["etag"] != whole.headers["etag"]
    with Image.open(io.BytesIO(whole.content)) as one, Image.open(io.BytesIO(plain.content)) as other:
        assert one.tobytes() == other.tobytes()
    assert server.get(f"/api/pictures/{kept.id}/image?metadata=no").json()["field"] == "metadata"


def test_what_cannot_be_copied_without_its_words_becomes_a_png(server: Serving):
    buffer = io.BytesIO()
    Image.new("RGB", (32, 24), "teal").save(buffer, "GIF", comment=b"my secret garden")
    report = server.post("/api/pictures", files={"file": ("a.gif", buffer.getvalue(), "image/gif")}).json()
    address = f"/api/pictures/{report['added'][0]}/image"
    assert server.get(address).headers["content-type"] == "image/gif"
    plain = server.get(f"{address}?metadata=strip")
    assert plain.headers["content-type"] == "image/png"
    assert b"garden" not in plain.content


def test_a_thumbnail_is_small_and_cached(server: Serving):
    kept = keep(server.studio)
    answer = server.get(f"/api/pictures/{kept.id}/thumbnail")
    assert answer.headers["content-type"] == "image/webp"
    assert "immutable" in answer.headers["cache-control"]
    headers = {"If-None-Match": answer.headers["etag"]}
    assert server.get(f"/api/pictures/{kept.id}/thumbnail", headers=headers).status_code == 304


def test_a_file_that_is_gone_or_damaged_is_said(server: Serving):
    kept = keep(server.studio)
    path = server.studio.gallery.path(kept)
    path.write_bytes(b"<script>alert(1)</script>")
    answer = server.get(f"/api/pictures/{kept.id}/image")
    assert answer.status_code == 500
    assert "gallery check" in answer.json()["hint"]
    assert "script" not in answer.text
    path.unlink()
    answer = server.get(f"/api/pictures/{kept.id}/image")
    assert answer.status_code == 500
    assert "gallery check" in answer.json()["hint"]


def test_a_request_can_be_asked_for_and_made_again(server: Serving):
    kept = keep(
        server.studio, seed=5, negative_prompt="rain", init_image=Image.new("RGB", (64, 48)), strength=0.5
    )
    made = server.get(f"/api/pictures/{kept.id}/request").json()
    assert made["engine"] == "fake:bands"
    assert made["init_image"].startswith("sha256:")
    assert (made["prompt"], made["negative_prompt"], made["seed"]) == ("a red apple", "rain", 5)
    source = server.get(f"/api/sources/{made['init_image'].removeprefix('sha256:')}")
    assert source.headers["content-type"] == "image/png"


def test_a_picture_comes_to_its_colours(server: Serving):
    kept = keep(server.studio, seed=5)
    found = server.get(f"/api/pictures/{kept.id}/palette").json()
    assert found == {"colours": [{"hex": "#c82328", "share": 1.0}], "asked": [], "fidelity": None}
    assert server.get(f"/api/pictures/{kept.id}/palette?colours=11").json()["field"] == "colours"


def test_a_damaged_zip_stops_only_itself(server: Serving):
    def zipped(**files: bytes) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    picture = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(picture, "PNG")
    sent = {
        "whole.png": picture.getvalue(),
        "cut.zip": zipped(a=bytes(500))[:100],
        "directory.zip": zipped(a=b"").replace(b"PK\x01\x02", b"XXXX"),
        "list.zip": zipped(**{"pictures.jsonl": b"{"}),
    }
    answer = server.post("/api/pictures", files=[("file", part) for part in sent.items()])
    assert answer.status_code == 201, answer.text
    assert len(answer.json()["added"]) == 1
    assert [failure["name"] for failure in answer.json()["failed"]] == [
        "cut.zip",
        "directory.zip",
        "list.zip",
    ]


def test_a_document_does_not_say_where_files_lie(server: Serving):
    kept = keep(server.studio, loras=({"name": "/data/secret/ink.safetensors"},))
    assert "secret" not in server.get(f"/api/pictures/{kept.id}").text
    assert "ink.safetensors" in server.get("/api/pictures").text
    assert "secret" not in server.get("/api/pictures").text
