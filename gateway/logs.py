"""Structured logs: one JSON object a line, with message ids, and never a secret.

Knows how records of structlog, the standard library and Twisted become lines and what must not be in them;
refuses to know what is worth logging. Redaction works twice: by the field's name, and by the value's shape
for text that others wrote (an exception, a library's warning).
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO, cast

import structlog
from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent, globalLogBeginner

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"(passw|passphrase|secret|token|authorization|cookie|nonce|\bpin\b|_pin$|^pin_|\bpuk\b|private|p12|pkcs12)",
    re.IGNORECASE,
)
_SECRET_VALUE = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}"), rf"\1 {REDACTED}"),
    (re.compile(r"(://[^/\s:@]*):[^/\s@]+@"), rf"\1:{REDACTED}@"),
    (
        re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S),
        REDACTED,
    ),
    (
        re.compile(
            r"""(?ix)(["']?\b[a-z_]*(?:password|passphrase|token|secret)["']?\s*[=:]\s*["']?)[^\s"',;&}]+"""
        ),
        rf"\1{REDACTED}",
    ),
)
_LEVELS = {
    LogLevel.debug: logging.DEBUG,
    LogLevel.info: logging.INFO,
    LogLevel.warn: logging.WARNING,
    LogLevel.error: logging.ERROR,
    LogLevel.critical: logging.CRITICAL,
}


def redacted(value: Any) -> Any:
    """The value without secrets: mappings by their keys, text by its shape, everything else as it is."""
    if isinstance(value, str):
        for pattern, replacement in _SECRET_VALUE:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, bytes):
        return f"{len(value)} bytes"  # contents never: a message belongs to its party
    if isinstance(value, Mapping):
        return {
            key: REDACTED if isinstance(key, str) and _SECRET_NAME.search(key) else redacted(each)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each) for each in value]
    return value


def _redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    cleaned: dict[str, Any] = redacted(event)
    return cleaned


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send the records of structlog and the standard library to `stream` (default: standard error)."""
    threshold = getattr(logging, level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _redact,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for noisy in ("httpx", "httpcore", "alembic.runtime.migration"):
        logging.getLogger(noisy).setLevel(max(threshold, logging.WARNING))


def get(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; ids of messages are given as fields: `log.info("accepted", message=12, party=…)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def begin_twisted() -> None:
    """Let Twisted's own events, unhandled failures above all, take the same way. Once a process."""
    observer = cast(ILogObserver, _observe)  # a provider by its shape, which mypy cannot see
    globalLogBeginner.beginLoggingTo([observer], discardBuffer=True, redirectStandardIO=False)


def _observe(event: LogEvent) -> None:
    logger = logging.getLogger(event.get("log_namespace", "twisted"))
    level = _LEVELS.get(event.get("log_level", LogLevel.info), logging.INFO)
    failure = event.get("log_failure")
    trace = (failure.type, failure.value, failure.getTracebackObject()) if failure is not None else None
    logger.log(level, "%s", formatEvent(event), exc_info=trace)
