"""What a line of the table says of a route: one permission, or a rule that has a name."""

from collections.abc import Callable
from dataclasses import dataclass

from access.permissions import PERMISSIONS

Route = tuple[str, str]  # the method, and the route below /api/v1/


@dataclass(frozen=True)
class Rule:
    """Who may, by the set of permissions that they have everywhere."""

    name: str
    may: Callable[[frozenset[str]], bool]


def any_of(*names: str) -> Rule:
    assert set(names) <= set(PERMISSIONS)
    return Rule(" or ".join(names), lambda held: bool(held & set(names)))


def all_of(*names: str) -> Rule:
    assert set(names) <= set(PERMISSIONS)
    return Rule(" and ".join(names), lambda held: held >= set(names))


# Whoever is signed in: it concerns themselves alone, or says of each object only what they may see.
EVERYBODY = Rule("everybody", lambda held: True)

# Whoever gave a password a moment ago: nobody who is signed in, nor a stranger.
SIGNING_IN = Rule("between the two steps of signing in", lambda held: False)

Table = dict[Route, "str | Rule"]


def permitted(rule: str | Rule, held: frozenset[str]) -> bool:
    if isinstance(rule, str):
        assert rule in PERMISSIONS, rule
        return rule in held
    return rule.may(held)


def said(rule: str | Rule) -> str:
    return rule if isinstance(rule, str) else rule.name
