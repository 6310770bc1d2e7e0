"""One window of Chromium on the product, that remembers whatever its console called an error."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.installation import PASSWORD

ARRIVES_WITHIN_MS = 20_000
_STATUS = re.compile(r"status of (\d{3})")

# Tells when the element's text first agrees with a pattern, by the clock of the whole machine.
_WHEN_IT_SAYS = """
(element, pattern) => new Promise((resolve) => {
  const wanted = new RegExp(pattern);
  const look = () => wanted.test(element.innerText) && (resolve(Date.now() / 1000), true);
  if (look()) return;
  const observer = new MutationObserver(() => look() && observer.disconnect());
  observer.observe(element, { subtree: true, childList: true, characterData: true });
})
"""


class Visit:
    """What a person does and sees on the product's pages."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        self._expected: set[tuple[int, str]] = set()
        self._words = {
            "net::ERR_NETWORK_CHANGED"
        }  # interfaces of this machine came or went, which is not the page
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def expects(self, status: int, path: str) -> None:
        """Chromium notes every refused request in its console: this one is what the test is about."""
        self._expected.add((status, path))

    def expects_words(self, words: str) -> None:
        """A library says them in the console as well, of what the test is about."""
        self._words.add(words)

    def go(self, path: str) -> None:
        self.page.goto(path)

    def sign_in(self, password: str = PASSWORD, *, username: str = "admin") -> None:
        self.page.get_by_label("User name").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def row(self, name: str) -> Locator:
        """The row of the object in the page's table."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("link", name=name, exact=True))

    def is_live(self) -> None:
        """Wait until changes arrive by themselves."""
        expect(self.page.locator("[data-live=live]")).to_be_visible()

    def menu(self, name: str) -> None:
        """Open the menu of an object's actions."""
        self.page.get_by_role("button", name=f"Actions of {name}").click()

    def choose(self, entry: str) -> None:
        self.page.get_by_role("menuitem", name=entry, exact=True).click()

    def rest(self) -> None:
        """Take the pointer off the page's table, where it would hold the rows still."""
        self.page.mouse.move(0, 0)

    def select_page(self) -> None:
        """Select every row that the table shows."""
        self.page.locator("thead").get_by_role("checkbox").click()

    def toast(self, text: str) -> Locator:
        return self.page.locator(".pf-v6-c-alert-group.pf-m-toast .pf-v6-c-alert", has_text=text)

    @contextmanager
    def hears_of(self, element: Locator, pattern: str) -> Iterator[list[float]]:
        """Fills the list at the block's end with the time at which the element's text agreed with the pattern."""
        heard: list[float] = []
        # Begun before the block, so that looking costs nothing while time is measured.
        element.evaluate(
            f"(element, pattern) => {{ window.heard = ({_WHEN_IT_SAYS})(element, pattern) }}", pattern
        )
        yield heard
        heard.append(float(self.page.evaluate("() => window.heard")))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type != "error":
            return
        status = _STATUS.search(message.text)
        path = urlsplit(message.location.get("url", "")).path
        if status and (int(status[1]), path) in self._expected:
            return
        if not any(words in message.text for words in self._words):
            self.errors.append(f"{message.text} ({path})")
