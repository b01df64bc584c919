"""Forms of calls."""

from crispy_forms.layout import Fieldset
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.accounts.rules import address_wrong
from applications.calls import planned, queries, rules, validity
from applications.calls.models import Call, Programme
from applications.kernel import clock
from applications.kernel.forms import DateInput, InstantField, in_our_time, layout
from applications.kernel.taxonomy import IndustryField, terms_of


class NoticeForm(forms.Form):
    """What every notice on a published call needs: its reason, and the call as the officer saw it."""

    reason = forms.CharField(
        label=_("Reason of the notice"),
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_(
            "At least 5 characters. Firms read this sentence in the letter, and everybody on the page of the call."
        ),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, call, **options):
        super().__init__(*args, **options)
        self.fields["revision"].initial = call.revision
        self.helper = layout(
            *self.add_fields(call), "reason", "revision", button=_("Preview"), name="preview"
        )

    def add_fields(self, call):
        """Add what this kind of notice asks besides, and say in which order it is drawn."""
        return []

    @property
    def content(self):
        """What the verb of the notice takes."""
        return self.cleaned_data


TEXT_HELPS = {
    "title": _("Stands above the notice, in lists and in letters."),
    "summary": _("Stands under the title in the list of calls."),
    "notice": _("The whole notice. What you change is shown to everybody, old beside new."),
}
HELPS = {  # what stands in small letters below a name, and tells firms what to write or to hand in
    "part": _("Hints on the parts of the plan"),
    "question": _("Hints on the questions"),
    "paper": _("Hints on the papers"),
    "fresh": _("How fresh papers must be: a correction can ask less only"),
    "criterion": _("What is looked at, until a sheet is handed in"),
    "anchors": _("What the five steps stand for, until a sheet is handed in"),
}


def day_field(label, text):
    """A planned day, which may be left open."""
    return forms.DateField(
        label=label, initial=text, required=False, widget=DateInput(), validators=[in_our_time]
    )


def as_text(value):
    """What a notice keeps of what was typed: a day by its digits, an open one as nothing."""
    return value if isinstance(value, str) else str(value or "")


class CorrectionForm(NoticeForm):
    """Every text that may still change, as it is now, under its name of announcing.changeable."""

    def __init__(self, *args, changeable, **options):
        self.changeable = changeable
        super().__init__(*args, **options)

    def add_fields(self, call):
        texts, helps = [], {kind: [] for kind in HELPS}
        for name, (label, text) in self.changeable.items():
            kind = name.partition(":")[0]
            if name == "law":
                self.fields[name] = forms.ChoiceField(
                    label=label, initial=text, choices=Programme.Law.choices
                )
                texts.append(name)
            elif kind == "fresh":
                easier = [
                    (rule, validity.in_words(rule) or _("nothing asked")) for rule in validity.easier(text)
                ]
                self.fields[name] = forms.ChoiceField(
                    label=label, initial=text, choices=easier, required=False
                )
                helps[kind].append(name)
            elif name in planned.LABELS:
                self.fields[name] = day_field(label, text)
                texts.append(name)
            elif name in rules.TEXTS:
                of_model = Call._meta.get_field(name)
                widget = {"widget": forms.Textarea({"rows": 16})} if name == "notice" else {}
                self.fields[name] = of_model.formfield(
                    label=label, initial=text, help_text=TEXT_HELPS[name], **widget
                )
                texts.append(name)
            else:
                self.fields[name] = forms.CharField(
                    label=label
                    if kind in ("criterion", "anchors")
                    else _("Hint for “%(what)s”") % {"what": label},
                    initial=text,
                    max_length=1000 if kind == "anchors" else 300,
                    required=False,
                    widget=forms.Textarea({"rows": 5}) if kind == "anchors" else None,
                )
                helps[kind].append(name)
        hints = [Fieldset(HELPS[kind], *names) for kind, names in helps.items() if names]
        return [Fieldset(_("The call"), *texts), *hints]

    @property
    def content(self):
        typed = self.cleaned_data
        texts = {name: as_text(typed[name]) for name in self.changeable}
        return {"texts": texts, "reason": typed["reason"], "revision": typed["revision"]}


class ExtensionForm(NoticeForm):
    closes_at = InstantField(
        label=_("New closing time"),
        help_text=_(
            "Korean time, later than the present one. What arrives at this instant or later is too late."
        ),
    )

    def add_fields(self, call):
        """With the days that the call has planned, so that none is left behind the closing unseen."""
        self.days = {name: day for name, day in planned.days_of(call).items() if day}
        for name, day in self.days.items():
            self.fields[name] = day_field(planned.LABELS[name], str(day))
        return ["closes_at", *self.days]

    @property
    def content(self):
        typed = dict(self.cleaned_data)
        return typed | {"texts": {name: as_text(typed.pop(name)) for name in self.days}}


