"""The page of one form: what it says is done, or it is shown again with why not and all that was typed."""

from django.contrib import messages
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _

from applications.kernel.errors import Refused

PAGE = "parts/form_page.html"  # heading, and if wanted a hint and back, the address of the page before


def asked(request, form, act, *, after=None, back=None, said="", template=PAGE, **shown):
    """Do what the form says and go on, or show it: with 409 and the reasons where it was refused.

    act: takes what the form holds, and may return what it has made; after: where it leads, as `redirect` takes it, or a
    tuple of a name and its key; none: to what was made. back: the same, where somebody goes who does nothing; none: there too.
    said: the message then; shown: what the template needs beside the form.
    """
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            made = act(**form.cleaned_data)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(request, said or _("It is done and recorded."))
            return redirect(*after) if isinstance(after, tuple) else redirect(after or made)
    back = back or after
    if back:
        back = resolve_url(*back) if isinstance(back, tuple) else resolve_url(back)
    return render(request, template, {"form": form, "back": back, **shown}, status=status)
