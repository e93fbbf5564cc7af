"""The sentences of the terminal's commands, a module a subject; terminals.language puts them together."""

from __future__ import annotations

from collections.abc import Mapping

Sentences = Mapping[str, tuple[str, str]]
"""English and Chinese under a key, with the same placeholders in both."""
