"""Everything that goes wrong between here and there, and what is said of it."""

from __future__ import annotations

import contextlib
import gc
import random
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import trustme

from studiolo import offline
from studiolo.chat import ChatRequest
from studiolo.engines.base import EngineConfig
from studiolo.engines.openai.chat import GeminiChatEngine, OllamaChatEngine, OpenAIChatEngine
from studiolo.errors import (
    BrokenStreamError,
    Cancelled,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    OfflineError,
    RateLimitedError,
    SettingsError,
    StudioloError,
)
from studiolo.requests import ignore_progress
from tests.engines.openai.server import DONE, KEY, Drop, Script, chunk, fault, speech, usage

QUESTION = ChatRequest.parse({"messages": [{"role": "user", "text": "Hello?"}]})
PATIENCE_S = 10


def said(engine, progress=ignore_progress) -> list[str]:
    return list(engine.chat(QUESTION, progress))


def until_broken(engine, error: type[Exception]) -> tuple[list[str], Exception]:
    """The pieces that came before ``error``, and the error."""
    pieces: list[str] = []
    with pytest.raises(error) as caught:
        pieces.extend(engine.chat(QUESTION))
    return pieces, caught.value


# Keys


def test_without_a_key_nothing_is_sent():
    with pytest.raises(CredentialsError, match="OpenAI needs a key") as caught:
        said(OpenAIChatEngine())
    assert "STUDIOLO_ENGINES__OPENAI__API_KEY or OPENAI_API_KEY" in caught.value.hint
    assert "studiolo config" in caught.value.hint


def test_a_wrong_key_is_said_and_not_shown(server, talk_to):
    server.scripts.append(fault(401, f"Incorrect API key provided: {KEY}.", code="invalid_api_key"))
    with pytest.raises(CredentialsError, match="does not take the key") as caught:
        said(talk_to(api_key=KEY))
    assert KEY not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"
    assert "STUDIOLO_ENGINES__OPENAI__API_KEY" in caught.value.hint
    assert len(server.asked) == 1, "a wrong key is not tried again"


def test_geminis_wrong_key_has_another_status(server, talk_to):
    body = b'[{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]'
    server.scripts.append(Script(400, {"content-type": "application/json"}, [body]))
    with pytest.raises(CredentialsError, match="API key not valid"):
        said(talk_to(GeminiChatEngine, api_key=KEY))


@pytest.mark.parametrize("key", [f"{KEY}\nX-Evil: 1", "schlüssel", "two words"])
def test_a_key_that_no_header_can_carry_is_refused_unseen(talk_to, key):
    with pytest.raises(SettingsError, match=r"engines\.openai\.api_key") as caught:
        said(talk_to(api_key=key))
    assert key not in f"{caught.value!r} {caught.value} {caught.value.__cause__!r}"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"base_url": "localhost:11434"}, "base_url"),
        ({"base_url": "https://me:secret@example.org/v1"}, "base_url"),
        ({"base_url": "http://[::1/v1"}, "base_url"),
        ({"base_url": "http://a b/v1"}, "base_url"),
        ({"timeout_s": "soon"}, "timeout_s"),
        ({"extra": "{"}, "extra"),
        ({"extra": "[1]"}, "extra"),
    ],
)
def test_wrong_settings_are_named(talk_to, options, named):
    engine = talk_to(**options)
    with pytest.raises(SettingsError, match=rf"engines\.openai\.{named}") as caught:
        said(engine)
    assert "secret" not in str(caught.value)
    assert not engine.availability().ready


# Waiting and asking again


def test_a_wait_that_is_asked_for_is_kept(server, talk_to):
    server.scripts.append(fault(429, "Slow down", {"retry-after": "0.3"}))
    server.scripts.append(fault(503, "Busy", {"retry-after": "0"}))
    stages: list[str] = []
    assert said(talk_to(max_wait_s=5), lambda report: stages.append(report.stage)) == ["Hello?"]
    assert stages.count("waiting") >= 3, "it beats while it waits"
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [429, 503, 529])
def test_a_service_that_stays_busy_is_asked_as_often_as_allowed(server, talk_to, status):
    server.scripts.extend(fault(status, "Too much", {"retry-after": "0"}) for _ in range(9))
    with pytest.raises(RateLimitedError, match="Too much") as caught:
        said(talk_to(max_retries=3))
    assert caught.value.retry_after_s == 0
    assert len(server.asked) == 4


