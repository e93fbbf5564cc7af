"""What the people who run a gateway may set: one TOML file in its home, over it the environment.

Knows names, defaults, units and where the files of a home lie; refuses to know what any setting does. The
order is: a value given by the caller (a command's option), then the environment (`EPORT_LIMITS__DEPTH=16`),
then `gateway.toml`, then the default. An unknown name is refused, so that a slip does not pass for a setting.
"""

from __future__ import annotations

import tomllib
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

FILE = "gateway.toml"

DxpId = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,30}$")]
CopCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{10}$")]
Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class BadSettings(Exception):
    """The settings cannot be used; the text names each wrong one and where it may be set."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Listen(_Section):
    """Where the gateway answers."""

    host: str = "0.0.0.0"  # noqa: S104 - a gateway is there to be reached
    port: Port = 8443
    tls: bool = True  # False only behind a proxy on the same machine that speaks TLS
    metrics_port: Port | None = None  # /metrics, on loopback only; None: no metrics
    origins: tuple[str, ...] = ("https://localhost:{port}", "https://127.0.0.1:{port}")
    backlog: Count = 1024
    # Load balancers in front, by address or network: each of their connections begins with a header of the
    # PROXY protocol, which says who the client is; nobody else is answered then.
    balancers: tuple[IPv4Network | IPv6Network, ...] = ()


class Identity(_Section):
    """Who the gateway is on the wire (BaseTransfer, SenderId) and who answers the systems' messages."""

    dxp_id: DxpId = "DXPGATE000000001"
    cop_code: CopCode = "0000000000"
    name: str = Field(default="E-Port gateway", min_length=1, max_length=100)
    desk_dxp_id: DxpId = "DXPCUS0000000001"  # the receiver of every message that belongs to a system


class Limits(_Section):
    """The most that is taken from outside; over it 413, 429 or 503. Bytes, seconds, counts."""

    data_bytes: Count = 5_000_000  # the decoded business message
    body_bytes: Count = 7_000_000  # the envelope around it, in base64
    attachment_bytes: Count = 4 * 1024 * 1024
    attachment_party_bytes: Count = 5_000_000_000  # all files of one party, 64 KiB more for each
    depth: Count = 32
    nodes: Count = 100
    lines: Count = 10_000
    in_flight_bytes: Count = 64_000_000  # bodies held at once, of all connections
    in_flight_bytes_per_address: Count = 16_000_000  # of these, by one address
    waiting_messages: Count = 2_000  # taken but not yet answered
    connections: Count = 12_000
    # Whoever comes through a proxy or one NAT is one address: raise what is per address for that.
    connections_per_address: Count = 512
    header_seconds: Seconds = 10
    body_seconds: Seconds = 60
    body_grace_seconds: Seconds = 10  # as often as they pass, a body must have come on at …
    body_bytes_per_second: Seconds = 4_000  # … this rate
    idle_seconds: Seconds = 75
    poll_seconds: Seconds = 30
    page: Count = 500  # receipts of one answer
    party_per_second: Seconds = 5_000  # messages of one party; `party limit` overrides it
    party_burst: Count = 10_000
    party_queued: Count = 100_000  # business nodes of one party that wait to be processed
    refusals_logged_per_second: Seconds = 20
    refused_bytes_per_second: Seconds = 1_000_000  # of refused messages of one address, 4 KB more for each
    refused_burst_bytes: Seconds = 20_000_000  # beyond it 429, unless a session proves who sends


class Sessions(_Section):
    """Logging in."""

    nonce_seconds: Seconds = 60
    idle_minutes: Seconds = 30
    hours: Seconds = 12
    account_attempts: Count = 5  # wrong passwords in a row from one address before it has to wait
    account_failures: Count = 100  # the same from all addresses, before the account is locked to new ones
    lock_minutes: Seconds = 15  # how long that is, and the longest an address has to wait
    address_attempts: Count = 30  # failed logins of one address in a minute


class Exchange(_Section):
    """The way of a message through the gateway."""

    workers: Annotated[int, Field(ge=0, le=64)] = 0  # verifying processes; 0: verify in the server itself
    commit_messages: Count = 100  # the most messages of one commit
    commit_linger_ms: Annotated[float, Field(ge=0, le=1000)] = 2  # how long a commit waits for company
    dispatch: bool = True  # False: accept only; what is accepted waits for a gateway that dispatches
    dispatch_batch: Count = 64
    retry_seconds: Seconds = 5  # before a failed work item is tried again; doubles up to an hour
    readers: Annotated[int, Field(ge=1, le=32)] = 3  # threads that read the database
    head_seconds: Seconds = 60  # between two signed heads of the journal
    legacy_sha1: bool = False  # accept rsa-sha1 signatures of old cards


class Files(_Section):
    """The attachments."""

    folder: Path | None = None  # one that all gateways of the database share; None: attachments/ in the home


class Cards(_Section):
    """The card office (制卡中心), and how early the end of a certificate is announced."""

    office: Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$")] = "0000"  # the first characters of card numbers
    days: Count = 1095  # a certificate is issued for; `card issue --days` overrides it
    list_days: Count = 30  # from a revocation list of the office's to its next edition
    warn_days: Count = 30


