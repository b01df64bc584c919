"""Pages of what the house keeps of itself: the record, the access log, the letters."""

from applications.kernel.listpages import exported, listed
from applications.kernel.web import page
from applications.portal.lists import ACCESS, outbox_for, record_for


@page("audit.view", "GET")
def audit(request):
    return listed(request, record_for(request.user), "portal/audit.html", seen="record.list")


@page("audit.export", "GET", "POST")
def audit_export(request):
    """The record as a file. Whoever takes it reads the values; how it was narrowed stands in the access log."""
    return exported(request, record_for(request.user))


@page("access.view", "GET")
def access(request):
    return listed(request, ACCESS, "portal/access.html")


@page("access.export", "GET", "POST")
def access_export(request):
    return exported(request, ACCESS)


@page("outbox.view", "GET")
def letters(request):
    return listed(request, outbox_for(request.user), "portal/letters.html", seen="letter.list")


@page("outbox.export", "GET", "POST")
def letters_export(request):
    """The letters as a file. Whoever takes it reads what they are about; their texts are in none."""
    return exported(request, outbox_for(request.user))
