"""How a form of the builder is written: saved, compared with what somebody else saved meanwhile, or only shown as firms would see it."""

from crispy_forms.layout import HTML
from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from applications.calls import tree
from applications.calls.models import Call, Part, Question, RequiredPaper
from applications.kernel.errors import Refused
from applications.kernel.sections import stale
from applications.kernel.web import seen


def write(request, call, section, form_of, act, **facts):
    """Show a form, or do what it says and go on; a refusal keeps what was typed beside what is there now.

    form_of: makes the form from (data, call); act: does it, given the form and the version it was loaded with, and returns
    the piece that it made or changed, of the kind `name`, where the page goes on then. The button Preview shows what firms would see.
    """
    if call.published_at and request.method != "POST":  # who typed meanwhile is told
        return redirect("calls:manage", key=call.key)
    form, status = form_of(request.POST or None, call), 200
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            if "preview" in request.POST:
                facts["shown"] = _as_if_saved(request, call, lambda: act(form, version))
            else:
                made = act(form, version)
                messages.success(request, _("Saved."))
                piece = f"#{facts['name']}-{tree.place_of(facts['name'], made)}" if made else ""
                return redirect(facts["after"] + piece)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
            facts["differences"] = _compare(call, section, form, form_of, version)
    facts |= {"call": call, "form": form, "section": section}
    return render(request, "calls/section.html", facts, status=status)


def _as_if_saved(request, call, act):
    """The page that firms would see if this were saved: it is saved, looked at and taken back."""
    with transaction.atomic():
        shown = seen(request, _preview_of(call, act()))
        transaction.set_rollback(True)
    return shown.content.decode()


def _preview_of(call, piece):
    """Where firms would see what was saved of a call: in the application, else in the notice."""
    match piece:
        case Part() if piece.questions.exists():  # one that asks nothing yet is no page of the application
            section = piece.slug
        case Question():
            section = piece.part.slug
        case RequiredPaper() if piece.section != "bonus":  # a section that only calls with a bonus have
            section = piece.section
        case Part():
            return reverse("intake:call_preview", args=[call.key])
        case _:
            return reverse("calls:preview", args=[call.key])
    return reverse("intake:section_preview", args=[call.key, section])


def _compare(call, section, form, form_of, version):
    """[(label, what is saved, what was typed)] where a stale form differs; the next save is made in full sight."""
    now = Call.objects.select_related("programme").get(pk=call.pk)
    if now.published_at or not stale(now, [section], version=version):
        return []
    form.data = form.data.copy()
    form.data["version"] = now.version
    form.helper.layout.insert(0, HTML('{% include "parts/_differences.html" %}'))
    fresh = form_of(None, now)
    return [
        (field.label, in_words(fresh[name], fresh[name].value()), in_words(form[name], form[name].data))
        for name, field in fresh.fields.items()
        if not field.widget.is_hidden
        and name in form.fields
        and field.has_changed(fresh.get_initial_for_field(field, name), form[name].data)
    ]


def in_words(bound, value):
    """The value of a field as people read it: choices by their words, instants on the Korean clock."""
    if isinstance(value, list | tuple) or hasattr(value, "model"):
        return ", ".join(in_words(bound, one) for one in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    words = {str(code): str(label) for code, label in getattr(bound.field, "choices", ())}
    plain = bound.field.prepare_value(value)
    text = bound.field.widget.format_value(plain) if hasattr(bound.field.widget, "format_value") else plain
    return words.get(str(plain), "" if plain is None else str(text if not isinstance(text, list) else plain))
