"""The form of a new account as allauth draws it, with our own words for what is missing or wrong."""

from allauth.account.forms import SignupForm
from django.utils.translation import gettext_lazy as _

SAID = {  # beside each field; what makes a password weak: passwords.py
    "email": {
        "required": _("Please enter your e-mail address."),
        "invalid": _("Please enter an e-mail address in Latin letters, such as name@firm.co.kr."),
    },
    "name": {"required": _("Please enter your name.")},
    "password1": {"required": _("Please choose a password.")},
    "password2": {"required": _("Please type the password a second time.")},
    "terms": {"required": _("Please agree to the terms of use. Without that no account can be opened.")},
    "privacy": {
        "required": _("Please agree to the use of your personal data. Without that no account can be opened.")
    },
}


class WholeSignUpForm(SignupForm):
    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name, said in SAID.items():
            self.fields[name].error_messages |= said
