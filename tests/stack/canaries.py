"""Words that stand nowhere else, given as secrets: whoever finds one where it must not be has found a leak."""

from secrets import token_hex
from urllib.parse import quote

from tests.installation import PASSWORD


class Canaries:
    """What was told, by what it is."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {"the administrator's password": PASSWORD}

    def new(self, what: str, length: int = 32) -> str:
        return self.note(what, token_hex(16)[:length])

    def note(self, what: str, word: str) -> str:
        self.words[what] = word
        return word

    def found_in(self, text: str) -> set[str]:
        return {what for what, word in self.words.items() if word in text or quote(word) in text}
