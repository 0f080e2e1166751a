"""Bedrock on loopback: checks signatures and requests by botocore's own model, answers as AWS does.

What botocore knows of the service (shapes, required members, ranges, error names) is the judge here; the
framing of event streams is written by its documentation (smithy.io, "Amazon Event Stream").
"""

import base64
import binascii
import contextlib
import itertools
import json
import re
import select
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import botocore.loaders
import botocore.model
import botocore.validate
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1"
HANG_UP = b"hang up"
"""In place of a piece of a stream, or of a whole answer: the server closes the connection there."""
USAGE = {"inputTokens": 20, "outputTokens": 5, "totalTokens": 25}
METRICS = {"latencyMs": 12}

_loader = botocore.loaders.Loader()
MODELS = {
    name: botocore.model.ServiceModel(_loader.load_service_model(name, "service-2"), name)
    for name in ("bedrock-runtime", "bedrock")
}


def frame(headers: dict[str, str], payload: bytes) -> bytes:
    """One message: prelude, its CRC, headers, payload, CRC of all before; big-endian."""
    head = b"".join(
        struct.pack(">B", len(name)) + name.encode() + struct.pack(">BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(head) + len(payload), len(head))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + head + payload
    return message + struct.pack(">I", binascii.crc32(message))


def event(name: str, **members: Any) -> bytes:
    """An event of ConverseStream, checked against its shape."""
    stream = MODELS["bedrock-runtime"].shape_for("ConverseStreamOutput")
    check(members, stream.members[name])
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, json.dumps(members).encode())


def failure(name: str, message: str) -> bytes:
    """An exception in the middle of a stream."""
    assert name in MODELS["bedrock-runtime"].shape_for("ConverseStreamOutput").members
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, json.dumps({"message": message}).encode())


def words(*pieces: str) -> list[bytes]:
    return [event("contentBlockDelta", delta={"text": piece}, contentBlockIndex=0) for piece in pieces]


def answer(*pieces: str, stop: str = "end_turn", trace: dict | None = None) -> list[bytes]:
    """A whole answer as a stream of events."""
    metadata = {"usage": USAGE, "metrics": METRICS, **({"trace": trace} if trace else {})}
    return [
        event("messageStart", role="assistant"),
        *words(*pieces),
        event("contentBlockStop", contentBlockIndex=0),
        event("messageStop", stopReason=stop),
        event("metadata", **metadata),
    ]


def whole(text: str, stop: str = "end_turn") -> dict[str, Any]:
    """A whole answer of Converse."""
    message = {"role": "assistant", "content": [{"text": text}]}
    body = {"output": {"message": message}, "stopReason": stop, "usage": USAGE, "metrics": METRICS}
    check(body, MODELS["bedrock-runtime"].operation_model("Converse").output_shape)
    return body


def check(members: Any, shape: Any) -> None:
    report = botocore.validate.ParamValidator().validate(members, shape)
    assert not report.has_errors(), report.generate_report()


@dataclass
class Refusal:
    """An error as AWS answers it."""

    code: str
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        for model in MODELS.values():
            if self.code in model.shape_names:
                return model.shape_for(self.code).metadata["error"]["httpStatusCode"]
        return 403  # those of the signature are of no service's model


@dataclass
class Raw:
    """An answer of InvokeModel, or one that is none: its pieces as they are, with this length announced."""

    pieces: Iterable[bytes]
    length: int
    media_type: str = "application/json"


@dataclass
class Asked:
    """One request: which operation, what it said (blobs decoded), its headers, whether its client is gone."""

    operation: str
    params: dict[str, Any]
    headers: dict[str, str]
    gone: Callable[[], bool] = lambda: False

    @property
    def body(self) -> dict[str, Any]:
        """What InvokeModel brings to the model."""
        return json.loads(self.params["body"])


Reply = Callable[[Asked], Any]
"""Gives a Refusal, a dict (a whole answer), byte pieces (a stream), a Raw, or HANG_UP."""

_ROUTES = (
    ("POST", re.compile(r"^/model/([^/]+)/converse$"), "bedrock-runtime", "Converse", "modelId"),
    ("POST", re.compile(r"^/model/([^/]+)/converse-stream$"), "bedrock-runtime", "ConverseStream", "modelId"),
    ("POST", re.compile(r"^/model/([^/]+)/invoke$"), "bedrock-runtime", "InvokeModel", "modelId"),
    ("GET", re.compile(r"^/foundation-models/([^/]+)$"), "bedrock", "GetFoundationModel", "modelIdentifier"),
)


@dataclass
class Service:
    url: str
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    hung_up: threading.Event = field(default_factory=threading.Event)
    """A client closed its connection before the answer was whole."""

    @property
    def last(self) -> Asked:
        return self.asked[-1]


