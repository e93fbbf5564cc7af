from __future__ import annotations

from pathlib import Path

import pytest

from gateway.settings import BadSettings, Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose settings say little."""
    (tmp_path / "gateway.toml").write_text('node = "b"\n[limits]\ndepth = 16\nnodes = 50\n')
    return tmp_path


def test_an_option_wins_over_environment_over_file_over_default(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The four sources have one order, setting by setting within a section."""
    monkeypatch.setenv("EPORT_LIMITS__NODES", "40")
    monkeypatch.setenv("EPORT_LISTEN__PORT", "7000")
    settings = Settings.load(home, listen={"port": 7001})
    assert settings.listen.port == 7001
    assert settings.limits.nodes == 40
    assert settings.limits.depth == 16
    assert settings.limits.lines == 10_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[limits]\ndepht = 3\n", "limits.depht"),
        ("[limits]\ndepth = 0\n", "limits.depth"),
        ('[gateway]\ndxp_id = "lower"\n', "gateway.dxp_id"),
        ("colour = 1\n", "colour"),
        ("[limits\n", "gateway.toml is not TOML"),
    ],
)
def test_a_wrong_or_unknown_setting_is_refused_by_name(home: Path, text: str, said: str) -> None:
    """A slip never passes for a setting; the text says which one it is."""
    (home / "gateway.toml").write_text(text)
    with pytest.raises(BadSettings, match=said):
        Settings.load(home)


def test_an_unknown_setting_in_the_environment_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment is held to the same names."""
    monkeypatch.setenv("EPORT_LIMITS__DEPHT", "3")
    with pytest.raises(BadSettings, match="depht"):
        Settings.load(home)


def test_a_folder_without_settings_is_no_gateway(tmp_path: Path) -> None:
    """The text says how to make one."""
    with pytest.raises(BadSettings, match="eport-gateway init"):
        Settings.load(tmp_path)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("", "sqlite:///{home}/gateway.db"),
        ("sqlite:///other.db", "sqlite:///{home}/other.db"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
        ("postgresql://u@h/eport", "postgresql://u@h/eport"),
    ],
)
def test_a_relative_database_lies_in_the_home(home: Path, given: str, url: str) -> None:
    """Where the gateway is started from does not change which database it opens."""
    assert Settings.load(home, database=given).database_url == url.format(home=home)


def test_origins_follow_the_port_that_is_really_used(home: Path) -> None:
    """A port given on the command line is also the one that sessions are asked for."""
    settings = Settings.load(home, listen={"port": 9443})
    assert settings.origins == ("https://localhost:9443", "https://127.0.0.1:9443")