class Mail(_Section):
    """The mail server that notices are handed to; without a host none are written."""

    host: str = Field(default="", pattern=r"^[A-Za-z0-9.:-]{0,253}$")
    port: Port = 587
    security: Literal["starttls", "tls", "none"] = "starttls"  # tls: from the first byte, usually port 465
    ca: Path | None = None  # PEM, of the server's certificate; None: those that the system trusts
    user: str = Field(default="", pattern=r"^[!-~]{0,255}$")
    password: SecretStr = SecretStr("")
    password_file: Path | None = None  # its first line, in place of `password`
    sender: str = Field(default="", pattern=r"^$|^[^@\s<>\"]+@[A-Za-z0-9.-]+$")  # who the letters are from
    timeout_seconds: Seconds = 60  # for each answer of the server
    retry_seconds: Seconds = 30  # before the second try; doubles up to an hour
    give_up_hours: Seconds = 72
    waiting: Count = 10_000  # the most notices that wait; beyond it new ones are not written
    at_once: Annotated[int, Field(ge=1, le=20)] = 2  # connections

    @model_validator(mode="after")
    def _whole(self) -> Mail:
        if self.host and not self.sender:
            raise ValueError("mail.sender must say who the letters are from")
        if self.user and self.security == "none":
            raise ValueError("mail.security = none would send the password in the clear")
        return self

    @property
    def domain(self) -> str:
        """Of the sender: what the gateway calls itself to a mail server, and the end of each Message-ID."""
        return self.sender.rpartition("@")[2] or "localhost"

    def secret(self) -> str:
        """The password; read when it is needed. Raises OSError."""
        if self.password_file is None:
            return self.password.get_secret_value()
        return self.password_file.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")


class Registration(_Section):
    """People who register themselves."""

    open: bool = True
    token_hours: Seconds = 24  # in which an address is to be proven
    approval_days: Seconds = 30  # in which a request is to be approved or refused
    outstanding: Count = 10_000  # requests that are neither proven, decided nor expired
    outstanding_per_mail: Count = 5
    per_mail_hour: Seconds = 3  # requests of one address in an hour, in the long run; and so many at once
    per_address_hour: Seconds = 60  # requests from one network address; a tenth of it at once, …
    per_address_day: Seconds = 100  # … and so many in a day, so that a few addresses do not fill the queue
    confirmations_per_address_minute: Seconds = 10
    at_once: Annotated[int, Field(ge=1, le=8)] = 4  # passwords that are hashed or checked for it


class Push(_Section):
    """Receipts posted to parties' callbacks."""

    enabled: bool = True  # False: nothing is registered or posted; receipts are polled
    ca: Path | None = None  # PEM, of callbacks' TLS certificates; None: those that the system trusts
    allow: tuple[IPvAnyNetwork, ...] = ()  # networks that count as public: an intranet's, a test's
    deny: tuple[IPvAnyNetwork, ...] = ()  # public ones where nothing is posted to: the gateway's own
    timeout_seconds: Seconds = 15  # for one post, from the look-up of its name to the answer
    connect_seconds: Seconds = 5  # of these, for each address
    page: Annotated[int, Field(ge=1, le=500)] = 100  # receipts of one post
    at_once: Annotated[int, Field(ge=1, le=64)] = 8  # posts; as many more to callbacks that are slow or fail
    slow_seconds: Seconds = 2  # a post that takes longer makes its callback a slow one
    retry_seconds: Seconds = 5  # before a post that failed is tried again; doubles …
    longest_seconds: Seconds = 900  # … up to this
    breaker_failures: Count = 8  # in a row, and the breaker opens: an alarm, and single receipts as probes
    give_up_days: Seconds = 30  # after which an open breaker stops the callback for good


class Retention(_Section):
    """What leaves the database for the archive, and when; 0 days: never."""

    messages_days: Annotated[int, Field(ge=0)] = 0  # that a message's content is kept after its acceptance
    receipts_days: Annotated[int, Field(ge=0)] = 0  # that a receipt stays in its mailbox
    hour: Annotated[int, Field(ge=0, le=23)] = 18  # UTC, in which the gateway archives by itself
    folder: Path | None = None  # of the archive's files; None: archive/ in the home
    file_items: Count = 20_000  # messages or receipts of one file; also no more than 256 MiB before packing


Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]


class RoutedType(_Section):
    """A type of message that goes from party to party; its schema is `code`.xsd in the folder."""

    code: str
    senders: tuple[Word, ...] = ()  # roles of certificates that may send it; empty: all
    receivers: tuple[Word, ...] = ()  # kinds of parties that may receive it; empty: all


class Routing(_Section):
    """Messages that are passed on as they are."""

    folder: Path = Path("routed")  # of the schemas; a relative one is taken from the home
    types: tuple[RoutedType, ...] = ()


