"""Domains made out of templates over the API, on a real node."""

from pathlib import Path

import pytest

from domains import services as verbs
from domains.models import Domain, Seed, Template
from domains.templates import services
from hypervisor.states import DomainAction
from hypervisor.xml.domain import read_domain
from tests.node.creating import Creator
from tests.node.site import MIB, Site, disk


@pytest.fixture
def creator(site: Site) -> Creator:
    return Creator(site)


@pytest.fixture
def template(site: Site) -> Template:
    original = site.guest(disk(site.volume("original", b"content").path), screen=True)
    result = site.done(services.make(by=site.by, name="small", domain_id=original.pk))
    made: Template = Template.objects.get(pk=result["template"])
    return made


def test_it_has_copies_of_its_disks_and_what_was_asked_for_otherwise(
    creator: Creator, template: Template
) -> None:
    site = creator.site
    body = {
        "name": "one",
        "template": str(template.pk),
        "title": "First",
        "memory_bytes": 40 * MIB,
        "vcpus": 2,
    }
    plan = creator.asked(200, plan=True, **body)
    assert plan["allowed"]
    assert 'passwd=""' in plan["xml"], "the password is nobody's to see"
    domain = Domain.objects.get(pk=creator.made(**body))
    assert (domain.state, domain.title, domain.vcpus, domain.memory_bytes) == (
        "running",
        "First",
        2,
        40 * MIB,
    )
    (made,) = domain.definition.disks
    assert Path(made["source"]).read_bytes().startswith(b"content")
    assert made["source"] != f"{site.folder}/original"
    secret = site.node.secret_definition(domain.pk)
    assert "firstpwd" not in secret
    assert 'passwd=""' not in secret
    assert read_domain(secret).graphics[0].type == "vnc"


def test_it_is_told_who_it_is(creator: Creator, template: Template) -> None:
    site = creator.site
    body = {
        "name": "told",
        "template": str(template.pk),
        "cloud_init": {"hostname": "told-so"},
        "start": False,
    }
    domain = Domain.objects.get(pk=creator.made(**body))
    seed = Seed.objects.get(pk=domain.pk)
    assert [(d["target"], d["readonly"]) for d in domain.definition.disks] == [("vda", False), ("vdb", True)]
    assert domain.definition.disks[1]["source"] == seed.path
    assert b"told-so" in Path(seed.path).read_bytes()
    assert "told-so" not in (domain.definition.inactive or "")
    # Whatever becomes of its file, the domain starts.
    Path(seed.path).unlink()
    site.done(verbs.request(DomainAction.START, domain.pk, by=site.by))
    assert len(read_domain(site.node.domain_xml(domain.pk).live or "").disks) == 1


def test_what_cannot_be_made_of_it(creator: Creator, template: Template) -> None:
    of_it = {"template": str(template.pk)}
    for body, fields in (
        ({"name": "x", "iso": str(template.pk), **of_it}, {"iso"}),
        ({"name": "x", "disks": [], **of_it}, {"disks"}),
        ({"name": "x", "template_version": 9, **of_it}, {"template_version"}),
        ({"name": "x", "memory_bytes": 2**46, **of_it}, {"memory_bytes"}),
        ({"name": "a/b", **of_it}, {"name"}),
    ):
        assert set(creator.refused(**body)) == fields, body
