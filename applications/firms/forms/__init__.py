"""Forms of firms."""

from crispy_forms.layout import Fieldset
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications.firms import rules
from applications.firms.models import Firm, Right
from applications.kernel import clock
from applications.kernel.forms import DateInput, LineField, Several, WonField, ask_to_choose, layout
from applications.kernel.taxonomy import Region, RootTechnology


class ProfileForm(forms.ModelForm):
    """The profile of a firm, as every application of it will show it."""

    corporate_number = forms.CharField(
        label=_("corporate registration number"),
        max_length=20,
        required=False,
        help_text=_("13 digits; leave empty if you are a sole proprietor."),
    )
    sales_krw = WonField(label=_("Sales of last year (won)"))

    class Meta:
        model = Firm
        fields = [
            "name", "representative", "corporate_number", "founded_on", "size", "track", "region", "address", "phone",
            "ksic", "technologies", "field", "industry", "employees", "sales_krw",
        ]  # fmt: skip
        field_classes = dict.fromkeys(["name", "representative", "address", "phone"], LineField)
        field_classes["technologies"] = Several
        widgets = {"founded_on": DateInput(), "technologies": forms.CheckboxSelectMultiple()}
        help_texts = {
            "size": _(
                "As on the certificate of your size class, if you have one. For example, a maker with 40 employees and sales of "
                "20 billion won is a small or medium firm."
            ),
            "track": _(
                "The way on which your firm comes to a new-industry field. For example, a foundry that goes on casting is an "
                "existing root firm; a maker of other goods that begins to cast is a conversion."
            ),
            "ksic": _(
                "Five digits of the Korean standard industrial classification, for example 25914 for pressed metal products. "
                "It is the code of what earns you most; the tax office and Statistics Korea tell it."
            ),
            "founded_on": _("As on the certificate of business registration."),
        }

    groups = [
        (_("The firm"), ["name", "representative", "corporate_number", "founded_on", "size", "track"]),
        (_("Where to find it"), ["region", "address", "phone"]),
        (_("What it does"), ["ksic", "technologies", "field", "industry", "employees", "sales_krw"]),
    ]
    button = _("Save the profile")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        ask_to_choose(self)
        today = clock.today()
        self.fields["region"].queryset = Region.objects.valid_on(today)
        self.fields["technologies"].queryset = RootTechnology.objects.valid_on(today)
        self.helper = layout(*(Fieldset(title, *names) for title, names in self.groups), button=self.button)

    def clean_corporate_number(self):
        typed = self.cleaned_data["corporate_number"]
        digits = rules.digits_of(typed)
        if typed and len(digits) != 13:
            raise ValidationError(_("A corporate registration number has 13 digits."))
        return digits

    def clean_ksic(self):
        if len(rules.digits_of(self.cleaned_data["ksic"])) != 5:
            raise ValidationError(_("An industry code has five digits."))
        return self.cleaned_data["ksic"]

    def clean_founded_on(self):
        if self.cleaned_data["founded_on"] > clock.today():
            raise ValidationError(_("This date is still to come."))
        return self.cleaned_data["founded_on"]


class RegisterForm(ProfileForm):
    """The first registration: the profile, with the number first."""

    business_number = forms.CharField(
        label=_("Business registration number"),
        max_length=20,
        help_text=_("Ten digits, for example 110-81-00062."),
    )

    groups = [(_("The firm"), ["business_number", *ProfileForm.groups[0][1]]), *ProfileForm.groups[1:]]
    field_order = ["business_number"]  # as it stands on the page, where errors are listed too
    button = _("Register the firm")

    def clean_business_number(self):
        digits = rules.digits_of(self.cleaned_data["business_number"])
        if reasons := rules.number_wrong(digits):
            raise ValidationError([reason.text for reason in reasons])
        return digits


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail"))
    right = forms.ChoiceField(
        label=_("Right"),
        choices=Right.choices,
        initial=Right.EDITOR,
        help_text=_("Owners sign and manage members; editors write and submit; viewers read."),
    )

    helper = layout("email", "right", button=_("Send the invitation"))


class RightForm(forms.Form):
    right = forms.ChoiceField(label=_("Right"), choices=Right.choices)

    helper = layout("right", button=_("Change the right"))
