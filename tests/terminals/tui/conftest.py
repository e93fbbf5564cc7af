"""A gateway for the tests of this folder that need one."""

from __future__ import annotations

from tests.terminals.work.conftest import house

__all__ = ["house"]
