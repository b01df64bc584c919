"""Pages of the sections of a draft, saved while they are written; how two texts of one are compared."""

from collections import Counter

from crispy_forms.layout import HTML
from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from applications.intake import (
    actions,
    answers,
    budget,
    challenge,
    coming,
    consortium,
    differences,
    rules,
    typed,
)
from applications.intake.actions import partners
from applications.intake.claiming import ClaimsForm
from applications.intake.fields import INSTITUTION, shown
from applications.intake.forms import (
    DEMAND,
    MoneyForm,
    PartnersForm,
    ProjectForm,
)
from applications.intake.models import Application
from applications.intake.models.partners import Partner
from applications.intake.plan_forms import PlanForm
from applications.intake.pledging import PledgeForm
from applications.intake.queries import content_of
from applications.intake.uploading import uploads_of
from applications.kernel import clock
from applications.kernel.errors import Refused
from applications.kernel.sections import stale
from applications.kernel.taxonomy import IndustryField, RootTechnology
from applications.kernel.web import fetch, page

RELATED = ("call__programme", "firm", "field")
TITLES = {
    "project": gettext_lazy("The plan in short"),
    "money": gettext_lazy("Costs and shares"),
    "partners": gettext_lazy("Partners"),
    "bonus": gettext_lazy("Bonus"),
    "papers": gettext_lazy("Papers"),
    "pledges": gettext_lazy("Pledges and consents"),
}


def titles(call):
    """{section: title} of an application to this call, in order."""
    parts = {question.part.slug: question.part.title for question in call.asked}
    own = TITLES if call.is_rnd else TITLES | {"partners": _("Demand company")}
    return {name: parts.get(name) or own[name] for name in rules.sections(call)}


def steps(application):
    """[(section, title, how many gaps it has, whether it is optional and nothing is written in it)] of a draft, in order."""
    gaps = Counter(gap.section for gap in rules.missing(application))
    written = application.section_versions
    return [
        (name, title, gaps[name], not gaps[name] and name not in written and name != "papers")
        for name, title in titles(application.call).items()
    ]


@page("application.edit", "GET", "POST")
def section(request, key, name):
    """One section, written as a form of its own; "Save and continue" leads to the next."""
    application = fetch(request, Application.objects.with_steps(), key=key, related=RELATED)
    if application.status != "draft" and request.method != "POST":  # who typed meanwhile is told
        return redirect(application)
    form, saved = section_form(request.POST or None, application, name)
    status, rows = 200, []
    if form.is_bound and (form.is_valid() or "version" in form.cleaned_data):
        parts, version = saved(form), form.cleaned_data["version"]
        try:
            version = actions.edit(
                application, by=request.user, now=request.arrived_at, version=version, **parts
            )
        except Refused as refusal:
            refusal.show_on(form)
            status, rows = 409, compare(application, form, parts, version)
        else:
            if form.is_valid():
                return saved_well(request, form, application, name)
            if form.keeps_all:
                messages.info(
                    request, _("What you typed is kept. What is marked is to be mended before you submit.")
                )
            go_on_from(form, version)
            application = fetch(request, Application.objects.with_steps(), key=key, related=RELATED)
    over = coming.over(application, now=clock.now())
    if over:
        form.helper.form_method = "get"  # nothing is sent: it has no button, and shows what a tab still keeps
        form.helper.layout.fields.pop()
    names = rules.sections(application.call)
    papers = application.call.papers_in(name)
    uploads = uploads_of(application, papers) if papers else {"papers": ()}
    return render(
        request,
        "intake/section.html",
        {
            **beside(form, application, name),
            **uploads,
            "papers_beside": [row for row in uploads["papers"] if not row[0].question_id],
            "application": application,
            "form": form,
            "panel": PANELS.get(name),
            "name": name,
            "title": titles(application.call)[name],
            "steps": steps(application),
            "previous": names[names.index(name) - 1] if name != names[0] else None,
            "over": over,
            "differences": rows,
            "now": clock.now(),
        },
        status=status,
    )


def saved_well(request, form, application, name):
    """Say so, and lead on."""
    if kept := getattr(form, "kept", ()):
        said = _("No longer asked, but kept as you typed it: %(questions)s.")
        messages.info(request, said % {"questions": ", ".join(kept)})
    messages.success(request, _("Saved."))
    if name == "partners":
        ask_partners(request, application)
    return redirect(following(application, name))


PANELS = {"money": "intake/_computed.html", "partners": "intake/_asked.html"}


