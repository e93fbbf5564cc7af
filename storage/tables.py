"""Every table, once: what the migrations build and the queries name.

Knows columns, keys and indexes; refuses to know who reads them. A test holds the migrations to this page.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, UniqueConstraint, text

from storage.types import BigKey, Blob, Instant, Json, Name

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

# -- exchange ------------------------------------------------------------------------------------

messages = Table(
    "messages",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("sender", Name, nullable=False),
    Column("cop_msg_id", Name, nullable=False),
    Column("root_guid", Name, nullable=False),
    Column("type", Name, nullable=False),
    Column("receivers", Json, nullable=False),
    Column("digest", Name, nullable=False),  # SHA-256 of `data`, hex
    Column("content_key", Name, nullable=False),
    Column("data", Blob, nullable=False),  # the decoded Data, as signed
    Column("certificate", Name, nullable=False),  # fingerprint
    Column("reply", Blob, nullable=False),  # the DxpRep that was answered, byte for byte
    Column("accepted_at", Instant, nullable=False),
    Column("archive", BigKey),  # the number of the archive that `data` and `reply` have gone to
    UniqueConstraint("sender", "cop_msg_id"),
    UniqueConstraint("sender", "root_guid"),
    Index(None, "accepted_at", "type"),
)

nodes = Table(
    "nodes",
    metadata,
    Column("party", Name, primary_key=True),
    Column("type", Name, primary_key=True),
    Column("guid", Name, primary_key=True),
    Column("message_id", BigKey, nullable=False),
    Column("node", Integer, nullable=False),
    sqlite_with_rowid=False,
)

work = Table(
    "work",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", Name, nullable=False),
    Column("order_key", Name, nullable=False),
    Column("message_id", BigKey),
    Column("node", Integer, nullable=False),
    Column("payload", Json),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Name),
    Index(None, "due_at", "id"),
    Index(None, "order_key", "id"),
    Index(None, "message_id"),
    sqlite_autoincrement=True,  # an id is never given twice, so "oldest" stays true
)

# -- business ------------------------------------------------------------------------------------

SEARCH = tuple(f"k{number}" for number in range(1, 9))
"""The search columns that a system may name; which is which is the system's own declaration."""

FOUND_ALONE = SEARCH[:4]
"""Those by which cases are found, and put in order, among everyone's at once; the others help to narrow."""

_ASKED = ("number", "state", "owner", "inner", *SEARCH)