def test_a_long_wait_is_left_to_the_caller(server, talk_to):
    server.scripts.append(fault(429, "Slow down", {"retry-after": "3600"}))
    with pytest.raises(RateLimitedError) as caught:
        said(talk_to(max_wait_s=20))
    assert caught.value.retry_after_s == 3600
    assert "3600 s" in caught.value.hint
    assert len(server.asked) == 1


def test_waits_are_added_up(server, talk_to):
    server.scripts.extend(fault(429, "Slow down", {"retry-after": "0.2"}) for _ in range(9))
    with pytest.raises(RateLimitedError) as caught:
        said(talk_to(max_wait_s=0.5, max_retries=9))
    assert caught.value.retry_after_s == 0.2
    assert len(server.asked) == 3


def test_a_wait_may_be_a_date(server, talk_to):
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    server.scripts.append(fault(429, "Slow down", {"retry-after": date}))
    with pytest.raises(RateLimitedError) as caught:
        said(talk_to())
    assert caught.value.retry_after_s is not None
    assert 500 < caught.value.retry_after_s <= 600


def test_a_wait_that_is_no_time_is_no_wait(server, talk_to):
    server.scripts.append(fault(429, "Slow down", {"retry-after": "soon"}))
    assert said(talk_to()) == ["Hello?"]


@pytest.mark.parametrize(("status", "code"), [(429, "insufficient_quota"), (402, None)])
def test_a_spent_quota_is_not_asked_again(server, talk_to, status, code):
    server.scripts.append(fault(status, "You exceeded your current quota.", code=code))
    with pytest.raises(RateLimitedError, match="used up") as caught:
        said(talk_to())
    assert "credit" in caught.value.hint
    assert len(server.asked) == 1


def test_cancelling_ends_a_wait(server, talk_to):
    server.scripts.append(fault(429, "Slow down", {"retry-after": "3600"}))

    def stop(report):
        if server.asked:
            raise Cancelled

    with pytest.raises(Cancelled):
        said(talk_to(max_wait_s=7200), stop)


def test_a_connection_that_is_reset_before_the_answer_is_tried_again(server, talk_to):
    resets = [2]
    play = server.RequestHandlerClass.do_POST

    def drop_first(handler):
        if resets[0]:
            resets[0] -= 1
            handler._drop()
        else:
            play(handler)

    server.RequestHandlerClass = type("Dropping", (server.RequestHandlerClass,), {"do_POST": drop_first})
    assert said(talk_to()) == ["Hello?"]
    assert resets == [0]


# Other answers


@pytest.mark.parametrize(
    ("status", "message", "error", "match"),
    [
        (400, "messages is too long", EngineError, "messages is too long"),
        (413, "", EngineError, "no request that large"),
        (422, "Input should be a valid list", EngineError, "valid list"),
        (500, "boom", EngineError, r"failed \(status 500\): boom"),
        (502, "", EngineError, "status 502"),
        (504, "upstream", EngineTimeoutError, "took too long"),
        (403, "Your country is not supported.", CredentialsError, "country"),
    ],
)
def test_a_fault_is_told_in_the_services_words(server, talk_to, status, message, error, match):
    server.scripts.append(fault(status, message))
    with pytest.raises(error, match=match) as caught:
        said(talk_to())
    assert caught.value.hint


@pytest.mark.parametrize(
    ("body", "match"),
    [
        (b'{"error": "model requires more system memory"}', "more system memory"),
        (b'{"detail": "Not authenticated"}', "Not authenticated"),
        (b'{"message": "no quota", "request_id": "1"}', "no quota"),
        (b'{"object": "error", "message": "max_model_len", "code": 500}', "max_model_len"),
        (b"plain words", "plain words"),
        (b"<html><h1>Bad gateway</h1></html>", r"status 500\)\."),
        (b"\xff\xfe\x00", "status 500"),
        (b"[]", "status 500"),
        (b'{"error": {"message": {"deep": 1}}}', "deep"),
    ],
)
def test_faults_come_in_many_forms(server, talk_to, body, match):
    server.scripts.append(Script(500, {"content-type": "application/json"}, [body]))
    with pytest.raises(EngineError, match=match):
        said(talk_to())


