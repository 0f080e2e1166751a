"""Jobs over HTTP: asked for, looked at, cancelled, and none of anybody else's business."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from studiolo.gallery.ids import is_id
from studiolo.requests import ImageRequest
from studiolo.server.generation import RequestBody
from tests.jobs.conftest import wait_until
from tests.jobs.engines import ENGINES, GatedEngine

from .serving import Serving
from .test_pictures import keep
from .test_uploads import png
from .watching import watch

SMALL: dict[str, Any] = {"width": 64, "height": 48, "seed": 7}


def equip(server: Serving) -> GatedEngine:
    """Add the engines of the queue's own tests; gives the one that waits for its gate."""
    for name, engine in ENGINES.items():
        server.studio.registry.register(name, engine)
    gated = server.studio.registry.resolve("gated")
    assert isinstance(gated, GatedEngine)
    return gated


def submit(server: Serving, token: str = "", **fields: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = server.post("/api/jobs", json={"prompt": "a red apple", **SMALL, **fields}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/jobs/{answer.json()['id']}"
    return answer.json()


def finished(server: Serving, job_id: str) -> dict[str, Any]:
    """The job when it has ended."""
    with watch(server, f"/api/jobs/{job_id}/events") as watcher:
        watcher.to_the_end()
    return server.get(f"/api/jobs/{job_id}").json()


def test_a_job_paints_and_its_pictures_are_in_the_gallery(server: Serving):
    job = submit(server, count=3, original_prompt="ein roter Apfel")
    assert is_id(job["id"])
    assert (job["prompt"], job["count"], job["engine"]) == ("a red apple", 3, "fake")
    assert job["request"]["steps"] == 4
    assert "log" not in job
    done = finished(server, job["id"])
    assert (done["state"], done["error"], done["position"], done["progress"]) == ("done", None, None, None)
    assert [picture["seed"] for picture in done["pictures"]] == [7, 8, 9]
    assert done["log"]
    assert all(entry["at"] and entry["message"] for entry in done["log"])
    for picture in done["pictures"]:
        assert picture["original_prompt"] == "ein roter Apfel"
        assert server.get(picture["image_url"]).status_code == 200
        assert server.get(f"/api/pictures/{picture['id']}").json() == picture


def test_the_pocket_engine_paints_here_too(start: Callable[..., Serving]):
    server = start(engine="pocket")
    job = submit(server, prompt="a red circle", strength=0.0, width=256, height=256)
    done = finished(server, job["id"])
    assert done["state"] == "done", done["error"]
    assert done["pictures"][0]["engine"] == "pocket"


def test_every_field_of_a_request_is_a_field_of_the_body():
    assert set(RequestBody.model_fields) == set(ImageRequest.model_fields)
    fields = RequestBody.model_json_schema()["properties"]
    assert (fields["count"]["minimum"], fields["count"]["maximum"]) == (1, 64)
    assert fields["prompt"]["maxLength"] == 2000
    assert "picture:<id>" in str(fields["init_image"])


def test_pictures_to_begin_from_are_references(server: Serving):
    kept = keep(server.studio)
    brought = server.post(
        "/api/uploads", content=png(size=(64, 48)), headers={"Content-Type": "image/png"}
    ).json()
    data = base64.b64encode(png("white", (64, 48))).decode()
    for reference in (brought["reference"], f"picture:{kept.id}"):
        job = submit(server, init_image=reference, mask=f"data:image/png;base64,{data}", strength=0.5)
        assert job["request"]["init_image"].startswith("sha256:")
        done = finished(server, job["id"])
        assert done["state"] == "done", done["error"]
        assert server.get(f"/api/sources/{job['request']['mask'][7:]}").status_code == 200


def test_what_made_a_picture_can_be_sent_again(server: Serving):
    init = f"data:image/png;base64,{base64.b64encode(png(size=(64, 48))).decode()}"
    first = finished(server, submit(server, init_image=init, strength=0.5, negative_prompt="rain")["id"])
    picture = first["pictures"][0]["id"]
    made = server.get(f"/api/pictures/{picture}/request").json()
    again = server.post("/api/jobs", json=made)
    assert again.status_code == 202, again.text
    second = finished(server, again.json()["id"])["pictures"][0]["id"]
    one, other = (
        Image.open(io.BytesIO(server.get(f"/api/pictures/{name}/image").content))
        for name in (picture, second)
    )
    with one, other:
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "prompt"),
        ({"prompt": ""}, 422, "empty"),
        ({"prompt": "x" * 2001}, 422, "2,001"),
        ({"prompt": "a\u0000b"}, 422, "U+0000"),
        ({"prompt": ["a"]}, 422, "prompt"),
        ({"prompt": "a", "colour": "red"}, 422, "colour"),
        ({"prompt": "a", "count": 0}, 422, "count"),
        ({"prompt": "a", "count": 65}, 422, "count"),
        ({"prompt": "a", "width": 10**30}, 422, "width"),
        ({"prompt": "a", "seed": -1}, 422, "seed"),
        ({"prompt": "a", "strength": 2}, 422, "strength"),
        ({"prompt": "a", "options": []}, 422, "options"),
        ({"prompt": "a", "priority": 10**6}, 422, "priority"),
        ({"prompt": "a", "engine": "nobody"}, 404, "nobody"),
        ({"prompt": "a", "engine": ""}, 422, "engine"),
        ({"prompt": "a", "scheduler": "none such"}, 422, "scheduler"),
        ({"prompt": "a", "init_image": "/etc/passwd"}, 422, "reference"),
        ({"prompt": "a", "init_image": "file:///etc/passwd"}, 422, "reference"),
        ({"prompt": "a", "init_image": "picture:zzzzzzzzz-zzzz"}, 404, "picture"),
        ({"prompt": "a", "init_image": "sha256:" + "0" * 64}, 404, "picture"),
        ({"prompt": "a", "init_image": "http://127.0.0.1/x.png"}, 422, "127.0.0.1"),
        ({"prompt": "a", "init_image": 7}, 422, "init_image"),
        ({"prompt": "a", "mask": "latest"}, 422, "reference"),
    ],
)
def test_what_cannot_be_painted_is_refused_at_once(server: Serving, body: Any, status: int, said: str):
    answer = server.post("/api/jobs", json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert said in f"{problem['detail']} {problem.get('field')}"
    assert problem["hint"]
    assert server.get("/api/jobs").json()["jobs"] == []


def test_jobs_wait_in_line_and_can_be_moved(server: Serving):
    gated = equip(server)
    running, second, third = (submit(server, engine="gated", prompt=f"number {n}") for n in range(3))
    with watch(server) as watcher:
        assert [job["id"] for job in watcher.until_kind("snapshot")["jobs"]] == [
            third["id"],
            second["id"],
            running["id"],
        ]
    moved = server.patch(f"/api/jobs/{third['id']}", json={"priority": 5}).json()
    assert (moved["priority"], moved["position"]) == (5, 1)
    assert server.get(f"/api/jobs/{second['id']}").json()["position"] == 2
    assert server.patch(f"/api/jobs/{third['id']}", json={"priority": 10**9}).status_code == 422
    for _ in range(12):
        gated.gate.release()
    assert finished(server, second["id"])["state"] == "done"
    assert gated.prompts == ["number 0", "number 2", "number 1"]


def test_exactly_one_job_is_cancelled(server: Serving):
    gated = equip(server)
    running, waiting, kept = (submit(server, engine="gated") for _ in range(3))
    assert server.delete(f"/api/jobs/{waiting['id']}").json()["state"] == "cancelled"
    server.delete(f"/api/jobs/{running['id']}")
    assert finished(server, running["id"])["state"] == "cancelled"
    for _ in range(4):
        gated.gate.release()
    assert finished(server, kept["id"])["state"] == "done"
    assert server.delete(f"/api/jobs/{kept['id']}").json()["state"] == "done"
    states = {"active": 0, "ended": 3, "cancelled": 2, "done": 1, "failed": 0, "queued": 0, "running": 0}
    for state, number in states.items():
        assert len(server.get(f"/api/jobs?state={state}").json()["jobs"]) == number, state
    again = server.post(f"/api/jobs/{waiting['id']}/again")
    assert again.status_code == 202
    assert again.headers["location"] == f"/api/jobs/{again.json()['id']}"
    server.delete(again.headers["location"])


def test_pages_of_jobs_lead_to_the_first(server: Serving):
    made = [submit(server, seed=n)["id"] for n in range(5)]
    seen, query = [], "?limit=2"
    while query:
        page = server.get(f"/api/jobs{query}").json()
        seen += [job["id"] for job in page["jobs"]]
        query = f"?limit=2&before={page['next']}" if page["next"] else ""
    assert seen == made[::-1]
    for wrong in ("limit=0", "limit=501", "before=x", "state=lost"):
        assert server.get(f"/api/jobs?{wrong}").status_code == 422


def test_an_engine_that_fails_says_why_and_keeps_what_was_finished(server: Serving):
    equip(server)
    failed = finished(server, submit(server, engine="faulty", prompt="engine", count=2)["id"])
    assert failed["state"] == "failed"
    assert failed["error"] == {"detail": "The paint ran out.", "hint": "Buy paint.", "error": "engine"}
    assert len(failed["pictures"]) == 1
    crashed = finished(server, submit(server, engine="faulty", prompt="crash", count=2)["id"])
    assert crashed["state"] == "failed"
    assert "Traceback" not in str(crashed)
    assert finished(server, submit(server)["id"])["state"] == "done"


def test_a_full_queue_says_when_to_come_again(start: Callable[..., Serving]):
    server = start(queue_size=2)
    equip(server)
    with watch(server) as watcher:
        submit(server, engine="gated")
        watcher.until_state("running")
    for _ in range(2):
        submit(server, engine="gated")
    answer = server.post("/api/jobs", json={"prompt": "a", "engine": "gated"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["error"] == "queue-full"
    assert answer.json()["retry_after_s"] > 0


def test_a_preview_shows_what_is_painted(server: Serving):
    gated = equip(server)
    with watch(server) as watcher:
        job = submit(server, engine="gated")
        gated.gate.release()
        shown = watcher.until(lambda kind, data: kind == "progress" and data["preview_url"] is not None)
        assert shown["id"] == job["id"]
        assert 0 < shown["fraction"] < 1
        preview = server.get(shown["preview_url"])
        assert preview.headers["content-type"] == "image/webp"
        assert preview.headers["content-security-policy"].startswith("sandbox")
        with Image.open(io.BytesIO(preview.content)) as image:
            assert image.size == (64, 48)
    assert server.get(f"/api/jobs/{job['id']}/preview/1").status_code == 404
    assert server.get(f"/api/jobs/{job['id']}/preview/64").status_code == 422
    server.delete(f"/api/jobs/{job['id']}")
    finished(server, job["id"])
    wait_until(lambda: server.get(shown["preview_url"]).status_code == 404)


def test_jobs_of_another_token_do_not_exist(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    equip(server)
    tokens = {
        name: server.studio.gallery.tokens.create(name, scopes)[1]
        for name, scopes in {"ann": ["generate"], "bob": ["generate"], "boss": ["admin"]}.items()
    }
    job = submit(server, tokens["ann"], engine="gated")["id"]

    def ask(name: str, method: str, path: str, **options: Any) -> int:
        headers = {"Authorization": f"Bearer {tokens[name]}"}
        return server.client.request(method, path, headers=headers, **options).status_code

    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}),
        ("PATCH", "", {"json": {"priority": 1}}),
        ("GET", "/preview/0", {}),
        ("GET", "/events", {}),
        ("POST", "/again", {}),
        ("DELETE", "", {}),
    ]
    for method, rest, options in asked:
        assert ask("bob", method, f"/api/jobs/{job}{rest}", **options) == 404, (method, rest)
    listed = {
        name: server.get("/api/jobs", headers={"Authorization": f"Bearer {token}"}).json()["jobs"]
        for name, token in tokens.items()
    }
    assert {name: len(jobs) for name, jobs in listed.items()} == {"ann": 1, "bob": 0, "boss": 1}
    with watch(server, token=tokens["ann"]) as ann, watch(server, token=tokens["bob"]) as bob:
        assert len(ann.until_kind("snapshot")["jobs"]) == 1
        assert bob.until_kind("snapshot")["jobs"] == []
        assert ask("boss", "DELETE", f"/api/jobs/{job}") == 200
        ann.until_state("cancelled")
        other = submit(server, tokens["bob"])["id"]
        bob.until_state("done")
        assert {data["id"] for data in bob.of("job")} == {other}
        assert job not in str(bob.seen)


def test_only_an_admin_passes_others_by(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    equip(server)
    create = server.studio.gallery.tokens.create
    ann, boss = ({"Authorization": f"Bearer {create(name, [name])[1]}"} for name in ("generate", "admin"))
    body = {"prompt": "an apple", "engine": "gated", **SMALL}
    asked = server.post("/api/jobs", json={**body, "priority": 1}, headers=ann)
    assert asked.status_code == 403
    assert "priority" in asked.json()["hint"]
    ids = [
        server.post("/api/jobs", json={**body, "priority": low}, headers=ann).json()["id"] for low in (0, -1)
    ]
    change = {"url": f"/api/jobs/{ids[1]}", "json": {"priority": 5}}
    assert server.client.request("PATCH", headers=ann, **change).status_code == 403
    assert server.client.request("PATCH", headers=boss, **change).json()["priority"] == 5


@pytest.mark.parametrize("name", ["zzzzzzzzz-zzzz", "%00", "..%2f..%2fx", "x" * 99, "latest"])
def test_jobs_that_are_none_are_not_found(server: Serving, name: str):
    for method, rest in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/again"),
        ("GET", "/preview/0"),
        ("GET", "/events"),
    ):
        answer = server.client.request(method, f"/api/jobs/{name}{rest}")
        assert answer.status_code == 404, (method, rest)
        assert answer.json()["error"] == "not-found"


def test_a_reader_may_look_but_not_paint(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    _, reader = server.studio.gallery.tokens.create("reader", ["read"])
    headers = {"Authorization": f"Bearer {reader}"}
    assert server.get("/api/jobs", headers=headers).status_code == 200
    answer = server.post("/api/jobs", json={"prompt": "a"}, headers=headers)
    assert answer.status_code == 403
    assert "generate" in answer.json()["hint"]
