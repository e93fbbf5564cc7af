"""What the terminal's commands say, in English and Chinese, one entry a sentence.

Knows the two languages and how a locale names them; refuses to know when a sentence is said. An entry's
placeholders are the same in both languages; `say` fills them.
"""

from __future__ import annotations

from collections.abc import Mapping

from messages.visible import plain
from terminals.sentences import Sentences, attachments, commands, devices, exchange, folder, host, work

LANGUAGES = ("en", "zh")
_SENTENCES: Sentences = {
    **commands.SENTENCES,
    **exchange.SENTENCES,
    **devices.SENTENCES,
    **host.SENTENCES,
    **folder.SENTENCES,
    **work.SENTENCES,
    **attachments.SENTENCES,
}


def language(environ: Mapping[str, str], chosen: str | None = None) -> str:
    """'zh' or 'en': what was chosen, else EPORT_LANG, else the locale's variables in POSIX order."""
    for value in (chosen, *(environ.get(name) for name in ("EPORT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(lang: str, key: str, /, **values: object) -> str:
    """The sentence `key` in `lang`, its placeholders filled; raises KeyError for a sentence there is not.

    A value may be what a stranger chose, such as a device's name: it moves nobody's cursor.
    """
    english, chinese = _SENTENCES[key]
    shown = {name: plain(value, "\n") if isinstance(value, str) else value for name, value in values.items()}
    return (chinese if lang == "zh" else english).format(**shown)
