"""What a painting would cost, asked over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .serving import Serving
from .test_jobs import SMALL, equip, finished, submit


def estimate(server: Serving, **fields: Any) -> dict[str, Any]:
    answer = server.post("/api/estimate", json={"prompt": "a red apple", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_says_what_a_job_would_cost_and_paints_nothing(server: Serving):
    equip(server)
    said = estimate(server, engine="priced", count=4, max_cost=0.01)
    basis = "4 pictures at $0.04 (a list)"
    assert said == {"engine": "priced", "count": 4, "usd": 0.16, "firm": True, "basis": basis}
    guess = estimate(server, engine="metered", count=2)
    assert (guess["usd"], guess["firm"]) == (0.08, False)
    assert estimate(server, engine="unpriced")["usd"] is None
    assert estimate(server)["usd"] == 0
    assert server.studio.registry.resolve("priced").asked == []  # type: ignore[attr-defined]
    assert server.get("/api/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"engine": "priced", "prompt": "an apple " * 9}, "takes 60"),
        ({"engine": "priced", "steps": 500}, "steps"),
        ({"engine": "nobody"}, "nobody"),
    ],
    ids=["prompt", "steps", "engine"],
)
def test_what_cannot_be_painted_has_no_price(server: Serving, fields: dict[str, Any], said: str):
    equip(server)
    answer = server.post("/api/estimate", json={"prompt": "a red apple", **fields})
    assert answer.status_code in {404, 422}
    assert said in answer.json()["detail"]


def test_a_job_that_may_cost_too_much_is_refused_and_not_queued(server: Serving):
    equip(server)
    body = {"prompt": "a red apple", "engine": "priced", "count": 4, "max_cost": 0.1}
    answer = server.post("/api/jobs", json=body)
    assert (answer.status_code, answer.json()["error"]) == (402, "cost-limit")
    assert "$0.16" in answer.json()["detail"]
    assert server.get("/api/jobs").json()["jobs"] == []
    job = submit(server, engine="priced", count=4, max_cost=0.16)
    assert job["max_cost"] == 0.16
    assert [picture["cost"] for picture in finished(server, job["id"])["pictures"]] == [0.04] * 4
    assert submit(server)["max_cost"] is None


@pytest.mark.parametrize("wrong", [-0.1, "inf", "much", 1e400], ids=["negative", "inf", "words", "endless"])
def test_a_limit_is_a_sum_of_money(server: Serving, wrong: object):
    content = json.dumps({"prompt": "a red apple", "max_cost": wrong})
    answer = server.post("/api/jobs", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json().get("field")) in {(422, "max_cost"), (400, None)}, answer.text


def test_what_only_the_engine_itself_refuses_is_refused_at_once(server: Serving):
    equip(server)
    body = {"prompt": "a red apple", "engine": "particular", "steps": 7}
    for path in ("/api/jobs", "/api/estimate"):
        answer = server.post(path, json=body)
        assert (answer.status_code, answer.json()["detail"]) == (422, "It does not do seven.")
    answer = server.post("/v1/images/generations", json={"model": "particular", "prompt": "x", "steps": 7})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "unsupported_request")
    assert server.get("/api/jobs").json()["jobs"] == []


def test_the_servers_own_limit_holds_where_a_job_says_nothing(start: Callable[..., Serving]):
    server = start(max_cost=0.05)
    equip(server)
    body = {"prompt": "a red apple", "engine": "priced", "count": 2}
    assert server.post("/api/jobs", json=body).status_code == 402
    assert server.post("/api/jobs", json={**body, "max_cost": 0.08}).status_code == 202


def test_only_an_admin_spends_more_than_the_servers_limit(start: Callable[..., Serving]):
    server = start(server_tokens=True, max_cost=0.05)
    equip(server)
    body = {"prompt": "a red apple", "engine": "priced", "count": 2, "max_cost": 0.08, **SMALL}
    answered = {}
    for scope in ("generate", "admin"):
        _, secret = server.studio.gallery.tokens.create(scope, [scope])
        answer = server.post("/api/jobs", json=body, headers={"Authorization": f"Bearer {secret}"})
        answered[scope] = answer.status_code
    assert answered == {"generate": 402, "admin": 202}


def test_a_repeated_job_keeps_to_the_limit_of_today(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    equip(server)
    _, secret = server.studio.gallery.tokens.create("frame", ["generate"])
    headers = {"Authorization": f"Bearer {secret}"}
    body = {"prompt": "a red apple", "engine": "priced", "count": 2, "max_cost": 0.08, **SMALL}
    job = server.post("/api/jobs", json=body, headers=headers).json()
    server.studio.jobs.wait(job["id"], 30)
    settings = server.studio.settings
    for limit, status in ((0.05, 402), (0.1, 202)):
        server.studio.settings = settings.model_copy(update={"max_cost": limit})
        again = server.post(f"/api/jobs/{job['id']}/again", headers=headers)
        assert again.status_code == status, again.text
        assert again.json().get("max_cost", 0.08) == 0.08


def test_a_reader_is_told_no_price(start: Callable[..., Serving]):
    server = start(server_tokens=True)
    _, secret = server.studio.gallery.tokens.create("frame", ["read"])
    headers = {"Authorization": f"Bearer {secret}"}
    assert server.post("/api/estimate", json={"prompt": "x"}, headers=headers).status_code == 403
