"""Collections over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from .serving import Serving
from .test_pictures import keep


def test_a_collection_is_made_filled_renamed_and_removed(server: Serving):
    first, second = (keep(server.studio, seed=n, days=n).id for n in range(2))
    made = server.post("/api/collections", json={"name": "  Still   lifes "})
    assert made.status_code == 201
    album = made.json()
    assert (album["name"], album["count"], album["cover_url"]) == ("Still lifes", 0, None)
    address = f"/api/collections/{album['id']}"
    filled = server.post(f"{address}/pictures", json={"add": [first, second]}).json()
    assert filled["count"] == 2
    assert filled["cover_url"] == f"/api/pictures/{second}/thumbnail"
    shown = server.get("/api/pictures", params={"collection": album["id"]}).json()["pictures"]
    assert [picture["id"] for picture in shown] == [second, first]
    assert server.post(f"{address}/pictures", json={"remove": [second]}).json()["count"] == 1
    assert server.patch(address, json={"name": "Fruit"}).json()["name"] == "Fruit"
    assert [one["name"] for one in server.get("/api/collections").json()["collections"]] == ["Fruit"]
    assert server.delete(address).status_code == 204
    assert server.get("/api/collections").json() == {"collections": []}
    assert server.get(f"/api/pictures/{first}").status_code == 200


def test_the_collections_of_a_picture(server: Serving):
    kept, other = (keep(server.studio, seed=n, days=n).id for n in range(2))
    for name, ids in {"Both": [kept, other], "Another": [other], "Mine": [kept]}.items():
        album = server.post("/api/collections", json={"name": name}).json()["id"]
        server.post(f"/api/collections/{album}/pictures", json={"add": ids})
    found = server.get("/api/collections", params={"picture": kept}).json()["collections"]
    assert [(album["name"], album["count"]) for album in found] == [("Both", 2), ("Mine", 1)]
    assert server.get("/api/collections", params={"picture": "1kqz8m4t2-7k3f"}).status_code == 404


def test_moving_is_all_or_none(server: Serving):
    kept = keep(server.studio).id
    album = server.post("/api/collections", json={"name": "Album"}).json()["id"]
    address = f"/api/collections/{album}/pictures"
    server.post(address, json={"add": [kept]})
    assert server.post(address, json={"remove": [kept], "add": ["zzzzzzzzz-zzzz"]}).status_code == 404
    assert server.get("/api/collections").json()["collections"][0]["count"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": ""}, 422),
        ({"name": "x" * 81}, 422),
        ({"name": "ALBUM"}, 422),
        ({"name": None}, 422),
        ({"name": "a\u0000b"}, 422),
        ({"name": "new", "id": "mine"}, 422),
        ({}, 422),
    ],
)
def test_names_that_cannot_be_are_refused(server: Serving, body: dict[str, Any], status: int):
    server.post("/api/collections", json={"name": "Album"})
    answer = server.post("/api/collections", json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"] == "invalid-request"


@pytest.mark.parametrize("name", ["zzzzzzzzz-zzzz", "%00", "..%2f..", "x" * 99])
def test_unknown_collections_are_not_found(server: Serving, name: str):
    assert server.patch(f"/api/collections/{name}", json={"name": "x"}).status_code == 404
    assert server.delete(f"/api/collections/{name}").status_code == 404
    assert server.post(f"/api/collections/{name}/pictures", json={"add": []}).status_code == 404
    listed = server.get("/api/pictures", params={"collection": "zzzzzzzzz-zzzz"})
    assert listed.status_code in (200, 404)
    assert not listed.json().get("pictures")
