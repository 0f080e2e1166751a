"""ComfyUI's queue: calling off our painting and no other, lost replies, broken websockets, its errors."""

from __future__ import annotations

import copy
import json
import re
import threading
import time

import pytest
from PIL import Image

from studiolo.errors import Cancelled, EngineError, EngineTimeoutError, InvalidRequestError
from tests.engines.comfyui.conftest import complete, paint
from tests.engines.comfyui.server import PATIENCE_S

ALIEN = {
    "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "sd_xl_base_1.0.safetensors"}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}},
    "3": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
    "4": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["1", 0],
            "positive": ["2", 0],
            "negative": ["2", 0],
            "latent_image": ["3", 0],
            "seed": 1,
            "steps": 2,
            "cfg": 8.0,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1.0,
        },
    },
    "5": {"class_type": "VAEDecode", "inputs": {"samples": ["4", 0], "vae": ["1", 2]}},
    "6": {"class_type": "PreviewImage", "inputs": {"images": ["5", 0]}},
}
"""A painting of somebody else."""


def wait_for(condition):
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def put(server, **extra) -> str:
    status, answer = server.put({"prompt": ALIEN, **extra})
    assert status == 200, answer
    return answer["prompt_id"]


def paths(server, method: str) -> list[str]:
    return [path for verb, path, _ in server.received if verb == method]


@pytest.mark.parametrize("minds_ids", [True, False], ids=["newer", "older"])
def test_a_painting_that_waits_is_taken_out_and_the_one_that_runs_goes_on(server, build, minds_ids):
    """Older servers interrupt whatever runs when they are told to interrupt."""
    server.does.hold, server.does.minds_ids = True, minds_ids
    alien = put(server)
    wait_for(lambda: server.running is not None)

    def stop(_):
        if server.waiting:
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(build(), stop)
    assert (server.waiting, server.called_off) == ([], 1)
    assert server.running is not None
    assert server.running.name == alien
    assert not server.running.interrupted.is_set(), "the other's painting was interrupted"
    server.release()
    wait_for(lambda: alien in server.history)
    assert server.history[alien]["status"]["status_str"] == "success"


@pytest.mark.parametrize("takes_ids", [True, False], ids=["newer", "older"])
def test_a_painting_that_runs_is_interrupted_and_the_one_that_waits_is_painted(server, build, takes_ids):
    server.does.hold, server.does.takes_ids = True, takes_ids
    names: list[str] = []

    def stop(_):
        if server.running is not None and not names:
            names.append(put(server))
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(build(), stop)
    server.release()
    wait_for(lambda: names[0] in server.history)
    assert server.history[names[0]]["status"]["status_str"] == "success"
    assert server.called_off == 1


@pytest.mark.parametrize("takes_ids", [True, False], ids=["newer", "older"])
def test_a_lost_reply_is_found_in_the_queue(server, build, takes_ids):
    """By our id where the server took it, else by who listens."""
    server.does.loses_reply = True
    server.does.takes_ids = takes_ids
    server.does.hold_queue = not takes_ids
    painted = []
    request = complete(build())
    engine = build()
    thread = threading.Thread(target=lambda: painted.extend(engine.generate(request)))
    thread.start()
    wait_for(lambda: server.prompts)
    wait_for(lambda: paths(server, "GET").count("/queue"))
    server.release()
    thread.join(PATIENCE_S)
    assert len(painted) == 1
    assert server.started == 1, "it was queued twice"
    assert paths(server, "POST").count("/prompt") == 1


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [({"has_websocket": False}, "no websocket"), ({"breaks_after": 3}, "no websocket")],
    ids=["refused", "broken"],
)
def test_without_a_websocket_the_history_is_asked_and_that_is_said(server, build, behaviour, said):
    for name, value in behaviour.items():
        setattr(server.does, name, value)
    reports = []
    (picture,) = paint(build(), reports.append)
    assert picture.image.size == (64, 64)
    assert reports[-1].step == reports[-1].total
    (note,) = picture.notes
    assert said in note


def test_a_picture_out_of_the_servers_cache_ends_as_any_other(server, build):
    """Nothing is executed then, so no step is told."""
    server.does.silent = True
    reports = []
    (picture,) = paint(build(), reports.append)
    assert (reports[-1].step, reports[-1].total) == (4, 4)
    assert picture.notes == ()


def test_waiting_for_others_takes_no_patience(server, build):
    server.does.hold_queue = True
    engine = build(total_timeout_s=0.3)
    stages = []

    def watch(report):
        stages.append(report.stage)
        if len(stages) == 8:  # the time of a beat each
            server.release()

    assert len(paint(engine, watch)) == 1
    assert stages[:8] == ["waiting"] * 8


def test_a_painting_that_runs_too_long_is_called_off(server, build):
    server.does.hold = True
    server.does.has_websocket = False
    with pytest.raises(EngineTimeoutError, match=r"did not finish within 0\.3 s"):
        paint(build(total_timeout_s=0.3))
    wait_for(lambda: server.called_off == 1)


