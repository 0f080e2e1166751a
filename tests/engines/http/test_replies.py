"""Faults in every form that a service is documented, or known, to give them."""

from __future__ import annotations

import json

import pytest

from studiolo.engines.http import Host, HostedOptions, Service
from studiolo.engines.http.replies import Fault, fault_in, read_fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (
            {"error": {"message": "m", "type": "t", "param": "p", "code": "c"}},
            Fault(status=400, message="m", code="c", param="p"),
        ),
        ({"error": {"message": "m", "type": "t", "code": None}}, Fault(status=400, message="m", code="t")),
        ({"error": "m"}, Fault(status=400, message="m")),
        (
            [{"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}}],
            Fault(status=400, message="m", code="400"),
        ),
        (
            {"object": "error", "message": "m", "type": "invalid_model", "code": "1500"},
            Fault(status=400, message="m", code="1500"),
        ),
        ({"title": "t", "detail": "m", "status": 422}, Fault(status=400, message="m")),
        ({"title": "t"}, Fault(status=400, message="t")),
        (
            {"detail": [{"type": "extra_forbidden", "loc": ["body", "top_k"], "msg": "no"}]},
            Fault(status=400, message="no", code="extra_forbidden", param="top_k"),
        ),
        ({}, Fault(status=400, message="")),
        ([], Fault(status=400, message="")),
        ({"odd": 1}, Fault(status=400, message='{"odd": 1}')),
        ({"error": {"message": "two\n  lines"}}, Fault(status=400, message="two lines")),
    ],
)
def test_a_fault_is_found(content, fault):
    assert read_fault(400, json.dumps(content).encode()) == fault


def test_an_error_in_a_stream_brings_its_own_status():
    assert fault_in({"error": {"code": 429, "message": "m"}}).status == 429


def test_a_long_message_is_cut():
    message = fault_in("x" * 10_000, status=500).message
    assert len(message) == 4000
    assert message.endswith("…")


def test_a_key_is_taken_out_before_what_is_shown_is_cut():
    options = HostedOptions.read("lab", {"api_key": "sk-secret-key"}, base_url="http://127.0.0.1:9/v1")
    service = Service(Host(engine="lab", title="Lab", key_variable=""), options)
    shown = service.without_key(fault_in("x" * 490 + " sk-secret-key " + "y" * 600, status=500)).message
    assert len(shown) == 500
    assert "sk-" not in shown


@pytest.mark.parametrize(
    ("headers", "message", "wait_s"),
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after": " 1.5 "}, "", 1.5),
        ({"retry-after": "-3"}, "", 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, "", 0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 -0000"}, "", 0),
        ({"retry-after": "later"}, "", None),
        ({}, "Request was throttled. Expected available in 12 seconds.", 12),
        ({}, "Request was throttled. Your rate limit resets in ~30s.", 30),
        ({"retry-after": "7"}, "Expected available in 12 seconds.", 7),
        ({}, "", None),
    ],
)
def test_how_long_to_wait(headers, message, wait_s):
    body = json.dumps({"detail": message}).encode()
    assert read_fault(429, body, headers).retry_after_s == wait_s


@pytest.mark.parametrize(
    ("status", "code", "passing", "spent"),
    [
        (429, "rate_limit_exceeded", True, False),
        (429, "insufficient_quota", False, True),
        (402, "", False, True),
        (503, "", True, False),
        (529, "overloaded_error", True, False),
        (500, "", False, False),
    ],
)
def test_what_waiting_helps_against(status, code, passing, spent):
    fault = Fault(status=status, message="", code=code)
    assert (fault.passing, fault.spent) == (passing, spent)


@pytest.mark.parametrize("status", [408, 500, 502, 504, 520, 522, 524])
def test_what_may_have_been_done_all_the_same(status):
    assert Fault(status=status, message="").leaves_it_open


@pytest.mark.parametrize("status", [400, 401, 429, 501, 503, 521, 529])
def test_what_was_not_begun(status):
    assert not Fault(status=status, message="").leaves_it_open
