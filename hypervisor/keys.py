"""Keys by name, and text as keystrokes on a US keyboard, as Linux' key codes (linux/input-event-codes.h)."""

from collections.abc import Iterable

MOST_AT_ONCE = 16  # VIR_DOMAIN_SEND_KEY_MAX_KEYS

_ROWS = (
    ("1234567890-=", "!@#$%^&*()_+", 2),
    ("qwertyuiop[]", "QWERTYUIOP{}", 16),
    ("asdfghjkl;'`", 'ASDFGHJKL:"~', 30),
    ("\\zxcvbnm,./", "|ZXCVBNM<>?", 43),
)
_SHIFT = 42
_NAMED = {
    "esc": 1, "backspace": 14, "tab": 15, "enter": 28, "leftctrl": 29, "leftshift": 42, "rightshift": 54,
    "kpasterisk": 55, "leftalt": 56, "space": 57, "capslock": 58, "numlock": 69, "scrolllock": 70, "kpenter": 96,
    "rightctrl": 97, "sysrq": 99, "rightalt": 100, "home": 102, "up": 103, "pageup": 104, "left": 105, "right": 106,
    "end": 107, "down": 108, "pagedown": 109, "insert": 110, "delete": 111, "mute": 113, "volumedown": 114,
    "volumeup": 115, "power": 116, "pause": 119, "leftmeta": 125, "rightmeta": 126, "compose": 127, "sleep": 142,
    "f11": 87, "f12": 88,
    **{f"f{number}": 58 + number for number in range(1, 11)},
    **{f"f{number}": 170 + number for number in range(13, 25)},
    "minus": 12, "equal": 13, "leftbrace": 26, "rightbrace": 27, "semicolon": 39, "apostrophe": 40, "grave": 41,
    "backslash": 43, "comma": 51, "dot": 52, "slash": 53,
}  # fmt: skip
_OTHER_WORDS = {
    "ctrl": "leftctrl", "control": "leftctrl", "alt": "leftalt", "shift": "leftshift", "meta": "leftmeta",
    "super": "leftmeta", "win": "leftmeta", "altgr": "rightalt", "escape": "esc", "return": "enter", "del": "delete",
    "ins": "insert", "pgup": "pageup", "pgdn": "pagedown", "print": "sysrq", "printscreen": "sysrq",
}  # fmt: skip
_CHARACTERS: dict[str, tuple[int, ...]] = {
    " ": (57,), "\n": (28,), "\t": (15,),
    **{plain: (first + index,) for row, _, first in _ROWS for index, plain in enumerate(row)},
    **{shown: (_SHIFT, first + index) for _, row, first in _ROWS for index, shown in enumerate(row)},
}  # fmt: skip
_BY_NAME: dict[str, int] = {
    **_NAMED,
    **{word: _NAMED[name] for word, name in _OTHER_WORDS.items()},
    **{
        key: codes[0]
        for key, codes in _CHARACTERS.items()
        if len(codes) == 1 and key.isprintable() and key != " "
    },
}


def names() -> tuple[str, ...]:
    """Every name that `code` knows."""
    return tuple(sorted(_BY_NAME))


def code(name: str) -> int | None:
    """The code of a key: `ctrl`, `f2`, `a`, `KEY_DELETE`; None for a word that is none."""
    return _BY_NAME.get(name.strip().lower().removeprefix("key_"))


def keystrokes(text: str) -> tuple[tuple[int, ...], ...]:
    """What to press, one after the other. Raises KeyError for a character that `untypable` names."""
    return tuple(_CHARACTERS[character] for character in _lines(text))


def untypable(text: str) -> tuple[str, ...]:
    """The characters that a US keyboard has no keys for, each once, in order."""
    return tuple(dict.fromkeys(character for character in _lines(text) if character not in _CHARACTERS))


def _lines(text: str) -> Iterable[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n")
