"""Where the settings of a command come from: its options, a demo home, the environment, a TOML file.

Knows the names of the settings and which source wins: the first of those four that has it, but for the URL,
where a demo home's comes behind the environment's, since it is only where that gateway would listen. Refuses
to open a connection or a certificate. A password is read from a file, the environment, a demo home or a
prompt, never from the command line, and its repr shows nothing of it. A PIN is not even in the environment.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terminals.trouble import Unusable

DEMO_PORT = 8443
DEMO_URL = f"https://localhost:{DEMO_PORT}"
SIGNERS = ("card", "ikey", "agent", "file")
SETTINGS = (
    "url", "ca", "crl", "signer", "device", "pin_file", "certificate", "module", "card_key", "pcscd",
    "p12", "p12_password_file", "account", "password_file",
    "dxp_id", "cop_code", "cop_name", "receiver", "state",
)  # fmt: skip
_PATHS = (
    "ca", "crl", "pin_file", "certificate", "pcscd", "p12", "p12_password_file", "password_file", "state",
)  # fmt: skip
_SECRETS = ("p12_password", "password")  # from the environment or a demo home only
_IDENTITY = ("p12", "p12_password", "account", "password", "dxp_id", "cop_code", "cop_name")

Values = Mapping[str, str]


class Secret:
    """A password that shows in no repr, log or traceback of values."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The password itself, at the moment of its use."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('…')"


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings of one command; what is missing is said only when it is needed, by `need`."""

    values: Values
    config: Path

    def get(self, name: str) -> str:
        """The setting, or ''."""
        return self.values.get(name, "")

    def need(self, name: str) -> str:
        """The setting; raises Unusable that says the three ways to give it."""
        value = self.values.get(name, "")
        if not value:
            raise Unusable(
                "setting-missing", name=name, option=f"--{name.replace('_', '-')}",
                variable=f"EPORT_{name.upper()}", config=self.config,
            )  # fmt: skip
        return value

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """The setting, which must be one of `known` or ''; raises Unusable."""
        value = self.get(name)
        if value and value not in known:
            raise Unusable("setting-wrong", name=name, value=value, known=", ".join(known))
        return value

    def path(self, name: str) -> Path:
        """A needed setting that is a file or folder."""
        return Path(self.need(name)).expanduser()

    def secret(self, name: str, prompt: Callable[[str], str] | None = None) -> Secret:
        """The password `name`: from its file, the environment or demo home, else asked for with `prompt`."""
        file = self.values.get(f"{name}_file", "")
        if file:
            try:
                lines = Path(file).expanduser().read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise Unusable("password-file", file=file, reason=_reason(error)) from None
            return Secret(lines[0] if lines else "")
        if name in self.values:
            return Secret(self.values[name])
        if prompt is None:
            self.need(f"{name}_file")
            raise AssertionError("need raises for a setting that is missing")
        return Secret(prompt(name))

    def __repr__(self) -> str:
        shown = {name: value for name, value in self.values.items() if name not in _SECRETS}
        return f"Profile({shown!r})"


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def gather(options: Mapping[str, str | None], environ: Mapping[str, str]) -> Profile:
    """The profile from all sources. `options`: SETTINGS and `demo`, `as`, `profile`, `config`."""
    config = Path(options.get("config") or environ.get("EPORT_CONFIG") or _default_config(environ))
    chosen = {name: value for name in SETTINGS if (value := options.get(name))}
    demo = demo_values(options, environ)
    if "p12" in chosen or chosen.get("account") not in (None, demo.get("account")):
        demo = {name: value for name, value in demo.items() if name not in _IDENTITY}  # it is somebody else
    elif "account" in chosen:
        demo = {name: value for name, value in demo.items() if name not in ("p12", "p12_password")}
    surroundings = {
        name: value for name in (*SETTINGS, *_SECRETS) if (value := environ.get(f"EPORT_{name.upper()}"))
    }
    written = dict(file_values(config, options.get("profile") or environ.get("EPORT_PROFILE")))
    if "signer" not in chosen and ("p12" in chosen or "account" in chosen):
        for weaker in (surroundings, written):  # this command is to go without the device
            weaker.pop("signer", None)
    if "url" in surroundings:
        demo = {name: value for name, value in demo.items() if name != "url"}
    values: dict[str, str] = {"state": str(_default_state(options, environ))}
    for source in (written, surroundings, demo, chosen):
        for secret in _SECRETS:  # a source's own password hides one from a weaker source, in either form
            if secret in source or f"{secret}_file" in source:
                values.pop(secret, None)
                values.pop(f"{secret}_file", None)
        values.update(source)
    return Profile(values, config)


def file_values(config: Path, name: str | None) -> Values:
    """One profile of the TOML file: `[profiles.NAME]`, NAME given or the file's `default`.

    Relative paths are relative to the file. A missing file holds nothing, unless a profile was asked for.
    """
    try:
        document = tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if name:
            raise Unusable("profile-unknown", config=config, name=name, known="-") from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unusable("config-unreadable", config=config, reason=_reason(error)) from None
    profiles = document.get("profiles", {})
    unknown = set(document) - {"default", "profiles"}
    if unknown or not isinstance(profiles, dict):
        raise Unusable(
            "setting-unknown", config=config, name=", ".join(sorted(unknown)), known="default, profiles"
        )
    wanted = name or document.get("default")
    if wanted is None:
        return {}
    profile = profiles.get(wanted)
    if not isinstance(profile, dict):
        raise Unusable(
            "profile-unknown", config=config, name=wanted, known=", ".join(sorted(profiles)) or "-"
        )
    for key in profile:
        if key not in SETTINGS:
            raise Unusable("setting-unknown", config=config, name=key, known=", ".join(SETTINGS))
    base = config.parent
    return {
        key: str(base / Path(str(value)).expanduser()) if key in _PATHS else str(value)
        for key, value in profile.items()
    }


def demo_values(options: Mapping[str, str | None], environ: Mapping[str, str]) -> Values:
    """Everything a demo home says about the party named or in the role of `as` (enterprise without it)."""
    home = options.get("demo") or environ.get("EPORT_DEMO")
    if not home:
        return {}
    gateway = Path(home).expanduser()
    folder = gateway / "demo"
    listing = folder / "parties.json"
    try:
        parties: Any = json.loads(listing.read_text(encoding="utf-8"))
        wanted = options.get("as") or environ.get("EPORT_AS") or "enterprise"
        party = _find(parties, wanted)
        if party is None:
            known = ", ".join(str(one.get("account") or one["role"]) for one in parties)
            raise Unusable("demo-unknown", file=listing, name=wanted, known=known)
        customs = _find(parties, "customs") or {}
        values = {
            "url": _demo_url(gateway / "gateway.toml"), "ca": str(folder / "ca.pem"),
            "dxp_id": party["dxpId"], "cop_code": party["copCode"], "cop_name": party["name"],
            "account": party.get("account"), "password": party.get("accountPassword"),
            "receiver": customs.get("dxpId"),
        }  # fmt: skip
        if party.get("p12"):
            values |= {"p12": str(folder / party["p12"]), "p12_password": party.get("password")}
        service = folder / "card" / "pcscd.comm"  # of `eport-terminal virtual-card`
        if service.exists():
            values["pcscd"] = str(service)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unusable("demo-unreadable", file=listing, reason=_reason(error)) from None
    return {name: value for name, value in values.items() if value}


def _demo_url(settings: Path) -> str:
    """Where the gateway of a demo home listens, as its own settings say."""
    try:
        listen = tomllib.loads(settings.read_text(encoding="utf-8")).get("listen", {})
    except FileNotFoundError:
        return DEMO_URL
    scheme = "https" if listen.get("tls", True) else "http"
    return f"{scheme}://localhost:{int(listen.get('port', DEMO_PORT))}"


def _find(parties: list[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    """The first entry whose account, holder, name, dxpId or role is `wanted`, in this order."""
    for field in ("account", "holder", "name", "dxpId", "role"):
        for party in parties:
            if party.get(field) == wanted:
                return party
    return None


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ["HOME"]) if environ.get("HOME") else Path.home()


def _default_config(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("XDG_CONFIG_HOME") or _home(environ) / ".config") / "eport-terminal.toml"


def _default_state(options: Mapping[str, str | None], environ: Mapping[str, str]) -> Path:
    """A demo's is in its own home: a new demo must not go on from where another's mailbox was read."""
    demo = options.get("demo") or environ.get("EPORT_DEMO")
    if demo:
        return Path(demo).expanduser() / "demo" / "terminal"
    return Path(environ.get("XDG_STATE_HOME") or _home(environ) / ".local" / "state") / "eport-terminal"
