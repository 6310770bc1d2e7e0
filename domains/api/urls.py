"""Routes of domains."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from domains.api import inside
from domains.api.backups import BackupViewSet
from domains.api.deleted import DeletedDomainViewSet
from domains.api.exchange import ApplianceViewSet
from domains.api.quotas import OwnQuotasView, QuotaViewSet
from domains.api.schedules import ScheduleViewSet
from domains.api.storage_report import StorageReportView
from domains.api.tags import TagViewSet
from domains.api.templates import TemplateViewSet
from domains.api.views import DomainViewSet

router = SimpleRouter(use_regex_path=False)
router.register("domains", DomainViewSet, basename="domain")
router.register("deleted-domains", DeletedDomainViewSet, basename="deleted-domain")
router.register("backups", BackupViewSet, basename="backup")
router.register("quotas", QuotaViewSet, basename="quota")
router.register("schedules", ScheduleViewSet, basename="schedule")
router.register("tags", TagViewSet, basename="tag")
router.register("templates", TemplateViewSet, basename="template")
urlpatterns = [
    path(
        "templates/<uuid:pk>/versions/<int:number>/",
        TemplateViewSet.as_view({"delete": "remove_version"}, detail=True, basename="template"),
        name="template-version",
    ),
    path(
        "domains/<uuid:pk>/console.vv",
        DomainViewSet.as_view({"get": "console_vv"}, detail=True, basename="domain"),
        name="domain-console-vv",
    ),
    path(
        "volumes/<uuid:pk>/appliance/",
        ApplianceViewSet.as_view({"post": "inspect"}, detail=True, basename="volume"),
        name="volume-appliance",
    ),
    path("me/quotas/", OwnQuotasView.as_view(), name="me-quotas"),
    path("storage-report/", StorageReportView.as_view(), name="storage-report"),
    *inside.urlpatterns,
    *router.urls,
]