class AskForm(forms.Form):
    """A question on a call."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=2000,
        widget=forms.Textarea({"rows": 6, "data-limit": 2000}),
        help_text=_(
            "Everybody will read the question and its answer, without your name or your firm's. Please write nothing that others must not know."
        ),
    )

    helper = layout("text", button=_("Ask"))

    def clean_text(self):
        return rules.plain(self.cleaned_data["text"])


class AnswerForm(forms.Form):
    """The answer, and the question as everybody will read it."""

    shown = forms.CharField(
        label=_("The question as everybody will read it"),
        max_length=2000,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Take out names, numbers and whatever tells who asked."),
    )
    answer = forms.CharField(label=_("Answer"), max_length=4000, widget=forms.Textarea({"rows": 8}))

    helper = layout("shown", "answer", button=_("Save the answer"))


class AssignForm(forms.Form):
    """Who answers."""

    person = forms.ModelChoiceField(label=_("Who answers"), queryset=None, empty_label=_("Please choose"))

    def __init__(self, *args, officers, **options):
        super().__init__(*args, **options)
        self.fields["person"].queryset = officers
        self.helper = layout("person", button=_("Assign"))


class SubscribeForm(forms.Form):
    """An address, and which calls it wants to hear of."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    programme = forms.ModelChoiceField(
        label=_("Programme"),
        queryset=Programme.objects.order_by("pk"),
        required=False,
        empty_label=_("All programmes"),
    )
    field = forms.ModelChoiceField(
        label=_("New-industry field"),
        queryset=IndustryField.objects.all(),
        required=False,
        empty_label=_("All fields"),
    )
    agreed = forms.BooleanField(
        label=_("My address may be kept to tell me of new calls."),
        help_text=_(
            "Kept: the address and your choice, until you unsubscribe. You may say no; then you find new calls on this site."
        ),
    )

    helper = layout("email", "programme", "field", "agreed", button=_("Subscribe"))

    def clean_email(self):
        email = self.cleaned_data["email"].lower()
        if reasons := address_wrong(email):
            raise ValidationError([reason.text for reason in reasons])
        return email


def yes_or_no(label, **options):
    return forms.TypedChoiceField(
        label=label,
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        **options,
    )


class CheckForm(forms.Form):
    """What a firm says of itself to learn whether it may apply (rules.Situation). Sent by GET, kept nowhere."""

    registered = yes_or_no(_("Is your business registered and open?"))
    size = forms.ChoiceField(label=_("Size class"))
    track = forms.ChoiceField(label=_("Track"))
    certificate = yes_or_no(
        _("Will your root-firm certificate be valid on the closing date?"),
        required=False,
        help_text=_("It is valid for three years. Only existing root firms need it."),
    )
    field = forms.ChoiceField(label=_("New-industry field of your plan"))
    founded_on = forms.DateField(
        label=_("Business opened on"),
        widget=DateInput(),
        help_text=_("As on the certificate of business registration."),
    )
    arrears = yes_or_no(_("Are national or local taxes in arrears?"))
    default = yes_or_no(_("Is the firm in default, bankrupt or under court receivership?"))
    impaired = yes_or_no(_("Is the capital fully impaired?"), help_text=_("The firm owes more than it owns."))
    indebted = yes_or_no(
        _("Was the debt ratio 500% or more at the end of both of the last two years?"),
        help_text=_("Debts divided by equity."),
    )
    illiquid = yes_or_no(
        _("Was the current ratio 50% or less at the end of both of the last two years?"),
        help_text=_("Current assets divided by current debts."),
    )
    adverse = yes_or_no(
        _("Was the last audit opinion adverse or disclaimed?"), help_text=_("No, if the firm is not audited.")
    )
    corporation = yes_or_no(_("Is the firm a corporation?"), help_text=_("No, if you are a sole proprietor."))
    manufacturer = yes_or_no(_("Does the firm manufacture?"))

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        firm = apps.get_model("applications", "Firm")  # of a room beside this one: by name only
        self.fields["size"].choices = [("", _("Please choose")), *firm.Size.choices]
        self.fields["track"].choices = [("", _("Please choose")), *queries.track_choices()]
        fields = [(field.code, str(field)) for field in terms_of(IndustryField)]
        self.fields["field"].choices = [("", _("Please choose")), *fields, ("none", _("None of these"))]
        self.helper = layout(
            Fieldset(_("The firm"), "registered", "size", "track", "certificate", "founded_on", "corporation", "manufacturer"),
            Fieldset(_("The plan"), "field"),
            Fieldset(_("Taxes and accounts"), "arrears", "default", "impaired", "indebted", "illiquid", "adverse"),
            button=_("Check"),
            name="check",
        )  # fmt: skip
        self.helper.form_method = "get"

    def clean_founded_on(self):
        if self.cleaned_data["founded_on"] > clock.today():
            raise ValidationError(_("This date is still to come."))
        return self.cleaned_data["founded_on"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("track") == "root" and cleaned.get("certificate") is None:
            self.add_error("certificate", _("An existing root firm needs the certificate: please answer."))
        return cleaned

    @property
    def situation(self):
        given = self.cleaned_data
        return rules.Situation(**given | {"field": "" if given["field"] == "none" else given["field"]})

    @property
    def answers(self):
        """[(question, answer in words)], as a print-out shows them."""
        words = []
        for name, field in self.fields.items():
            value = self.data.get(name)
            words.append(
                (field.label, dict(getattr(field, "choices", ())).get(value, self.cleaned_data[name]))
            )
        return words
