"""Somebody in front of a card that is in no reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hardware.stack import blank_card, make_card
from tests.hardware.virtual.host import Host


@pytest.fixture
def host(card: Path) -> Host:
    """In front of a personalised card with an RSA key."""
    return Host(card)


@pytest.fixture
def curved(tmp_path: Path) -> Host:
    """In front of a personalised card with a P-256 key."""
    return Host(make_card(tmp_path / "p256.card", "p256"))


@pytest.fixture
def blank(tmp_path: Path) -> Host:
    """In front of a blank card."""
    return Host(blank_card(tmp_path / "blank.card"))
