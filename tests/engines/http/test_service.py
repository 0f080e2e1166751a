"""What all hosted engines share, where one engine's tests do not reach."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator

import pytest

from studiolo.engines.http import Host, HostedImageOptions, HostedOptions, Service, exchange
from studiolo.engines.http.pace import meanwhile
from studiolo.engines.http.worker import Worker
from studiolo.errors import BrokenStreamError, Cancelled, EngineError, SettingsError

PATIENCE_S = 10


class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        pieces = self.server.pieces.get(self.path, [])
        self.send_response(200)
        self.send_header("content-type", self.path.strip("/").replace("_", "/"))
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        self.wfile.write(b"0\r\n\r\n")

    def do_POST(self):
        raw = self.rfile.read(int(self.headers["content-length"]))
        self.server.posted.append(self.path)
        if self.path == "/refuse":
            self.send_error(500)
            return
        told = {"type": self.headers["content-type"], "body": raw.decode("latin-1")}
        body = self.server.reply or json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[http.server.ThreadingHTTPServer]:
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    serving.daemon_threads = True
    serving.pieces, serving.posted, serving.reply = {}, [], b""
    serving.handle_error = lambda *args: None  # a client that went away
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield serving
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def service(server) -> Iterator[Service]:
    options = HostedOptions.read("lab", {"base_url": f"http://127.0.0.1:{server.server_address[1]}/"})
    service = Service(Host(engine="lab", title="The lab"), options)
    yield service
    service.close()


def still() -> None:
    pass


@pytest.mark.parametrize("price", ["inf", "nan", -0.01, "free"], ids=str)
@pytest.mark.parametrize("name", ["price_per_image", "price_per_second"])
def test_a_price_is_a_sum_of_money(name, price):
    with pytest.raises(SettingsError, match=name):
        HostedImageOptions.read("lab", {"base_url": "http://127.0.0.1", name: price})


def test_json_goes_there_and_back(service):
    told = service.post("echo", {"a": ["é", None]}, still)
    assert told["type"] == "application/json"
    assert json.loads(told["body"]) == {"a": ["é", None]}


def test_a_file_is_sent_as_a_form(service):
    told = service.upload("echo", {"content": ("picture.png", b"pixels", "image/png")}, still)
    assert told["type"].startswith("multipart/form-data")
    assert 'filename="picture.png"' in told["body"]
    assert "pixels" in told["body"]


def test_what_is_no_event_stream_comes_as_bytes(server, service):
    server.pieces["/audio_mpeg"] = [b"one", b"two", b"three"]
    with service.stream("audio_mpeg", None, still) as reply:
        assert (reply.media_type, reply.is_stream) == ("audio/mpeg", False)
        assert b"".join(reply.items) == b"onetwothree"


@pytest.mark.parametrize(
    ("kind", "match"), [("text_event-stream", "event stream where JSON"), ("application_json", "no JSON")]
)
def test_what_is_no_json_is_said(server, service, kind, match):
    server.pieces[f"/{kind}"] = [b"data: {}\n\n"]
    with pytest.raises(EngineError, match=match):
        service.get(kind, still)


def test_json_that_is_nested_without_end_is_none(server, service):
    server.pieces["/application_json"] = [b"[" * 200_000]
    with pytest.raises(EngineError, match="no JSON"):
        service.get("application_json", still)


def test_of_what_is_paid_for_a_reply_without_sense_says_so(server, service):
    server.reply = b"{"
    with pytest.raises(EngineError, match="no JSON") as caught:
        service.post("paint", {}, still, once=True)
    assert "may have painted it all the same" in caught.value.hint
    with pytest.raises(EngineError, match="no JSON") as caught:
        service.post("look", {}, still)
    assert "painted" not in caught.value.hint


def test_too_much_is_not_taken(server, service, monkeypatch):
    monkeypatch.setattr(exchange, "MAX_BYTES", 2**20)
    server.pieces["/text_plain"] = [b"x" * 2**16] * 32
    with pytest.raises(BrokenStreamError, match="longer than 1 MB"):
        service.get("text_plain", still)


def test_a_courtesy_does_not_mind_a_failure(server, service):
    service.tell("refuse")
    assert server.posted == ["/refuse"], "it is not tried again"
    server.shutdown()
    server.server_close()
    service.tell("refuse")


def test_a_heartbeat_ends_a_pause(service):
    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        service.pause(3600, stop)


def test_work_has_a_heartbeat():
    go_on = threading.Event()
    assert meanwhile(go_on.wait, go_on.set) is True


def test_work_that_is_not_wanted_any_more_is_left(service):
    go_on = threading.Event()

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        meanwhile(go_on.wait, stop)
    go_on.set()


def test_what_nobody_waits_for_does_not_keep_the_interpreter():
    assert meanwhile(lambda: threading.current_thread().daemon, still) is True


def test_a_timeout_of_the_works_own_is_its_own():
    def late():
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        meanwhile(late, still)


def test_a_closed_service_begins_anew(service):
    service.close()
    service.close()
    assert service.post("echo", 1, still)["body"] == "1"


def test_no_thread_is_left_and_none_is_begun_before_it_is_needed(server):
    def mine():
        return [thread for thread in threading.enumerate() if thread.name == "studiolo-http"]

    before = mine()
    options = HostedOptions.read("lab", {"base_url": f"http://127.0.0.1:{server.server_address[1]}"})
    service = Service(Host(engine="lab", title="The lab"), options)
    assert mine() == before
    service.post("echo", 1, still)
    (thread,) = set(mine()) - set(before)
    service.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_a_worker_that_was_stopped_takes_no_more():
    worker = Worker(_no_client)
    worker.stop()
    worker.stop()
    with pytest.raises(Cancelled, match="closed"):
        next(worker.items(_no_work, still))


def test_a_client_that_cannot_be_made_is_said():
    worker = Worker(_no_client)
    with pytest.raises(RuntimeError, match="no client"):
        next(worker.items(_no_work, still))
    worker.stop()


def _no_client():
    raise RuntimeError("no client")


async def _no_work(client, hand_on):
    raise AssertionError("never begun")