def test_a_fault_whose_body_cannot_be_read_is_still_a_fault(server, talk_to):
    for steps in ([b"no gzip"], [b"\x1f\x8b", Drop()]):
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        server.scripts.append(Script(500, headers, steps))
        with pytest.raises(EngineError, match="status 500"):
            said(talk_to())


def test_whatever_a_server_sends_is_an_answer_or_one_of_our_errors(server, talk_to):
    rng = random.Random(20261122)
    hints: list[str] = []
    engine = talk_to(max_retries=0)
    odd = (b"null", b"[]", b'"', b"\xff", b"data: 1\n\n", b'data: {"choices": [null]}\n\n', b"\r", b"\0")
    for _ in range(150):
        content = bytearray(b"".join(speech("Hé", "llo 🎨", counted=usage(3, 2))))
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(content))
            content[at : at + rng.choice((0, 1, 50))] = rng.choice(odd)
        kind = rng.choice(("text/event-stream", "text/event-stream", "application/json", "text/plain", ""))
        steps = [bytes(content[at : at + 41]) for at in range(0, len(content), 41)]
        server.scripts.append(Script(rng.choice((200, 200, 200, 400, 500)), {"content-type": kind}, steps))
        try:
            said(engine)
        except StudioloError as error:
            hints.append(error.hint)
    assert all(hints), "an error says no way out"
    assert len(hints) > 30, "it was not very strange"


def test_a_moved_service_is_not_followed(server, talk_to):
    server.scripts.append(Script(307, {"location": "http://169.254.169.254/"}))
    with pytest.raises(EngineError, match="not at http://127"):
        said(talk_to())
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html", b"<html>Welcome to nginx</html>"),
        ("application/json", b'{"choices": ['),
        ("application/json", b""),
        ("application/json", b"\xff\xfe"),
        ("application/json", b'{"choices": "none"}'),
        ("application/json", b'{"greeting": "hello"}'),
        ("text/event-stream", b": nothing but comments\n\n"),
        ("text/event-stream", b"data: {oops\n\n"),
        ("text/event-stream", b'data: {"choices": [{"delta": {"content": "\xe9"}}]}\n\n'),
    ],
)
def test_what_cannot_be_read_is_said(server, talk_to, kind, body):
    server.scripts.append(Script(200, {"content-type": kind}, [body]))
    with pytest.raises(EngineError, match="cannot be read") as caught:
        said(talk_to())
    assert "/v1" in caught.value.hint


# Streams


def test_a_stream_that_breaks_keeps_what_came(server, talk_to):
    server.scripts.append(Script(steps=[*speech("one", " two")[:-2], Drop()]))
    pieces, error = until_broken(talk_to(), BrokenStreamError)
    assert pieces == ["one", " two"]
    assert "broke off" in str(error)
    assert len(server.asked) == 1, "an answer that has begun is not asked for again"


def test_a_stream_without_an_end_is_broken(server, talk_to):
    server.scripts.append(Script(steps=[chunk({"content": "one"})]))
    pieces, error = until_broken(talk_to(), BrokenStreamError)
    assert pieces == ["one"]
    assert "without its end" in str(error)


def test_an_end_without_its_mark_is_an_end(server, talk_to):
    server.scripts.append(Script(steps=speech("one")[:-1]))
    assert said(talk_to()) == ["one"]


def test_what_follows_the_end_does_not_matter(server, talk_to):
    never = threading.Event()
    server.scripts.append(Script(steps=[*speech("one"), never]))
    server.scripts.append(Script(steps=[*speech("one")[:-1], Drop()]))
    engine = talk_to()
    assert said(engine) == ["one"]
    assert said(engine) == ["one"]
    assert server.gone.wait(PATIENCE_S)


@pytest.mark.parametrize("words", [[], ["one"]])
def test_an_error_within_the_stream(server, talk_to, words):
    error = {"code": 502, "message": "Provider disconnected"}
    begun = [chunk({"content": word}) for word in words]
    failed = chunk({"content": ""}, finish="error", error=error)
    server.scripts.append(Script(steps=[*begun, failed]))
    pieces, raised = until_broken(talk_to(), EngineError)
    assert pieces == words
    assert isinstance(raised, BrokenStreamError) is bool(words)
    assert "Provider disconnected" in str(raised)


