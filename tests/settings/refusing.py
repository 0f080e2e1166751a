"""Secrets Manager on loopback that refuses, as AWS does: JSON 1.1, error names of botocore's own model.

Signatures are checked with botocore's signer. (What moto answers to a wrong key is XML of other services.)
"""

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.loaders
import botocore.model
import botocore.validate
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

MODEL = botocore.model.ServiceModel(
    botocore.loaders.Loader().load_service_model("secretsmanager", "service-2"), "secretsmanager"
)


@dataclass
class Refusal:
    """What is answered from now on, ``times`` times; ``code`` empty: the secret ``{}``."""

    code: str = ""
    message: str = "said by AWS"
    status: int = 400
    times: int = 99
    hang_up: bool = False
    asked: list[dict] = field(default_factory=list)
    silent: threading.Event = field(default_factory=threading.Event)
    """Not set: nothing is answered until it is."""

    def __post_init__(self) -> None:
        self.silent.set()


class Server(ThreadingHTTPServer):
    refusal = Refusal()
    secret_key = "wJalrXUtnFEMI"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        refusal = self.server.refusal
        refusal.asked.append(json.loads(body))
        if not refusal.silent.wait(0):
            refusal.silent.wait(30)
            self.close_connection = True
            return
        assert self.headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
        report = botocore.validate.ParamValidator().validate(
            json.loads(body), MODEL.operation_model("GetSecretValue").input_shape
        )
        assert not report.has_errors(), report.generate_report()
        if refusal.hang_up:
            self.close_connection = True
        elif not self._signed(body):
            self._answer(
                400, {"__type": "InvalidSignatureException", "message": "The signature does not match."}
            )
        elif refusal.code and len(refusal.asked) <= refusal.times:
            self._answer(refusal.status, {"__type": refusal.code, "message": refusal.message})
        else:
            self._answer(200, {"Name": "studiolo", "SecretString": '{"threads": 4}'})

    def _signed(self, body: bytes) -> bool:
        found = re.match(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d+/([^/]+)/([^/]+)/.*"
            r"SignedHeaders=([^,]+), Signature=(\w+)",
            self.headers["Authorization"],
        )
        assert found is not None
        key_id, region, service, names, signature = found.groups()
        headers = {name: self.headers[name] for name in names.split(";")}
        request = AWSRequest("POST", f"http://{self.headers['Host']}/", headers=headers, data=body)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = SigV4Auth(Credentials(key_id, self.server.secret_key), service, region)
        return signature == signer.signature(
            signer.string_to_sign(request, signer.canonical_request(request)), request
        )

    def _answer(self, status: int, document: dict) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
