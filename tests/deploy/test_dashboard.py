"""The dashboard and the alerts that are shipped speak of what the gateway really counts."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Histogram
from prometheus_client.metrics import MetricWrapperBase

from gateway import metrics
from gateway.settings import Listen
from gateway.watch import RULES
from tests.deploy.balancers import DEPLOY

BOARD = DEPLOY / "grafana" / "eport-gateway.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
SCRAPED = {"job", "instance"}  # labels that Prometheus adds
_NAME = re.compile(r"\b(?:eport|process|python)_[a-z0-9_]+")
_LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)\s*\"")
_GROUPED = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")


def counted() -> dict[str, set[str]]:
    """Every series by its name, with its labels."""
    found: dict[str, set[str]] = {}
    for each in vars(metrics).values():
        if not isinstance(each, MetricWrapperBase):
            continue
        labels = set(each._labelnames)
        if isinstance(each, Counter):
            found[f"{each._name}_total"] = labels
        elif isinstance(each, Histogram):
            found |= {f"{each._name}_{part}": set(labels) for part in ("sum", "count")}
            found[f"{each._name}_bucket"] = {*labels, "le"}
        else:
            found[each._name] = labels
    for family in metrics.REGISTRY.collect():
        if not family.name.startswith("eport_"):
            found |= {sample.name: set(sample.labels) for sample in family.samples}
    return found


def board() -> Any:
    """The dashboard."""
    return json.loads(BOARD.read_text(encoding="utf-8"))


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> Iterator[tuple[str, str]]:
    """Everything that is asked of Prometheus, with what asks it."""
    for panel in board()["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for variable in board()["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], re.sub(r"label_values\((.*), \w+\)", r"\1", variable["query"]["query"])
    for rule in rules():
        yield rule["alert"], rule["expr"]


@pytest.mark.parametrize(("who", "query"), list(queries()), ids=lambda text: str(text)[:40])
def test_every_query_is_of_series_and_labels_that_the_gateway_has(who: str, query: str) -> None:
    """A metric that was renamed would leave a panel empty and an alert silent."""
    known = counted()
    names = set(_NAME.findall(query))
    assert names <= set(known), who
    assert names or re.search(r"\bup\{", query), who
    labels = set(_LABEL.findall(query))
    labels |= {each.strip() for group in _GROUPED.findall(query) for each in group.split(",")}
    assert labels <= SCRAPED.union(*(known[name] for name in names)), who


def test_every_metric_of_the_gateway_is_on_the_dashboard() -> None:
    """What is counted and never looked at is not worth its counting."""
    asked = {name for _, query in queries() for name in _NAME.findall(query)}
    shown = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in asked}
    own = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in counted() if name.startswith("eport_")}
    assert own == {name for name in shown if name.startswith("eport_")}


def test_every_rule_of_the_gateways_alarms_is_an_alert() -> None:
    """By its name, in its words and with what helps; no alert is of a rule that there is not."""
    told = {
        found[1]: rule["annotations"]
        for rule in rules()
        if (found := re.search(r'eport_alarms\{name="(\w+)"\}', rule["expr"]))
    }
    assert set(told) == {rule.name for rule in RULES}
    for rule in RULES:
        assert told[rule.name]["summary"] == f"{rule.words[1]} / {rule.words[0]}"
        assert told[rule.name]["description"] == f"{rule.todo[1]} / {rule.todo[0]}"


def test_alerts_are_complete_and_called_differently() -> None:
    """Each has a severity to be routed by, and says what is the matter and what to do."""
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("critical", "warning", "info"), rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]
        assert rule["annotations"]["description"], rule["alert"]
        assert re.fullmatch(r"\d+[smh]", rule["for"]), rule["alert"]


def test_the_dashboard_can_be_imported_anywhere() -> None:
    """Its data source is chosen, no panel lies on another, and none has another's number."""
    whole = board()
    assert whole["templating"]["list"][0]["type"] == "datasource"
    places: set[tuple[int, int]] = set()
    for panel in whole["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & places, panel["title"]
        places |= cells
        for target in panel.get("targets", ()):
            assert target["datasource"]["uid"] == "${datasource}"
    numbers = [panel["id"] for panel in whole["panels"]]
    assert len(numbers) == len(set(numbers))


def test_prometheus_reads_the_alerts_and_the_gateways_own_port() -> None:
    """On loopback, where alone the metrics are; the job is the one that the alerts are about."""
    settings = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    assert settings["rule_files"] == [ALERTS.name]
    (job,) = settings["scrape_configs"]
    (target,) = job["static_configs"][0]["targets"]
    host, _, port = target.partition(":")
    assert host == "127.0.0.1"
    assert Listen(metrics_port=int(port)).metrics_port == int(port)
    jobs = {name for rule in rules() for name in re.findall(r'job="([^"]+)"', rule["expr"])}
    assert jobs == {job["job_name"]}


@pytest.mark.parametrize("what", ["config", "rules"])
def test_prometheus_itself_takes_the_files(what: str) -> None:
    """Every expression is one."""
    file = ALERTS if what == "rules" else Path(ALERTS.parent, "prometheus.yml")
    said = subprocess.run(
        ["promtool", "check", what, str(file)], capture_output=True, text=True, check=False, timeout=60
    )
    assert said.returncode == 0, said.stdout + said.stderr
