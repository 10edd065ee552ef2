"""A server that answers as vLLM or llama.cpp's does, with the numpy runtime behind it: fast, and fails on purpose."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from numpy.typing import NDArray

from havoc_pipeline.model.identity import PLANNER, SHIPPED, fingerprint
from havoc_pipeline.model.runtime import HavocRuntime


@dataclass
class Stub:
    """What the server says: its `owner`, `weights` it claims, the `key` it asks for, requests `left` until it
    goes down, and the factor by which its logits are `spoilt`."""

    owner: str = "vllm"
    weights: str = field(default_factory=lambda: fingerprint(SHIPPED))
    key: str | None = None
    left: int | None = None
    requests: int = 0
    together: int = 0
    most_together: int = 0
    base: str = ""
    spoilt: float = 1.0
    _runtime: HavocRuntime = field(default_factory=lambda: HavocRuntime.load(SHIPPED))
    _lock: Any = field(default_factory=threading.Lock)

    def models(self) -> dict[str, Any]:
        names = ["havoc-mini", *([PLANNER + self.weights] if self.weights else [])]
        return {"data": [{"id": name, "root": "/nowhere", "owned_by": self.owner} for name in names]}

    def completion(self, asked: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            logits = self._runtime.prefill(asked["prompt"]).logits
        if self.owner == "llamacpp":
            return {"choices": [{"logprobs": {"content": [{"top_probs": self.sampled(asked, logits)}]}}]}
        scores = logits - np.logaddexp.reduce(logits)
        top = {f"token_id:{token}": float(scores[token]) for token in asked["logprob_token_ids"]}
        return {"choices": [{"logprobs": {"top_logprobs": [top]}}]}

    def sampled(self, asked: dict[str, Any], logits: NDArray[np.float32]) -> list[dict[str, Any]]:
        """Probabilities after the bias, the likeliest first, without those that are 0 in float32."""
        biased = logits * self.spoilt
        for token, bias in asked["logit_bias"]:
            biased[token] += np.float32(bias)
        shares = np.exp(biased - biased.max()).astype(np.float32)
        shares /= shares.sum()
        best = np.argsort(-shares)[: asked["n_probs"]]
        return [{"id": int(i), "token": "", "prob": float(shares[i])} for i in best if shares[i] > 0]

    @contextmanager
    def counted(self) -> Iterator[None]:
        self.requests += 1
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        yield
        self.together -= 1


@contextmanager
def serving(stub: Stub) -> Iterator[Stub]:
    """Runs the stub on a free port of loopback."""

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(stub.models())

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if stub.left is not None and stub.requests >= stub.left:
                self.close_connection = True
                self.connection.close()
                return
            with stub.counted():
                self._answer(stub.completion(asked))

        def _answer(self, body: dict[str, Any]) -> None:
            refused = stub.key is not None and self.headers.get("Authorization") != f"Bearer {stub.key}"
            text = json.dumps({} if refused else body).encode()
            self.send_response(401 if refused else 200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    stub.base = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
