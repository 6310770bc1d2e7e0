"""Domains and all that is made of them: templates, backups, schedules, the recycle bin."""

from tests.unit.permissions.rules import EVERYBODY, Table, all_of

_D, _T, _B = "domains/<uuid:pk>/", "templates/<uuid:pk>/", "deleted-domains/<uuid:pk>/"
_K, _S = "backups/<uuid:pk>/", "schedules/<uuid:pk>/"

TABLE: Table = {
    **{
        ("post", f"{_D}{verb}/"): f"domain.{verb}"
        for verb in ("start", "shutdown", "reboot", "reset", "destroy", "suspend", "resume", "save", "restore",
                     "migrate", "undefine", "console", "export")
    },
    **{
        ("get", f"{_D}{what}"): "domain.read"
        for what in ("", "devices/", "disks/", "interfaces/", "hardware/", "guest/", "snapshots/",
                     "snapshots/<str:name>/", "stats/", "stats/history/", "backups/")
    },
    **{
        ("get", f"{_D}{what}"): "domain.read_xml"
        for what in ("xml/", "revisions/", "revisions/<int:number>/", "revisions/diff/")
    },
    **{
        (method, f"{_D}{what}"): "domain.edit"
        for method, what in (
            ("patch", ""), ("post", "rename/"),
            ("post", "devices/"), ("patch", "devices/<str:key>/"), ("delete", "devices/<str:key>/"),
            ("post", "disks/"), ("patch", "disks/<str:target>/"), ("delete", "disks/<str:target>/"),
            ("post", "interfaces/"), ("patch", "interfaces/<str:mac>/"), ("delete", "interfaces/<str:mac>/"),
        )
    },
    **{("post", f"{_D}guest/{verb}/"): "domain.guest" for verb in ("freeze", "thaw", "password", "set-time")},
    **{("post", f"{_D}{verb}/"): "domain.console" for verb in ("send-keys", "type")},
    ("post", f"{_D}clone/"): all_of("domain.clone", "domain.create"),
    ("get", f"{_D}console.vv"): "domain.console",
    ("get", f"{_D}screenshot/"): "domain.console",
    ("delete", _D): "domain.undefine",
    ("put", f"{_D}xml/"): "domain.edit_xml",
    ("post", f"{_D}xml/check/"): "domain.edit_xml",
    ("post", f"{_D}revisions/<int:number>/rollback/"): "domain.edit_xml",
    ("post", f"{_D}backups/"): "domain.backup",
    ("post", f"{_D}disks/<str:target>/move/"): "domain.edit",
    ("post", f"{_D}snapshots/"): "domain.snapshot",
    ("patch", f"{_D}snapshots/<str:name>/"): "domain.snapshot",
    ("delete", f"{_D}snapshots/<str:name>/"): "domain.snapshot",
    ("post", f"{_D}snapshots/<str:name>/revert/"): "domain.revert",
    ("get", "domains/"): "domain.read",
    ("post", "domains/"): "domain.create",
    ("post", "domains/bulk/"): "domain.start",
    ("post", "domains/import/"): all_of("domain.create", "host.read", "pool.read"),
    ("get", "domains/creation-options/"): "domain.create",
    ("get", "templates/"): "template.read",
    ("post", "templates/"): "template.manage",
    ("get", _T): "template.read",
    ("patch", _T): "template.manage",
    ("delete", _T): "template.manage",
    ("post", f"{_T}versions/"): "template.manage",
    ("delete", f"{_T}versions/<int:number>/"): "template.manage",
    ("get", "deleted-domains/"): "domain.read",
    ("get", _B): "domain.read",
    ("delete", _B): "domain.undefine",
    ("post", f"{_B}restore/"): "domain.undefine",
    ("get", "backups/"): "domain.read",
    ("get", _K): "domain.read",
    ("post", f"{_K}verify/"): "domain.backup",
    ("post", f"{_K}restore/"): all_of("domain.backup", "domain.create"),
    ("delete", _K): "domain.backup",
    ("get", "schedules/"): "domain.read",
    ("post", "schedules/"): "domain.backup",
    ("get", _S): "domain.read",
    ("patch", _S): "domain.backup",
    ("post", f"{_S}run/"): "domain.backup",
    ("delete", _S): "domain.backup",
    ("get", "tags/"): "domain.read",
    ("get", "tags/<uuid:pk>/"): "domain.read",
    ("get", "me/quotas/"): EVERYBODY,
    **{
        (method, f"quotas/{at}"): "quota.manage"
        for method, at in (("get", ""), ("post", ""), ("get", "<uuid:pk>/"), ("patch", "<uuid:pk>/"),
                           ("delete", "<uuid:pk>/"))
    },
}  # fmt: skip
