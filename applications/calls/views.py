"""Public pages of calls: the list, the notice, the check before applying, questions, and subscribing to new ones."""

from functools import cache

from allauth.core import ratelimit
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from applications.calls import answering, queries, rules, subscribing
from applications.calls.audience import Subscriber
from applications.calls.forms import AskForm, CheckForm, SubscribeForm
from applications.calls.models import Call, Programme
from applications.kernel import clock
from applications.kernel.clock import KST
from applications.kernel.errors import Refused, TooOften
from applications.kernel.tables import page_by_key
from applications.kernel.taxonomy import IndustryField, terms_of
from applications.kernel.web import fetch, page


@page("GET", public="Calls are announced to everybody.")
def listing(request):
    now, fields = clock.now(), terms_of(IndustryField)
    state, programme = request.GET.get("state"), request.GET.get("programme")
    field = next((one for one in fields if one.code == request.GET.get("field")), None)
    tabs = queries.states_at(now)

    def narrowed(calls):
        if programme in Programme.Kind.values:
            calls = calls.filter(programme__kind=programme)
        return calls.for_field(field) if field else calls

    counts = queries.counts(narrowed(Call.objects.published()), now)
    if state not in tabs:  # where nobody chose, the first that holds something
        state = next((name for name in tabs if counts[name]), "open")
    calls, order = tabs[state]
    rows = page_by_key(
        narrowed(calls).select_related("programme"), order, request.GET.get("mark", ""), size=20
    )
    return render(
        request,
        "calls/listing.html",
        {
            "page": rows,
            "state": state,
            "counts": counts,
            "most": queries.MOST,
            "programme": programme,
            "programmes": Programme.Kind.choices,
            "field": field,
            "fields": fields,
        },
    )


def _published(request, key):
    calls = Call.objects.visible_to(request.user).select_related("programme")
    return get_object_or_404(calls, key=key)


@page("GET", public="A published call is a public notice.")
def detail(request, key):
    call, user = _published(request, key), request.user
    return render(
        request,
        "calls/detail.html",
        {
            "call": call,
            "notices": queries.notices_of(call) if call.revision else [],
            "facts": cache(lambda: queries.notice(call)),  # asked for where the notice is drawn anew
            "now": clock.now(),
            "may_apply": call.state == "open"
            and (not user.is_authenticated or user.has_perm("application.own")),
            "is_staff": user.is_authenticated and user.has_perm("call.list"),
        },
    )


@page("GET", public="Whoever thinks of applying may check first; what is answered is kept nowhere.")
def check(request, key):
    """May this firm apply, and which papers will it need? The answers stand in the address, to be kept or printed."""
    call = _published(request, key)
    answered = bool(CheckForm.base_fields.keys() & request.GET.keys())
    form = CheckForm(request.GET) if answered else CheckForm(initial=_own_answers(request))
    facts = {"call": call, "form": form}
    if answered and form.is_valid():
        facts["answers"] = form.answers
        facts["obstacles"] = rules.against(
            form.situation,
            closes_on=call.closes_at.astimezone(KST).date(),
            fields=[field.code for field in call.open_to.all()],
            least_years=call.least_years,
            most_years=call.most_years,
        ) + rules.outside(call, track=form.situation.track)
        traits, track = form.situation.traits, form.situation.track
        facts["papers"] = [
            (paper, rules.foreseen(paper, traits, track)) for paper in call.papers.select_related("question")
        ]
        facts["may_apply"] = call.state == "open"
    return render(request, "calls/check.html", facts)


def _own_answers(request):
    """What the profile of a person's first firm says already."""
    if not request.user.is_authenticated:
        return {}
    member = request.user.memberships.select_related("firm__field").order_by("pk").first()
    if member is None:
        return {}
    firm, traits = member.firm, rules.traits_of(member.firm)
    return {
        "size": firm.size,
        "track": firm.track,
        "field": firm.field.code,
        "founded_on": firm.founded_on,
        "corporation": "yes" if rules.Trait.CORPORATION in traits else "no",
        "manufacturer": "yes" if rules.Trait.MANUFACTURER in traits else "no",
    }


@page("GET", public="Questions that were answered are for everybody.")
def questions(request, key):
    call, user = _published(request, key), request.user
    published = page_by_key(
        call.inquiries.published(), ["-ended_at", "-id"], request.GET.get("mark", ""), size=20
    )
    may_ask = user.is_authenticated and user.has_perm("inquiry.ask")
    return render(
        request,
        "calls/questions.html",
        {
            "call": call,
            "page": published,
            "own": call.inquiries.filter(asked_by=user).order_by("-asked_at", "-id")[:20] if may_ask else [],
            "takes_questions": not rules.unaskable(call, now=clock.now(), asked_today=0),
            "may_ask": may_ask or not user.is_authenticated,
        },
    )


@page("inquiry.ask", "GET", "POST")
def ask(request, key):
    call = fetch(request, Call, key=key)
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            inquiry = answering.ask(call, text=form.cleaned_data["text"], by=request.user)
        except Refused as refusal:
            refusal.show_on(form)
            status = 409
        else:
            messages.success(
                request, _("Your question has arrived. You are told by e-mail when it is answered.")
            )
            return redirect("calls:questions", key=inquiry.call.key)
    return render(request, "calls/ask.html", {"form": form, "call": call}, status=status)


@page(
    "GET", "POST", public="Whoever leaves an address is told of new calls, after a letter has confirmed it."
)
def subscribe(request):
    """Known or not, the answer is the same; too many letters to one address are silently not written."""
    form = SubscribeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="subscribe"):
            raise TooOften(_("Too many requests came from your connection. Please try again in an hour."))
        address = form.cleaned_data["email"]
        if ratelimit.consume(request, action="subscribe_address", key=address):
            subscribing.request(
                address,
                language=get_language(),
                programme=form.cleaned_data["programme"],
                field=form.cleaned_data["field"],
            )
        return redirect("calls:asked")
    return render(request, "calls/subscribe.html", {"form": form})


@page("GET", public="What happens next, the same for every address.")
def asked(request):
    return render(request, "calls/asked.html", {"hours": rules.LINK_HOURS})


@page("GET", "POST", public="The link of the letter is the proof of the address.")
def confirm(request, token):
    """Programs that read mail open links; only the button confirms."""
    if request.method == "POST":
        try:
            subscriber = subscribing.confirm(token)
        except Refused:
            return _over(request)
        messages.success(request, _("You are told of new calls from now on."))
        return redirect("calls:unsubscribe", key=subscriber.key)
    wish = subscribing.wish_of(token)
    return render(request, "calls/confirm.html", {"wish": wish}) if wish else _over(request)


@csrf_exempt  # mail programs post to it by RFC 8058, without a cookie; the key in the address is the secret
@page("GET", "POST", public="The link of each letter ends the subscription, without signing in.")
def unsubscribe(request, key):
    subscriber = Subscriber.objects.filter(key=key).select_related("programme", "field").first()
    if subscriber is None:
        return _over(request)
    if request.method == "POST":
        subscribing.unsubscribe(subscriber)
        return render(request, "calls/unsubscribed.html")
    return render(request, "calls/unsubscribe.html", {"subscriber": subscriber})


def _over(request):
    return render(request, "calls/link_over.html", status=404)
