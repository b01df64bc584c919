"""Where allauth meets the house: its mails go through our outbox, its tries to sign in into the access log."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from applications.accounts import rules
from applications.accounts.models import User
from applications.kernel.accesslog import log_try
from applications.notifications.outbox import post


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix, email, context):
        # allauth builds links on the Host that the request named; whoever asks does not decide where they lead.
        links = {
            name: settings.SITE_URL + urlsplit(link).path
            for name, link in context.items()
            if name.endswith("_url")
        }
        person = User.objects.filter(email=User.objects.normalise(email)).first()
        with translation.override(person.language if person else translation.get_language()):
            site = {"name": _("RootGrants"), "domain": urlsplit(settings.SITE_URL).netloc}
            message = self.render_mail(template_prefix, email, context | links | {"current_site": site})
            post(
                f"account/{template_prefix.rpartition('/')[2]}",
                address=email,
                subject=message.subject,
                body=message.body,
            )

    def format_email_subject(self, subject):
        return _("[RootGrants] %(subject)s") % {"subject": subject}

    def save_user(self, request, user, form, commit=True):
        user.language = translation.get_language()  # letters go on in the language in which somebody signs up
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except (
            IntegrityError
        ) as taken:  # signed up twice at once: the slower one is answered like any known address
            form.account_already_exists = True
            _nobody, response = form.try_save(request)
            raise ImmediateHttpResponse(response) from taken

    def clean_email(self, email):
        email = User.objects.normalise(super().clean_email(email))
        if reasons := rules.address_wrong(email):
            raise ValidationError([reason.text for reason in reasons])
        return email

    def pre_authenticate(self, request, **credentials):
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            log_try(request, "sign_in.locked", _known(credentials))
            raise

    def authentication_failed(self, request, **credentials):
        log_try(request, "sign_in.failed", _known(credentials))

    def _get_login_attempts_cache_key(self, request, **credentials):
        """One counter for one address, by whatever name of ours it is tried; accounts.actions.unlock forgets it."""
        return User.objects.normalise(credentials.get("email"))


def _known(credentials):
    return User.objects.filter(email=User.objects.normalise(credentials.get("email"))).first()
