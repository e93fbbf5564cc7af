"""Where the card office's secrets come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.pins import Source
from gateway.cli.shell import Trouble


def test_a_secret_in_another_encoding_is_refused_and_not_carried_along(tmp_path: Path) -> None:
    """The error of a strict decoder would hold the file's bytes."""
    file = tmp_path / "pin"
    file.write_bytes("密码271828\n".encode("gb18030"))
    with pytest.raises(Trouble, match="--pin-file is not in UTF-8") as caught:
        Source("New PIN", "--pin-file", str(file)).chosen()
    assert caught.value.__context__ is None
    file.write_text("271828\n", encoding="utf-8")
    assert Source("New PIN", "--pin-file", str(file)).chosen() == "271828"