class Listener(ThreadingHTTPServer):
    daemon_threads = True  # a client keeps its connection open for the next question

    def __init__(self, reply: Reply):
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply = reply
        self.service = Service(url=f"http://127.0.0.1:{self.server_address[1]}")

    def handle_error(self, request, address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that cut its connection is no fault
            raise


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def setup(self):
        super().setup()
        self.server.service.connections += 1

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def answer(self):
        service = self.server.service
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        problem = wrong_signature(self.command, f"{service.url}{self.path}", self.headers, body)
        if problem:
            return self.refuse(problem)
        asked = read(self.command, self.path, dict(self.headers), body)
        asked.gone = self.gone
        service.asked.append(asked)
        said = self.server.reply(asked)
        if isinstance(said, Refusal):
            return self.refuse(said)
        if isinstance(said, dict):
            return self.send(200, json.dumps(said).encode())
        if isinstance(said, Raw):
            return self.send_raw(said)
        if said is HANG_UP:
            self.close_connection = True
            return None
        return self.stream(said)

    def gone(self) -> bool:
        """Whether the client has closed the connection that it asked on."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        try:
            return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return True

    def send_raw(self, raw: Raw):
        try:
            self.send_response(200)
            self.send_header("Content-Type", raw.media_type)
            self.send_header("Content-Length", str(raw.length))
            self.end_headers()
            for piece in raw.pieces:
                if piece is HANG_UP:
                    break
                self.wfile.write(piece)
            else:
                return
        except ConnectionError:
            self.server.service.hung_up.set()
        self.close_connection = True

    def refuse(self, refusal: Refusal):
        body = json.dumps({"message": refusal.message}).encode()
        kind = {"x-amzn-ErrorType": f"{refusal.code}:http://x/"}
        self.send(refusal.status, body, {**kind, **refusal.headers})

    def send(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self, pieces):
        try:
            pieces = iter(pieces)
            first = next(pieces)  # what makes the client wait comes before the headers
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.amazon.eventstream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in itertools.chain([first], pieces):
                if piece is HANG_UP:
                    self.close_connection = True
                    return
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        except ConnectionError:
            self.server.service.hung_up.set()
            self.close_connection = True


@contextlib.contextmanager
def serving(reply: Reply) -> Iterator[Service]:
    with Listener(reply) as listener:
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listener.service
        finally:
            listener.shutdown()
            thread.join()


def read(method: str, path: str, headers: dict[str, str], body: bytes) -> Asked:
    """The operation a request names, with its parameters checked against botocore's model."""
    for verb, pattern, service, operation, identifier in _ROUTES:
        if verb == method and (match := pattern.match(path)):
            params = {identifier: unquote(match[1])}
            if operation == "InvokeModel":
                params |= {"body": body, "contentType": headers["Content-Type"], "accept": headers["Accept"]}
            else:
                params |= json.loads(body) if body else {}
            decode_images(params)
            check(params, MODELS[service].operation_model(operation).input_shape)
            return Asked(operation=operation, params=params, headers=headers)
    raise AssertionError(f"no operation of Bedrock: {method} {path}")


def decode_images(params: dict[str, Any]) -> None:
    for message in params.get("messages", []):
        for block in message["content"]:
            if "image" in block:
                source = block["image"]["source"]
                source["bytes"] = base64.b64decode(source["bytes"], validate=True)


def wrong_signature(method: str, url: str, headers: Any, body: bytes) -> Refusal | None:
    """Signature Version 4, computed again with the secret that this service knows."""
    given = re.match(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/bedrock/aws4_request, "
        r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
        headers.get("Authorization", ""),
    )
    if not given:
        return Refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
    key_id, region, signed, signature = given.groups()
    if key_id != KEY_ID:
        message = "The security token included in the request is invalid."
        return Refusal("UnrecognizedClientException", message)
    request = AWSRequest(method, url, data=body, headers={name: headers[name] for name in signed.split(";")})
    request.context["timestamp"] = headers["X-Amz-Date"]
    signer = SigV4Auth(Credentials(KEY_ID, SECRET), "bedrock", region)
    canonical = signer.canonical_request(request)
    if signer.signature(signer.string_to_sign(request, canonical), request) != signature:
        message = "The request signature we calculated does not match the signature you provided."
        return Refusal("InvalidSignatureException", message)
    return None


def hanging(pieces: list[bytes], until: threading.Event) -> Iterator[bytes]:
    """Some pieces, then small events until nobody listens: a server notices a hang-up only when it writes."""
    yield from pieces
    while not until.wait(0.02):
        yield event("contentBlockDelta", delta={"reasoningContent": {"text": "hm"}}, contentBlockIndex=0)
