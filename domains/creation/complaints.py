"""What is wrong with a wish, by field, collected so that a person hears all of it at once."""

from access.errors import Invalid


class Complaints:
    """Fields within others are named as outer.inner, those in lists as `disks.0.volume`."""

    def __init__(self) -> None:
        self._by_field: dict[str, list[str]] = {}

    def add(self, field: str, text: str) -> None:
        texts = self._by_field.setdefault(field, [])
        if text not in texts:
            texts.append(text)

    def __bool__(self) -> bool:
        return bool(self._by_field)

    @property
    def by_field(self) -> dict[str, list[str]]:
        return {field: list(texts) for field, texts in self._by_field.items()}

    def raise_any(self) -> None:
        """Raises Invalid if there is a complaint."""
        if self._by_field:
            field, texts = next(iter(self._by_field.items()))
            raise Invalid(f"{field}: {texts[0]}", errors=self._by_field)
