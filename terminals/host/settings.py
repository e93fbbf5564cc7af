"""What whoever runs a terminal host may set: host.toml in its state folder, over it the environment.

Knows names, defaults, units and where the host's own files lie; refuses to know what any setting does. The
order is: a command's option, then the environment (EPORT_HOST_IDLE_MINUTES=10), then host.toml, then the
default. An unknown name is refused, so that a slip does not pass for a setting.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from terminals.trouble import Unusable

FILE = "host.toml"

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Settings(BaseSettings):
    """Everything set for one host. Made by `load`, never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="EPORT_HOST_", extra="forbid", frozen=True, validate_default=True
    )

    state: Path  # keys, areas and what terminals keep
    listen: str = "0.0.0.0"  # noqa: S104 - a host is there to be reached
    port: Annotated[int, Field(ge=0, le=65535)] = 2222
    application: str = "terminals.tui.main:run"
    log_level: str = Field(default="info", pattern=r"^(debug|info|warning|error)$")

    # Logging in
    attempts: Count = 6  # of one connection; a key that is offered and not known is one
    login_seconds: Seconds = 60  # from the connection to the login
    gateway_seconds: Seconds = 15  # how long a login waits for the gateway
    password_delay: Seconds = 1  # before a wrong password is answered
    keys_per_second: Seconds = 10  # that the gateway is asked about for one address, …
    keys_at_once: Count = 200  # … beyond so many at once

    # Who has no account yet comes by this name, without a key or password, to register; '': nobody does
    newcomer_name: str = Field(default="register", pattern=r"^([a-z][a-z0-9-]{0,31})?$")
    newcomers: Count = 10  # at once, of all
    newcomers_per_address: Count = 2
    newcomers_per_hour: Seconds = 20  # from one address; so many at once, too
    newcomer_minutes: Seconds = 20  # that one of them may stay

    # Connections and sessions
    connections: Count = 500
    connections_per_address: Count = 100  # a company behind one NAT is one address
    strangers: Count = 100  # connections that have not logged in yet, of all
    strangers_per_address: Count = 30
    sessions: Count = 200  # terminals and file transfers, of all
    sessions_per_user: Count = 10
    channels: Count = 10  # of one connection, those of its agent included
    idle_minutes: Seconds = 30
    keepalive_seconds: Seconds = 30
    keepalive_missed: Count = 4
    recheck_seconds: Seconds = 60  # between two looks whether whoever came by key may still be here
    end_seconds: Seconds = 5  # from SIGHUP to SIGKILL

    # One session's process
    memory_bytes: Count = 512 * 1024 * 1024
    open_files: Count = 256

    # Files over SFTP
    area_bytes: Count = 200_000_000
    area_files: Count = 2_000
    file_bytes: Count = 50_000_000
    open_handles: Count = 32

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options over environment over the file; no other source."""
        assert isinstance(init_settings, InitSettingsSource)
        file = Path(init_settings.init_kwargs["state"]) / FILE
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    @classmethod
    def load(cls, state: Path, **options: Any) -> Settings:
        """The settings of the host whose state folder this is. Raises Unusable that names each wrong one."""
        state = state.expanduser().absolute()
        given = {name: value for name, value in options.items() if value is not None}
        try:
            return cls(state=state, **given)
        except (tomllib.TOMLDecodeError, OSError, SettingsError) as error:
            raise Unusable("config-unreadable", config=state / FILE, reason=error) from None
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
            )
            raise Unusable("config-unreadable", config=state / FILE, reason=wrong) from None

    # -- the host's own files ------------------------------------------------------------------------

    @property
    def keys(self) -> Path:
        """The host keys."""
        return self.state / "keys"

    @property
    def known_hosts(self) -> Path:
        """The host keys as a client on this machine knows them."""
        return self.state / "known_hosts"

    @property
    def areas(self) -> Path:
        """The files of the accounts, a folder a party, in it one an account."""
        return self.state / "areas"

    @property
    def kept(self) -> Path:
        """What the terminals keep between sessions, in the same order."""
        return self.state / "kept"

    @property
    def lock(self) -> Path:
        """Held while a host serves this folder."""
        return self.state / "host.lock"
