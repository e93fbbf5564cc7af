"""One picture of the results: the ratios to the floor, and messages a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt

GOALS = {"reply": 3, "receipt": 8}
COLOURS = {"reply": "#2a6f97", "receipt": "#e09f3e"}


def draw(results: dict[str, Any], file: Path) -> bool:
    """Draw what there is into `file` (its suffix decides the format); whether there was anything."""
    kinds = [kind for kind in results.get("ratios", {}).get("kinds", []) if "reply" in kind["median"]]
    rows = results.get("throughput", {}).get("rows", [])
    panels = [panel for panel in (kinds and "ratios", rows and "rates") if panel]
    if not panels:
        return False
    height = max(2.5, 0.34 * len(rows) + 1.2) if rows else 3.5
    figure, axes = plt.subplots(1, len(panels), figsize=(6.5 * len(panels), height), squeeze=False)
    for panel, axis in zip(panels, axes[0], strict=True):
        if panel == "ratios":
            _ratios(axis, kinds)
        else:
            _rates(axis, rows)
    figure.tight_layout()
    figure.savefig(file)
    plt.close(figure)
    return True


def _ratios(axis: Any, kinds: list[dict[str, Any]]) -> None:
    width = 0.38
    for place, (name, label) in enumerate((("reply", "to the signed reply"), ("receipt", "to receipt 120"))):
        at = [index + (place - 0.5) * width for index in range(len(kinds))]
        bars = axis.bar(at, [kind["median"][name] for kind in kinds], width, label=label, color=COLOURS[name])
        axis.bar_label(bars, fmt="%.2f", fontsize=8)
        axis.axhline(GOALS[name], color=COLOURS[name], linestyle=":", linewidth=1)
    axis.set_xticks(range(len(kinds)), [kind["name"] for kind in kinds], fontsize=8)
    axis.set_ylabel("CPU over the floor's (dotted: the goal)")
    axis.set_title("Ratio to the floor")
    axis.legend(fontsize=8)


def _rates(axis: Any, rows: list[dict[str, Any]]) -> None:
    labels = [
        f"{row['database']}, {row['workers']} workers, {row['connections']} conn., {row['key']}, "
        f"{'4 KB' if row['lines'] == 5 else '200 KB'}"
        for row in rows
    ]
    colours = [COLOURS["receipt" if row["dispatch"] else "reply"] for row in rows]
    bars = axis.barh(range(len(rows)), [row["rate"] for row in rows], color=colours)
    axis.bar_label(bars, fmt="%.0f", fontsize=8, padding=2)
    axis.set_yticks(range(len(rows)), labels, fontsize=7)
    axis.invert_yaxis()
    axis.set_xlabel("messages/s (blue: to the signed reply; orange: to receipt 120)")
    axis.set_title("Throughput over TLS")