def test_an_error_with_status_200(server, talk_to):
    body = b'{"error": {"code": 429, "message": "Upstream is busy"}}'
    server.scripts.append(Script(200, {"content-type": "application/json"}, [body]))
    with pytest.raises(RateLimitedError, match="Upstream is busy"):
        said(talk_to())


def test_what_is_no_json_after_words_breaks_the_stream(server, talk_to):
    server.scripts.append(Script(steps=[chunk({"content": "one"}), b"data: oops\n\n"]))
    pieces, _ = until_broken(talk_to(), BrokenStreamError)
    assert pieces == ["one"]


def test_a_stream_is_read_however_it_is_cut(server, talk_to):
    whole = b"".join(speech("Grüße", " aus", " 東京", " 🎨"))
    for size in (1, 2, 3, 7):
        steps = [whole[at : at + size] for at in range(0, len(whole), size)]
        server.scripts.append(Script(steps=steps))
        assert "".join(said(talk_to())) == "Grüße aus 東京 🎨"


def test_unicode_is_split_between_chunks(server, talk_to):
    plain = b'data: {"choices": [{"delta": {"content": "\xf0\x9f\x8e\xa8"}}]}\n\n'
    at = plain.index(b"\x9f")
    server.scripts.append(Script(steps=[plain[:at], plain[at : at + 2], plain[at + 2 :], DONE]))
    assert said(talk_to()) == ["🎨"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_end_of_line_comments_and_fields_are_read(server, talk_to, end):
    lines = [
        b"\xef\xbb\xbf: OPENROUTER PROCESSING",
        b"",
        b"event: message",
        b"id: 7",
        b"retry: 10",
        b"unknown: field",
        b'data: {"choices": [{"delta":',
        b'data:{"content": "one"}}]}',
        b"",
        b":",
        b"",
        b"data: [DONE]",
        b"",
        b"",
    ]
    server.scripts.append(Script(steps=[end.join(lines)]))
    assert said(talk_to()) == ["one"]


def test_an_endless_event_is_not_kept(server, talk_to):
    server.scripts.append(Script(steps=[b"data: ", *[b"x" * 65536] * 20]))
    pieces, error = until_broken(talk_to(), EngineError)
    assert pieces == []
    assert "limit" in str(error)


# Time


def test_silence_before_the_answer_ends_in_time(server, talk_to):
    never = threading.Event()
    server.scripts.append(Script(steps=[never]))
    with pytest.raises(EngineTimeoutError, match="in time"):
        said(talk_to(timeout_s=0.5))
    assert server.gone.wait(PATIENCE_S)


@pytest.mark.parametrize("words", [[], ["one"]])
def test_it_beats_while_nothing_comes(server, talk_to, words):
    go_on = threading.Event()
    begun = [chunk({"content": word}) for word in words]
    server.scripts.append(Script(steps=[*begun, go_on, *speech("two")]))
    stages: list[str] = []

    def count(report):
        if server.began.is_set():
            stages.append(report.stage)
        if len(stages) == 5:
            go_on.set()  # without these beats it waits for ever

    assert said(talk_to(), count) == [*words, "two"]
    assert set(stages[1:4]) == {"writing" if words else "waiting"}


def test_silence_before_even_a_status_is_a_timeout(talk_to):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        engine = talk_to(base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", timeout_s=0.4)
        with pytest.raises(EngineTimeoutError, match="did not answer in time") as caught:
            said(engine)
        assert "timeout_s" in caught.value.hint


def test_an_answer_that_never_ends_is_ended(server, talk_to):
    server.scripts.append(Script(steps=[chunk({"content": "one"}), threading.Event()]))
    pieces, _ = until_broken(talk_to(total_timeout_s=3), BrokenStreamError)
    assert pieces == ["one"]
    assert server.gone.wait(PATIENCE_S)


# Cancelling


@pytest.mark.parametrize("words", [[], ["one"]])
def test_cancelling_closes_the_connection_though_nothing_comes(server, talk_to, words):
    server.scripts.append(Script(steps=[*(chunk({"content": word}) for word in words), threading.Event()]))

    def stop(report):
        if server.began.is_set():
            raise Cancelled

    with pytest.raises(Cancelled):
        said(talk_to(), stop)
    assert server.gone.wait(PATIENCE_S), "the server was not told"


def test_cancelling_before_a_status_closes_the_connection(talk_to):
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        deaf.settimeout(PATIENCE_S)
        engine = talk_to(base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}/v1")
        answer = engine.chat(QUESTION, lambda report: _stop() if accepted else None)
        accepted: list[socket.socket] = []

        def accept():
            accepted.append(deaf.accept()[0])

        thread = threading.Thread(target=accept)
        thread.start()
        with pytest.raises(Cancelled):
            next(answer)
        thread.join()
        with accepted[0] as connection:
            connection.settimeout(PATIENCE_S)
            while connection.recv(65536):
                pass  # what was asked; then the end


def test_closing_the_generator_closes_the_connection(server, talk_to):
    server.scripts.append(Script(steps=[chunk({"content": "one"}), threading.Event()]))
    answer = talk_to().chat(QUESTION)
    assert next(answer) == "one"
    answer.close()
    assert server.gone.wait(PATIENCE_S)


def test_closing_the_engine_ends_what_runs(server, talk_to):
    server.scripts.append(Script(steps=[chunk({"content": "one"}), threading.Event()]))
    engine = talk_to()
    answer = engine.chat(QUESTION)
    assert next(answer) == "one"
    engine.close()
    with pytest.raises(Cancelled, match="closed while it answered"):
        next(answer)
    assert server.gone.wait(PATIENCE_S)
    assert said(engine) == ["Hello?"]


def test_an_engine_that_is_forgotten_takes_its_thread_with_it(server):
    before = set(threading.enumerate())
    engine = OpenAIChatEngine(EngineConfig(model="m", options={"base_url": server.base_url}))
    assert said(engine) == ["Hello?"]
    mine = [t for t in threading.enumerate() if t not in before and t.name == "studiolo-http"]
    assert len(mine) == 1
    del engine
    gc.collect()
    mine[0].join(PATIENCE_S)
    assert not mine[0].is_alive()


def test_it_works_inside_a_running_event_loop(talk_to):
    import asyncio

    async def notebook():
        return said(talk_to())

    assert asyncio.run(notebook()) == ["Hello?"]


# The way there


def test_nothing_listens(talk_to):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    address = f"http://127.0.0.1:{port}/v1"
    with pytest.raises(EngineError, match=f"Nothing answers at http://127.0.0.1:{port}") as caught:
        said(talk_to(OllamaChatEngine, base_url=address))
    assert caught.value.hint == "Is Ollama running? Start it with: ollama serve"
    with pytest.raises(EngineError) as caught:
        said(talk_to(base_url=address))
    assert "base_url" in caught.value.hint


def test_a_name_that_does_not_exist(talk_to, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)  # there is no name server in tests
    with pytest.raises(EngineError, match=r"no machine named 'no-such-host\.invalid'"):
        said(talk_to(base_url="https://no-such-host.invalid/v1"))


def test_a_certificate_that_nobody_signed(talk_to):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as plain:
        thread = threading.Thread(target=_greet, args=(plain, context))
        thread.start()
        with pytest.raises(EngineError, match="is not safe"):
            said(talk_to(base_url=f"https://127.0.0.1:{plain.getsockname()[1]}/v1"))
        thread.join()


@pytest.mark.parametrize("forbid", [True, False])
def test_offline_nothing_leaves_this_machine(server, talk_to, forbid):
    if forbid:
        offline.forbid()
    config = EngineConfig(offline=not forbid, options={"api_key": KEY})
    with pytest.raises(OfflineError, match=r"OpenAI is at api\.openai\.com") as caught:
        said(OpenAIChatEngine(config))
    assert "STUDIOLO_OFFLINE" in caught.value.hint
    here = EngineConfig(offline=True, model="m", options={"base_url": server.base_url})
    with OpenAIChatEngine(here) as engine:
        assert engine.capabilities.offline
        assert said(engine) == ["Hello?"]


def _stop():
    raise Cancelled


def _greet(plain, context):
    connection, _ = plain.accept()
    with connection, contextlib.suppress(ssl.SSLError, ConnectionError):  # what is to happen
        context.wrap_socket(connection, server_side=True).close()
