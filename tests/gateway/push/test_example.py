"""The receiver that docs/push.md gives to somebody who tries push with a demo."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

PAPER = Path(__file__).parents[3] / "docs" / "push.md"


def test_the_receiver_of_the_paper_answers_the_challenge_and_takes_receipts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Word by word but for its port: its certificate is of 127.0.0.1, and what is posted is printed."""
    text = PAPER.read_text(encoding="utf-8")
    (certificate,) = re.findall(r"```sh certificate\n(.*?)```", text, re.DOTALL)
    (receiver,) = re.findall(r"```python receiver\n(.*?)```", text, re.DOTALL)
    subprocess.run(["bash", "-ec", certificate], cwd=tmp_path, check=True, capture_output=True)
    monkeypatch.chdir(tmp_path)
    begun: dict[str, Any] = {}
    exec(receiver.replace("9444", "0").replace("server.serve_forever()\n", ""), begun)
    server = begun["server"]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        trust = ssl.create_default_context(cafile=tmp_path / "receiver.pem")

        def post(kind: str, body: bytes) -> tuple[int, bytes]:
            line = http.client.HTTPSConnection("127.0.0.1", server.server_port, timeout=20, context=trust)
            line.request("POST", "/", body, {"EPort-Kind": kind})
            answer = line.getresponse()
            return answer.status, answer.read()

        challenge = "5f" * 32
        body = json.dumps({"challenge": challenge, "party": "DXPENT0000000001"}).encode()
        assert post("challenge", body) == (200, hashlib.sha256(challenge.encode()).hexdigest().encode())
        assert post("receipts", b"<Receipts/>") == (200, b"")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert capsys.readouterr().out == "<Receipts/>\n"