cases = Table(
    "cases",
    metadata,
    Column("number", Name, primary_key=True),
    Column("system", Name, nullable=False),
    Column("owner", Name, nullable=False),
    Column("inner", Name),
    Column("state", Name, nullable=False),
    Column("body", Json, nullable=False),
    *(Column(name, Name) for name in SEARCH),  # a column that the system declares is never NULL, but ''
    Column("revision", Integer, nullable=False),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Column("partner", Name),
    UniqueConstraint("system", "owner", "inner"),
    # An index holds all that a search asks of it: a look at a row costs a hundred times as much.
    Index("ix_cases_of_owner", "system", "owner", "changed", *(n for n in _ASKED if n != "owner")),
    Index("ix_cases_in_state", "system", "state", "changed", *(n for n in _ASKED if n != "state")),
    Index(
        "ix_cases_of_partner",
        *("system", "partner", "changed", *_ASKED),
        sqlite_where=text("partner IS NOT NULL"),
        postgresql_where=text("partner IS NOT NULL"),
    ),
    *(
        Index(
            f"ix_cases_{name}",
            *("system", name, "number", "changed", *(n for n in _ASKED if n not in {name, "number"})),
            sqlite_where=text(f"{name} IS NOT NULL"),
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in FOUND_ALONE
    ),
)

records = Table(
    "records",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("system", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("key", Name, nullable=False),
    Column("body", Json, nullable=False),
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    UniqueConstraint("system", "kind", "key", "valid_from"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Name, primary_key=True),
    Column("next", BigKey, nullable=False),
    sqlite_with_rowid=False,
)

gateways = Table(
    "gateways",
    metadata,
    Column("name", Name, primary_key=True),
    Column("number", Integer, nullable=False),  # part of the ids that this gateway makes
    Column("started_at", Instant),
    Column("seen_at", Instant),  # by the database's clock; None: it has stopped, or never served
    Column("version", Name),
    UniqueConstraint("number"),
)

# -- receipts ------------------------------------------------------------------------------------

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("party", Name, primary_key=True),
    Column("next", BigKey, nullable=False),  # the position the next receipt gets
    Column("archived", BigKey),  # every receipt up to this position is in the archive
    Column("read_to", BigKey),  # the highest that its party came back with
    Column("read_at", Instant),
    sqlite_with_rowid=False,
)

receipts = Table(
    "receipts",
    metadata,
    Column("party", Name, primary_key=True),
    Column("position", BigKey, primary_key=True, autoincrement=False),
    Column("id", BigKey, nullable=False),
    Column("type", Name, nullable=False),
    Column("cop_msg_id", Name, nullable=False),
    Column("ori_message_id", BigKey),
    Column("ori_cop_msg_id", Name, nullable=False),
    Column("status", Integer),
    Column("case_no", Name),
    Column("digest", Name, nullable=False),  # SHA-256 of `document`, hex
    Column("document", Blob, nullable=False),  # the whole DxpMsg
    Column("created_at", Instant, nullable=False),
    Column("archive", BigKey),  # the number of the archive that `document` has gone to
    UniqueConstraint("id"),
    Index(None, "party", "ori_cop_msg_id"),
    Index(
        None,
        *("party", "case_no", "position"),
        sqlite_where=text("case_no IS NOT NULL"),
        postgresql_where=text("case_no IS NOT NULL"),
    ),
    Index(None, "created_at", "type", "status"),
)

pickups = Table(
    "pickups",
    metadata,
    Column("party", Name, primary_key=True),
    Column("position", BigKey, primary_key=True, autoincrement=False),  # in its mailbox, of a party's message
    Column("message_id", BigKey, nullable=False),
    sqlite_with_rowid=False,
)

# -- journal -------------------------------------------------------------------------------------

OTHER_KINDS = "kind NOT IN ('message', 'receipt')"
"""A query has to say it in these very words, or the index is not used."""

journal = Table(
    "journal",
    metadata,
    Column("node", Name, primary_key=True),
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", Name, nullable=False),
    Column("party", Name, nullable=False),
    Column("reference", Name, nullable=False),
    Column("digest", Name, nullable=False),
    Column("previous", Name, nullable=False),
    Column("hash", Name, nullable=False),
    # What came to pass without a message or a receipt of its own: few, and counted by kind.
    Index(None, "at", "kind", sqlite_where=text(OTHER_KINDS), postgresql_where=text(OTHER_KINDS)),
    sqlite_with_rowid=False,
)

heads = Table(
    "heads",
    metadata,
    Column("node", Name, primary_key=True),
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("hash", Name, nullable=False),
    Column("at", Instant, nullable=False),
    Column("others", Json, nullable=False),
    Column("signature", Name, nullable=False),
)

# -- archive -------------------------------------------------------------------------------------

archives = Table(
    "archives",
    metadata,
    Column("number", BigKey, primary_key=True, autoincrement=False),
    Column("kind", Name, nullable=False),
    Column("file", Name, nullable=False),
    Column("items", BigKey, nullable=False),
    Column("digest", Name, nullable=False),  # SHA-256 of its signed manifest, hex
    Column("made_by", Name, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("purged_at", Instant),  # since when nothing that is in it is in the database, too
)

retained = Table(
    "retained",
    metadata,
    Column("kind", Name, primary_key=True),
    Column("since", Instant, nullable=False),  # all that is older has been archived
)

# -- who -----------------------------------------------------------------------------------------

parties = Table(
    "parties",
    metadata,
    Column("dxp_id", Name, primary_key=True),
    Column("cop_code", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("rate", Json),
    Column("created_at", Instant, nullable=False),
    Index(None, "cop_code"),
)

certificates = Table(
    "certificates",
    metadata,
    Column("fingerprint", Name, primary_key=True),
    Column("dxp_id", Name, nullable=False),
    Column("serial", Name, nullable=False),
    Column("subject", Name, nullable=False),
    Column("holder", Name, nullable=False),
    Column("role", Name, nullable=False),
    Column("card", Name, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("der", Blob, nullable=False),
    Column("state", Name, nullable=False),
    Column("revoked_at", Instant),
    Column("reason", Name),
    Column("card_number", Name),  # the card or Ikey it was issued onto
    Column("crl_reason", Name),  # reason in a revocation list, by its name in RFC 5280
    Column("ssh_key", Name),  # OpenSSH's fingerprint of its key, SHA256:…
    Index(None, "dxp_id"),
    Index(None, "not_after"),
    Index(None, "card_number"),
    Index(None, "ssh_key"),
)

cards = Table(
    "cards",
    metadata,
    Column("number", Name, primary_key=True),
    Column("dxp_id", Name, nullable=False),
    Column("holder", Name, nullable=False),
    Column("unit", Name, nullable=False),
    Column("kind", Name, nullable=False),
    Column("role", Name, nullable=False),
    Column("medium", Name, nullable=False),
    Column("serial", Name, nullable=False),  # the medium's own
    Column("state", Name, nullable=False),
    Column("requests", Json),  # certificate requests that wait for a CA's answer
    Column("requested_at", Instant),
    Column("issued_at", Instant),
    Column("ends", Instant),
    Column("ended_at", Instant),
    Column("reason", Name),
    Column("replaced_by", Name),
    Index(None, "dxp_id"),
    Index(None, "serial"),
    Index(None, "ends"),
)

card_history = Table(
    "card_history",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("number", Name, nullable=False),
    Column("at", Instant, nullable=False),
    Column("event", Name, nullable=False),
    Column("done_by", Name, nullable=False),
    Column("detail", Name, nullable=False),
    Index(None, "number", "id"),
    sqlite_autoincrement=True,
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", Name, primary_key=True),
    Column("dxp_id", Name, nullable=False),
    Column("role", Name, nullable=False),
    Column("holder", Name, nullable=False),
    Column("password_hash", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant),
    Column("created_at", Instant, nullable=False),
    Column("mail", Name),  # where its holder is told of things
    Index(None, "dxp_id"),
    Index(None, "mail"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("nonce_hash", Name, primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index(None, "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Name, primary_key=True),
    Column("dxp_id", Name, nullable=False),
    Column("role", Name, nullable=False),
    Column("holder", Name, nullable=False),
    Column("account", Name),
    Column("certificate", Name),
    Column("card", Name, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_used", Instant, nullable=False),
    Index(None, "expires_at"),
    Index(None, "certificate"),
    Index(None, "account"),
    Index(None, "dxp_id"),
)

registrations = Table(
    "registrations",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", Name, nullable=False),
    Column("body", Json, nullable=False),
    Column("state", Name, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", Name),
    Column("reason", Name),
    # of an account only:
    Column("mail", Name),
    Column("secret", Name),  # the hash of its password, until it expires
    Column("token_hash", Name),  # SHA-256 of what was sent to the address, hex
    Column("expires_at", Instant),
    Index(None, "state", "id"),
    Index(None, "token_hash", unique=True),
    Index(None, "mail"),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)

# -- to the outside ------------------------------------------------------------------------------

notices = Table(
    "notices",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False),  # the same at each try: the Message-ID
    Column("channel", Name, nullable=False),
    Column("party", Name, nullable=False),  # whom it is about; '' for nobody yet
    Column("address", Name, nullable=False),
    Column("subject", Name, nullable=False),
    Column("body", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("taken_by", Name),  # the node that is sending it
    Column("error", Name),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("name"),
    Index(None, "state", "due_at", "id"),
    Index(None, "state", "ended_at"),
    sqlite_autoincrement=True,
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("party", Name, primary_key=True),
    Column("url", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("position", BigKey, nullable=False),  # of the last receipt that was taken there
    Column("revision", BigKey, nullable=False),  # moves with each taking and change
    Column("failures", Integer, nullable=False),  # in a row
    Column("slow", Integer, nullable=False),  # so many posts must be quick before it is quick
    Column("due_at", Instant, nullable=False),
    Column("taken_by", Name),  # the node that is posting
    Column("taken_until", Instant),
    Column("broken_at", Instant),  # since when its breaker is open
    Column("error", Name),
    Column("holder", Name, nullable=False),  # who registered it, and with what he had logged in
    Column("certificate", Name),
    Column("account", Name),
    Column("registered_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("posted_at", Instant),
)

alarms = Table(
    "alarms",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("name", Name, nullable=False),  # which rule
    Column("subject", Name, nullable=False),  # what it is about: a party, a node, a number; '' the whole
    Column("told", Name, nullable=False),  # what there is to say of it beside the rule's words
    Column("since", Instant, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("raised_by", Name, nullable=False),  # the node that saw it
    Column("cleared_at", Instant),
    Column("taken_at", Instant),  # somebody looks after it
    Column("taken_by", Name),
    Index(
        None,
        *("name", "subject"),
        unique=True,
        sqlite_where=text("cleared_at IS NULL"),
        postgresql_where=text("cleared_at IS NULL"),
    ),
    Index(None, "cleared_at"),
    sqlite_autoincrement=True,
)

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("kind", Name, nullable=False),
    Column("title", Name, nullable=False),
    Column("body", Name, nullable=False),
    Column("publisher", Name, nullable=False),
    Column("audience", Name, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("key", Name),  # by which its publisher names it, to change it or take it back
    Column("files", Json),  # those that belong to it, as `messages.workflow.File`
    Index(None, "audience", "id"),
    Index(None, "key", unique=True),
    sqlite_autoincrement=True,
)

attachments = Table(
    "attachments",
    metadata,
    Column("party", Name, primary_key=True),
    Column("digest", Name, primary_key=True),
    Column("size", BigKey, nullable=False),
    Column("media_type", Name, nullable=False),
    Column("name", Name, nullable=False),
    Column("state", Name, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "state", "created_at"),
    Index(None, "digest"),
)

attachment_uses = Table(
    "attachment_uses",
    metadata,
    Column("reader", Name, primary_key=True),  # a party's dxpId, a role, or * for everyone
    Column("digest", Name, primary_key=True),
    Column("owner", Name, primary_key=True),  # dxpId
    Column("holder", Name, primary_key=True),  # what names the file
    Index(None, "holder", "owner"),
    Index(None, "owner", "digest"),
    sqlite_with_rowid=False,
)

generation = Table(
    "generation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("value", BigKey, nullable=False),
)