def test_a_server_that_forgot_is_said(server, build):
    server.does.forgets = True
    with pytest.raises(EngineError, match="does not know the painting any more"):
        paint(build())


def test_an_interrupt_at_the_server_is_no_cancelling_of_ours(server, build):
    server.does.hold = True

    def interrupt(_):
        server.interrupt(None)

    with pytest.raises(EngineError, match="interrupted at the server") as caught:
        paint(build(), interrupt)
    assert not isinstance(caught.value, Cancelled)


@pytest.mark.parametrize(
    ("failure", "match", "hint"),
    [
        (
            ("torch.OutOfMemoryError", "Allocation on device 0 would exceed…"),
            "ran out of memory in node",
            "smaller",
        ),
        (
            ("RuntimeError", "CUDA out of memory. Tried to…\n\nTIPS"),
            r"ran out of memory in node \d+ \(KSampler\)",
            "smaller",
        ),
        (("ValueError", "two\nlines"), r"failed in node \d+ \(KSampler\): two lines\.$", "log"),
    ],
    ids=["allocation", "cuda", "other"],
)
def test_an_error_of_a_node_names_it(server, build, failure, match, hint):
    server.does.fails = failure
    with pytest.raises(EngineError, match=hint) as caught:
        paint(build())
    assert re.search(match, caught.value.message)


def test_an_input_that_the_server_does_not_take_is_named(server, build, monkeypatch):
    known = type(server).known.fget

    def narrower(self):
        table = copy.deepcopy(known(self))
        table["KSampler"]["input"]["required"]["cfg"][1]["max"] = 5.0
        return table

    monkeypatch.setattr(type(server), "known", property(narrower))
    with pytest.raises(
        InvalidRequestError, match=r"input 'cfg' of node \d+ \(KSampler\): Value 8.0 bigger"
    ) as caught:
        paint(build())
    assert "\n" not in str(caught.value)


def test_a_node_that_the_server_does_not_have_is_named(server, build, monkeypatch):
    known = type(server).known.fget
    monkeypatch.setattr(
        type(server),
        "known",
        property(lambda self: {k: v for k, v in known(self).items() if k != "VAEDecode"}),
    )
    with pytest.raises(InvalidRequestError, match="Node 'VAEDecode' not found") as caught:
        paint(build())
    assert "Install" in caught.value.hint


def test_a_key_goes_to_the_websocket_too(server, build):
    server.does.key = "behind-a-proxy"
    (picture,) = paint(build(api_key="behind-a-proxy"))
    assert picture.notes == (), "the websocket was refused"


def test_two_pictures_may_wait_at_once(server, build):
    server.does.hold_queue = True
    most = []

    def watch(_):
        most.append(len(server.waiting))
        if len(server.waiting) == 2:
            server.release()

    pictures = paint(build(max_parallel=2), watch, count=3)
    assert sorted(picture.seed for picture in pictures) == [7, 8, 9]
    assert max(most) == 2


def test_what_is_told_of_other_paintings_is_not_of_ours(server, build):
    """Older servers tell everybody of an interrupt; and of what is no message, nothing is taken."""
    server.does.hold = True
    other = {"prompt_id": "00000000-0000-4000-8000-000000000000"}
    told = []

    def disturb(_):
        if server.running is not None and not told:
            (line,) = server.lines.values()
            for kind in ("execution_interrupted", "execution_success", "progress"):
                line.send(1, json.dumps({"type": kind, "data": {**other, "value": 9, "max": 9}}).encode())
            for text in (b"no JSON", b"[1]", b'{"type": "progress", "data": {"node": "5", "value": null}}'):
                line.send(1, text)
            line.send(2, b"\0\0\0\1\0\0\0\1no picture")
            line.send(2, b"\0\0\0\3other")
            told.append(True)
            server.release()

    reports = []
    (picture,) = paint(build(), lambda report: (reports.append(report.step), disturb(report)))
    assert picture.notes == ()
    assert reports == sorted(reports)
    assert sum(1 for path in paths(server, "GET") if path.startswith("/history")) <= 2, (
        "it was asked too soon"
    )


def test_cancelling_does_not_wait_for_a_websocket(server, build):
    server.does.hold_line = True
    began = threading.Event()

    def stop(_):
        if "/ws" in paths(server, "GET"):
            began.set()
            raise Cancelled

    with pytest.raises(Cancelled):
        paint(build(), stop)
    assert began.is_set()
    assert not server.prompts
    server.release()
    wait_for(lambda: not server.lines and not [t for t in threading.enumerate() if "meanwhile" in t.name])


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/object_info", []),
        ("/prompt", {}),
        ("/prompt", []),
        ("/history", {"status": 1}),
        ("/queue", {"queue_running": 7}),
        ("/upload", {"name": 3}),
    ],
)
def test_what_cannot_be_read_is_said(server, build, path, content):
    server.does.garbage = {path: content}
    server.does.has_websocket = False
    server.does.forgets = path == "/queue"
    with pytest.raises(EngineError, match=r"cannot be read|is not ComfyUI|does not know") as caught:
        paint(build(), init_image=Image.new("RGB", (64, 64)))
    assert caught.value.hint
