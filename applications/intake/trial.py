"""The application that a call in preparation would ask for, as firms will see it; nothing of it is kept."""

from django.http import Http404
from django.shortcuts import render

from applications.calls.models import Call
from applications.calls.queries import demand
from applications.calls.rules import is_for
from applications.firms.models import Firm
from applications.intake import answers, rules
from applications.intake.models import Application
from applications.intake.writing import PANELS, beside, section_form, titles
from applications.kernel.web import fetch, framed, page


@page("call.view", "GET")
def call_preview(request, key):
    """The sections of the application, from the first to the last."""
    call = fetch(request, Call, key=key, related=("programme",))
    facts = {"call": call, "sections": titles(call).items()}
    return framed(render(request, "intake/call_preview.html", facts))


@page("call.view", "GET")
def section_preview(request, key, name):
    """One section, empty, with its questions, hints and conditions; there is nothing to save it with.

    track: of the firm, in the query; where it is none, the questions to all tracks stand there.
    """
    call = fetch(request, Call, key=key, related=("programme",))
    names = rules.sections(call)
    if name not in names:
        raise Http404
    facts = {"call": call, "name": name, "title": titles(call)[name], "sections": titles(call).items()}
    track = request.GET.get("track", "")
    track = track if track in Firm.Track.values else ""
    facts["wanted"] = [(paper, demand(paper)) for paper in call.papers_in(name) if is_for(paper, track)]
    if name != "papers":
        nobody = Application(pk=0, call=call, firm=Firm(size=Firm.Size.SMALL, track=track))  # no row has it
        nobody.answers = answers.all_asked(call, name)
        if any(question.tracks for question in call.asked):
            facts |= {"track": track, "tracks": Firm.Track.choices}
        form, _saved = section_form(None, nobody, name)
        form.helper.form_tag = False
        form.helper.layout.fields.pop()  # its button
        facts |= {"form": form, **beside(form, nobody, name), "application": nobody}
        facts["panel"] = PANELS.get(name)
        facts["faults"] = []
    return framed(render(request, "intake/section_preview.html", facts))