def beside(form, application, name):
    """What stands beside what is typed in a section and follows it: the faults, and the facts of its panel."""
    unfit = [] if form.is_bound else [gap for gap in typed.gaps(application) if gap.section == name]
    if name == "project" and not form.is_bound:  # what was typed has its errors beside it
        unfit += rules.closed_field(application.call, application.field)
    if name not in PANELS:
        return {"faults": [(fault.field, fault) for fault in unfit]}
    others = consortium.of(application)
    if name == "money":
        plan, size, ceiling = (
            budget.Plan(application.budget),
            application.firm.size,
            application.call.ceiling_krw,
        )
        faults = budget.faults(plan, size, ceiling, others.shares)
        figures = budget.figures(plan, size, ceiling, others.shares) if plan.has_costs else []
        facts = {"plan": plan, "figures": figures}
        form.say(faults)
        facts["rows"] = form.rows(plan)
    else:
        faults = others.faults()
        present = set(application.documents.values_list("paper__code", flat=True)) if others.named else ()
        facts = {
            "states": others.states(present),
            "shares": others.rows_of_shares(),
            "sums": budget.Plan(application.budget),
        }
        form.say(faults)
    return facts | {"faults": [(form.at(fault.field), fault) for fault in (*unfit, *faults)]}


def live(request, form, application, name):
    """The same for a page that saves while it is written: {"said": {field: sentence}, "live": {place: markup}}."""
    if name not in PANELS:
        return {"said": getattr(form, "said", {}), "live": {"faults": ""}}
    for part, value in form.parts().items():
        setattr(application, part, value)
    facts = beside(form, application, name) | {"application": application}
    places = {"faults": "intake/_faults.html", "panel": PANELS[name]}
    return {
        "said": {field: str(fault) for field, fault in reversed(facts["faults"])},
        "live": {place: render_to_string(template, facts, request) for place, template in places.items()},
    }


def ask_partners(request, application):
    """Who is named is asked when the section is saved by hand; saving while writing asks nobody."""
    try:
        asked = partners.ask(application, by=request.user, now=request.arrived_at)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return
    here = ", ".join(partner.name for partner in asked if partner.firm_id)
    elsewhere = ", ".join(partner.name for partner in asked if not partner.firm_id)
    if here:
        messages.info(request, _("Asked to confirm in their own account: %(names)s.") % {"names": here})
    if elsewhere:
        said = _("Not registered here, so please upload a letter: %(names)s.")
        messages.warning(request, said % {"names": elsewhere})


def following(application, name):
    """Where "Save and continue" leads: the next section, and after the last the whole to be checked."""
    names = rules.sections(application.call)
    for after in names[names.index(name) + 1 :]:
        return reverse("intake:section", args=[application.key, after])
    return reverse("intake:check", args=[application.key])


@page("application.edit", "POST")
def autosave(request, key, name):
    """Save a section while it is written; answers JSON.

    200: {"version", "at" (KST), "errors": {name of a field: [sentences]}, "kept": whether all that has an error is kept as it
    was typed (intake/typed.py)}, and what `live` says.
    409: {"error", "stale"}: too late, or saved elsewhere meanwhile; nothing is changed.
    """
    application = fetch(request, Application, key=key, related=["call__programme", "firm"])
    form, saved = section_form(request.POST, application, name)
    form.is_valid()
    version = form.cleaned_data.get("version")
    if version is None:
        return JsonResponse({"error": _("Please load this page again."), "stale": False}, status=409)
    try:
        version = actions.edit(
            application, by=request.user, now=request.arrived_at, version=version, **saved(form)
        )
    except Refused as refusal:
        stale = application.status == "draft" and not rules.late_for(application, now=request.arrived_at)
        return JsonResponse({"error": str(refusal), "stale": stale}, status=409)
    at = clock.now().astimezone(clock.KST).strftime("%H:%M:%S")
    more = live(request, form, application, name)
    found = {"version": version, "at": at, "errors": form.errors, "kept": form.keeps_all}
    return JsonResponse(found | more)


def compare(application, form, parts, version):
    """[(label, what is saved, what was typed)] where these parts, typed on a stale page, differ; the next save is made in full sight."""
    current = Application.objects.select_related(*RELATED).get(pk=application.pk)
    sections = rules.sections_of(application.call, parts)
    if not stale(current, sections, version=version):
        return []
    go_on_from(form, current.version)
    form.helper.layout.insert(
        0, HTML('{% include "parts/_differences.html" %}')
    )  # below the summary of errors
    stands, sent = {}, lines(current, plainly(parts))
    for name in sections:
        stands |= lines(current, content_of(current, name))
    return [
        (label, stands.get(label, ""), text) for label, text in sent.items() if stands.get(label, "") != text
    ]


