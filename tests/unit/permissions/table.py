"""Which permission each route of the API takes. One table for all apps, in a file an app.

A new route is one line, in the file of its app (of_access, of_hosts, of_storage, of_networks, of_domains):

    ("post", "domains/<uuid:pk>/freeze/"): "domain.guest",

or a named rule of rules.py instead of the permission: EVERYBODY, any_of(…), all_of(…). If an empty body would be
refused before anybody asks for the permission, its body gets a line in `bodies` of world.py as well. Without its line
test_roles fails, and names it.
"""

from django.urls import resolve

from tests.unit.api.test_routes import _api_routes, _path
from tests.unit.permissions import of_access, of_domains, of_hosts, of_networks, of_storage
from tests.unit.permissions.rules import Route, Table

TABLE: Table = {
    **of_access.TABLE,
    **of_hosts.TABLE,
    **of_storage.TABLE,
    **of_networks.TABLE,
    **of_domains.TABLE,
}
_METHODS = ("get", "head", "post", "put", "patch", "delete")


def routes() -> set[Route]:
    """Every method of every route that there is, and asks who one is."""
    found = set()
    for route in _api_routes():
        view = resolve(_path(route)).func
        named = getattr(view, "actions", None)
        if named is None:
            of = getattr(view, "cls", None) or view.view_class  # type: ignore[attr-defined]
            named = [method for method in _METHODS if hasattr(of, method)]
        short = route.removeprefix("api/v1/")
        # Django answers HEAD by GET wherever no view does it otherwise.
        found |= {(method, short) for method in named if method != "head" or "get" not in named}
    return found
