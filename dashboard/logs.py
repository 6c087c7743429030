"""One shape for every log line: time, level, event, fields. Secrets never reach a field (see `rooms.hms.errors`)."""

import re

import structlog
from structlog.typing import EventDict, WrappedLogger

# What is behind a link for a new password must not be read in a log, whoever wrote the line.
_token = re.compile(r"(/accounts/password/new/[\w-]+/)[\w-]+")
_shared: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
_line = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"], drop_missing=True)


def render(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """The last step of a log line, for structlog's records and for those of libraries alike."""
    event = structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, name, event)
    return _token.sub(r"\1…", str(_line(logger, name, event)))


def formatter() -> structlog.stdlib.ProcessorFormatter:
    """For LOGGING: lines of other libraries get the time, level and name that ours have."""
    foreign: list[structlog.typing.Processor] = [*_shared, structlog.processors.format_exc_info]
    return structlog.stdlib.ProcessorFormatter(processors=[render], foreign_pre_chain=foreign)


def configure() -> None:
    """Send structlog through the standard library, so that one handler and one format serve all."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