def go_on_from(form, version):
    """Let what was typed be saved again, from this version on."""
    form.data = form.data.copy()
    form.data["version"] = version


def plainly(parts):
    """Parts of a draft as the content of a section: rows become their codes again."""
    content = dict(parts)
    if "typed" in content:
        content["typed"] = {
            field: unfit for fields in parts["typed"].values() for field, unfit in fields.items()
        }
    if "technologies" in content:
        content["technologies"] = sorted(technology.code for technology in content["technologies"])
        content["field"] = content["field"].code if content["field"] else None
    return content


def changes(application, before, after):
    """[(label, pieces)] of what differs between two contents of one section."""
    old, new = lines(application, before), lines(application, after)
    return [
        (label, differences.pieces(old.get(label, ""), text))
        for label, text in new.items()
        if old.get(label, "") != text
    ]


def lines(application, content):
    """{label: words} of the content of a section."""
    asked = {question.code: question for question in application.call.asked}
    labels = {
        question.label: answers.in_words(question, content["answers"].get(code))
        for code, question in asked.items()
        if code in content.get("answers", ())
    }
    for code, pledge in rules.PLEDGES.items() if "consents" in content else ():
        labels[str(pledge)] = _("Yes") if content["consents"].get(code) else _("No")
    for name, value in content.items():
        match name:
            case "answers" | "consents":
                continue
            case "typed":
                found = typed.labels(application.call)
                labels |= {
                    typed.as_typed(found.get(field, field)): typed.in_words(text)
                    for field, (text, _over) in value.items()
                }
            case "claims":
                labels |= {item.name: value.get(str(item.pk), "–") for item in application.call.bonus_items}
            case "budget":
                labels |= {budget.label(cell): shown(value.get(cell)) for cell in budget.CELLS}
            case "institutions":
                rows = [" · ".join(shown(cell) for cell in in_order(row)) for row in value]
                labels[_("Joint and subcontracted institutions")] = "\n".join(rows)
            case "challenge":
                labels[_("Reviewers to be excluded")] = " · ".join(
                    value.get(part, "–") for part in challenge.PARTS if value
                )
            case "demand":
                labels[_("Demand company")] = " · ".join(value.get(column, "–") for column in DEMAND if value)
            case _:
                labels[Application._meta.get_field(name).verbose_name] = in_words(name, value)
    return labels


def in_order(row):
    """The cells of an institution as people read them."""
    words = {"part": dict(Partner.Part.choices), "size": dict(budget.SIZES)}
    for column, _label, _kind in INSTITUTION:
        value = row.get(column, "–")
        yield str(words.get(column, {}).get(value, value))


def in_words(name, value):
    """A part of a draft that is no answer, as people read it."""
    match value:
        case None:
            return ""
        case list():
            return ", ".join(str(one) for one in RootTechnology.objects.filter(code__in=value))
        case int():
            return f"{value:,}"
    return str(IndustryField.objects.get(code=value)) if name == "field" else value


def section_form(data, application, name):
    """The form of a section, and how its cleaned data is handed to actions.edit. Raises 404 where there is none."""
    unfit = {field: text for field, (text, _over) in application.typed.get(name, {}).items()}
    initial = {"version": application.version, **unfit}

    def kept(parts):
        return lambda form: {**parts(form), "typed": {name: form.typed}}

    def without_version(form):
        return {key: value for key, value in form.cleaned_data.items() if key != "version"}

    parts = {question.part.slug: question.part for question in application.call.asked}
    match name:
        case "project":
            return ProjectForm(data, instance=application, initial=initial), kept(without_version)
        case "money" if application.call.is_rnd:
            return MoneyForm(data, application=application, initial=initial), kept(MoneyForm.parts)
        case "partners":
            return PartnersForm(data, application=application, initial=initial), kept(PartnersForm.parts)
        case "bonus" if application.call.bonus_items:
            return ClaimsForm(data, application=application, initial=initial), kept(ClaimsForm.parts)
        case "pledges":
            return PledgeForm(data, application=application, initial=initial), kept(PledgeForm.parts)
        case _ if name in parts:
            questions = [question for question in application.call.asked if question.part == parts[name]]
            form = PlanForm(data, application=application, questions=questions, initial=initial)
            return form, kept(lambda form: {"answers": form.answers})
    raise Http404
