"""Pages of what the house keeps of itself: the record, the access log, the letters."""

from applications.kernel.accesslog import AccessEntry
from applications.kernel.audit import AuditEntry
from applications.kernel.listpages import counted, exported, listed
from applications.kernel.web import page
from applications.notifications.models import Letter
from applications.portal.lists import ACCESS, OUTBOX, OUTBOX_WITHOUT_TEXT, RECORD, RECORD_OF_ACCOUNTS


def record_for(user):
    """The record as this person reads it: values and reasons of everything, or of accounts only."""
    return RECORD if user.has_perm("audit.values") else RECORD_OF_ACCOUNTS


def outbox_for(user):
    return OUTBOX if user.has_perm("outbox.text") else OUTBOX_WITHOUT_TEXT


@page("audit.view", "GET")
def audit(request):
    may = request.user.has_perm("audit.export")
    return listed(
        request, record_for(request.user), AuditEntry.objects.all(), "portal/audit.html", may_export=may
    )


@page("audit.view", "GET")
def audit_counts(request):
    return counted(request, record_for(request.user), AuditEntry.objects.all(), "portal:audit")


@page("audit.export", "GET", "POST")
def audit_export(request):
    """The record as a file. Whoever takes it reads the values; how it was narrowed stands in the access log."""
    return exported(
        request, record_for(request.user), AuditEntry.objects.all(), act="audit.export", address="portal:audit",
        name="record", of_each=False,
    )  # fmt: skip


@page("access.view", "GET")
def access(request):
    may = request.user.has_perm("access.export")
    return listed(request, ACCESS, AccessEntry.objects.all(), "portal/access.html", may_export=may)


@page("access.view", "GET")
def access_counts(request):
    return counted(request, ACCESS, AccessEntry.objects.all(), "portal:access")


@page("access.export", "GET", "POST")
def access_export(request):
    return exported(
        request, ACCESS, AccessEntry.objects.all(), act="access.export", address="portal:access", name="access-log",
        of_each=False,
    )  # fmt: skip


@page("outbox.view", "GET")
def letters(request):
    found = Letter.objects.visible_to(request.user)
    return listed(request, outbox_for(request.user), found, "portal/letters.html", seen="letter.list")


@page("outbox.view", "GET")
def letters_counts(request):
    found = Letter.objects.visible_to(request.user)
    return counted(request, outbox_for(request.user), found, "portal:letters")
