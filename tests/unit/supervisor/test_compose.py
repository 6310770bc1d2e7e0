"""docker-compose.yml and its neighbours: everything that they name is there."""

import importlib
import importlib.util
import os
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from access.identities.configuration import Ldap, Oidc
from ovirtlite import web

PROJECT = Path(__file__).resolve().parents[3]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
OURS = sorted(name for name, service in SERVICES.items() if service.get("image") == "ovirtlite")


GIVEN = {"OVIRTLITE_SECRET_KEY": "a key", "OVIRTLITE_ADMIN_PASSWORD": "a password"}


def argv(name: str) -> list[str]:
    command: list[str] = SERVICES[name]["command"]
    return command


def option(arguments: list[str], name: str) -> str:
    return arguments[arguments.index(name) + 1]


def test_every_part_of_the_product_is_there() -> None:
    assert OURS == ["beat", "console", "migrate", "nodewatch", "web", "worker", "worker-long"]
    assert set(SERVICES) - set(OURS) == {"nginx", "postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_a_services_command_is_a_module_that_there_is(name: str) -> None:
    python, dash_m, module, *_ = argv(name)
    assert (python, dash_m) == ("python", "-m")
    spec = importlib.util.find_spec(module)
    assert spec is not None
    if spec.submodule_search_locations is not None:
        assert importlib.util.find_spec(f"{module}.__main__") is not None


def test_the_web_service_serves_our_application() -> None:
    where = web.arguments().parse_args(argv("web")[3:])
    assert (where.host, where.port) == ("0.0.0.0", 8000)
    module, _, attribute = web.APPLICATION.partition(":")
    assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("name", ["worker", "worker-long", "beat"])
def test_celery_finds_its_app_and_knows_the_options(name: str) -> None:
    from celery.bin.celery import celery

    arguments = argv(name)[3:]
    app = importlib.import_module(option(arguments, "-A")).app
    command = arguments[2]
    celery.commands[command].make_parser(
        celery.make_context("celery", ["-A", "ovirtlite.celery", command])
    ).parse_args(arguments[3:])
    assert app.main == "ovirtlite"


def test_each_queue_that_a_task_goes_to_has_a_worker() -> None:
    served = {option(argv(name), "-Q") for name in ("worker", "worker-long")}
    assert served == {"lifecycle", "long"}


@pytest.mark.parametrize("name", ["worker", "worker-long", "nodewatch"])
def test_a_health_check_is_a_command_that_there_is(name: str) -> None:
    _, python, manage, command, role = SERVICES[name]["healthcheck"]["test"]
    assert (python, manage) == ("python", "manage.py")
    assert command in get_commands()
    assert role == ("nodewatch" if name == "nodewatch" else "worker")


def test_every_service_that_stays_has_a_health_check() -> None:
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {"migrate"}


class Asked(dict[str, str]):
    """An environment that notes what it was asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


def test_every_setting_can_be_given_to_it() -> None:
    provider = Asked(OVIRTLITE_OIDC_ISSUER="https://id.example", OVIRTLITE_OIDC_CLIENT_ID="ovirtlite")
    folder = Asked(OVIRTLITE_LDAP_URI="ldaps://ldap.example", OVIRTLITE_LDAP_USER_BASE="dc=example")
    Oidc.from_env(provider)
    Ldap.from_env(folder)
    listed = re.findall(r"^\| `(OVIRTLITE_[A-Z_]+)`", (PROJECT / "README.md").read_text(), re.MULTILINE)
    of_the_image = re.findall(r"(OVIRTLITE_[A-Z_]+)=", (PROJECT / "Dockerfile").read_text())
    # One is for folders of the machine itself, the other for who makes the first administrator.
    needless = {*of_the_image, "OVIRTLITE_LOCAL_ROOTS", "OVIRTLITE_ADMIN_PASSWORD"} - folder.names
    for name in OURS:
        missing = {*listed, *provider.names, *folder.names} - SERVICES[name]["environment"].keys() - needless
        assert missing == set(), name


def test_no_service_runs_as_root() -> None:
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert dockerfile.rindex("\nUSER ovirtlite\n") > dockerfile.rindex("\nFROM ")
    assert not any(SERVICES[name].get("user") or SERVICES[name].get("privileged") for name in OURS)


def test_docker_compose_accepts_the_file() -> None:
    program = shutil.which("docker-compose")
    assert program is not None, "install Debian's package docker-compose"
    done = subprocess.run(
        (program, "config"),
        cwd=PROJECT,
        env={**os.environ, **GIVEN},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(yaml.safe_load(done.stdout)["services"]) == set(SERVICES)


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_nothing_starts_without_its_secrets(missing: str) -> None:
    program = shutil.which("docker-compose")
    assert program is not None, "install Debian's package docker-compose"
    environment = {name: value for name, value in {**os.environ, **GIVEN}.items() if name != missing}
    done = subprocess.run(
        (program, "config"), cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert missing in done.stderr


def test_nginx_accepts_its_configuration(tmp_path: Path) -> None:
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "install Debian's package nginx-light"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ours = (PROJECT / "deploy" / "nginx.conf").read_text()
    (tmp_path / "ours.conf").write_text(ours.replace("listen 8080", f"listen 127.0.0.1:{port}"))
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}\n"
        f"http {{ client_body_temp_path {tmp_path}/body; proxy_temp_path {tmp_path}/proxy; "
        f"fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s; "
        f"include {tmp_path}/ours.conf; }}\n"
    )
    done = subprocess.run(
        (program, "-t", "-e", "stderr", "-c", tmp_path / "nginx.conf"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("location", ["/ws/", "/console/"])
def test_nginx_lets_sockets_through(location: str) -> None:
    text = (PROJECT / "deploy" / "nginx.conf").read_text()
    assert f"location {location}" in text
    assert "proxy_set_header Upgrade" in text