class Alarms(_Section):
    """From where on those who run the gateway are told that something waits too long, or is not well."""

    work_seconds: Seconds = 300  # that a node which is due may wait
    attempts: Count = 5  # that failed, of one step
    unread_days: Seconds = 7  # that a receipt may lie in a mailbox that its party does not read
    approval_hours: Seconds = 48  # that a registration may wait for a decision
    disk_percent: Annotated[float, Field(ge=0, le=100)] = 10  # that must be free where the home is
    mail: tuple[Annotated[str, Field(pattern=r"^[^@\s<>\"]+@[A-Za-z0-9.-]+$")], ...] = ()  # who gets a letter


class Logs(_Section):
    """Structured logs, one JSON object a line."""

    level: str = Field(default="info", pattern=r"^(debug|info|warning|error)$")


class Settings(BaseSettings):
    """Everything set for one gateway. Made by `load`, never changed afterwards."""

    model_config = SettingsConfigDict(
        env_prefix="EPORT_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    ORDER: ClassVar[str] = "a command's option, the environment (EPORT_SECTION__NAME), gateway.toml"

    home: Path
    database: str = ""  # sqlite:////path or postgresql://user@host/name; empty: gateway.db in the home
    node: str = Field(default="1", pattern=r"^[A-Za-z0-9-]{1,32}$")  # this one, among those of one database
    listen: Listen = Listen()
    gateway: Identity = Identity()
    limits: Limits = Limits()
    sessions: Sessions = Sessions()
    exchange: Exchange = Exchange()
    files: Files = Files()
    cards: Cards = Cards()
    mail: Mail = Mail()
    registration: Registration = Registration()
    push: Push = Push()
    retention: Retention = Retention()
    routing: Routing = Routing()
    alarms: Alarms = Alarms()
    logs: Logs = Logs()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options over environment over the home's file; no other source."""
        assert isinstance(init_settings, InitSettingsSource)
        file = Path(init_settings.init_kwargs["home"]) / FILE
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, file)

    @classmethod
    def load(cls, home: Path, **options: Any) -> Settings:
        """The settings of the gateway in `home`. `options` override, by section: `listen={"port": 1}`.

        Raises BadSettings when there is no gateway in `home` or a value is wrong.
        """
        home = home.expanduser().absolute()
        if not (home / FILE).is_file():
            raise BadSettings(
                f"there is no gateway in {home}: {FILE} is missing. "
                f"Make one with: eport-gateway init --home {home}"
            )
        try:
            return cls(home=home, **options)
        except tomllib.TOMLDecodeError as error:
            raise BadSettings(f"{home / FILE} is not TOML: {error}") from error
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
            )
            raise BadSettings(f"wrong settings ({cls.ORDER}): {wrong}") from error
        except SettingsError as error:
            raise BadSettings(f"wrong settings ({cls.ORDER}): {error}") from error

    # -- the files of a home -------------------------------------------------------------------------

    @cached_property
    def database_url(self) -> str:
        """The database to open; a relative SQLite path is taken from the home."""
        if not self.database:
            return f"sqlite:///{self.home / 'gateway.db'}"
        prefix = "sqlite:///"
        if self.database.startswith(prefix) and not self.database.startswith(prefix + "/"):
            return f"{prefix}{self.home / self.database.removeprefix(prefix)}"
        return self.database

    @property
    def gateway_key(self) -> Path:
        """Private key that signs replies and receipts."""
        return self.home / "keys" / "gateway.key"

    @property
    def gateway_certificate(self) -> Path:
        """Its certificate, and the intermediate ones when there are any."""
        return self.home / "certs" / "gateway.pem"

    @property
    def tls_key(self) -> Path:
        """Private key of the TLS server."""
        return self.home / "keys" / "tls.key"

    @property
    def tls_certificate(self) -> Path:
        """Its certificate and chain."""
        return self.home / "certs" / "tls.pem"

    @property
    def ca_folder(self) -> Path:
        """The configured CAs, one or more certificates in each *.pem."""
        return self.home / "certs" / "ca"

    @property
    def crl_folder(self) -> Path:
        """The CAs' revocation lists, *.pem."""
        return self.home / "certs" / "crl"

    @property
    def former_folder(self) -> Path:
        """The gateway's own earlier signing certificates, *.pem: they signed what is in the journal."""
        return self.home / "certs" / "former"

    @property
    def attachments(self) -> Path:
        """The folder of content-addressed attachments."""
        return self.files.folder or self.home / "attachments"

    @property
    def archive_folder(self) -> Path:
        """The folder of the archive's files; a relative one is taken from the home."""
        return self.home / (self.retention.folder or "archive")

    @property
    def routed_folder(self) -> Path:
        """The folder of configured types' schemas."""
        return self.home / self.routing.folder

    @property
    def routed_in_force(self) -> Path:
        """The same as they were when the gateway started, each in one file."""
        return self.home / "routed-in-force"

    @property
    def journal_heads(self) -> Path:
        """The exported signed heads of the journal, JSON lines."""
        return self.home / "journal" / "heads.jsonl"

    @property
    def demo(self) -> Path:
        """What `init --demo` leaves for the demo's parties."""
        return self.home / "demo"

    @cached_property
    def origins(self) -> tuple[str, ...]:
        """The origins a session may be asked for, with the port filled in."""
        return tuple(origin.replace("{port}", str(self.listen.port)) for origin in self.listen.origins)
