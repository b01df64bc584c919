"""Tables of people: the account with its one role, and the consents it gave."""

import secrets
import uuid

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from applications.kernel import clock
from applications.kernel.records import AppendOnly


class Role(models.TextChoices):
    APPLICANT = "applicant", _("Applicant")
    REVIEWER = "reviewer", _("Reviewer")
    OFFICER = "officer", _("Programme officer")
    DIRECTOR = "director", _("Director")
    FINANCE = "finance", _("Finance officer")
    MINISTRY = "ministry", _("Ministry viewer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


STAFF_ROLES = frozenset(Role) - {Role.APPLICANT, Role.REVIEWER}


def new_session_seed():
    return secrets.token_hex(8)


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email=self.normalise(email))

    @staticmethod
    def normalise(email):
        """Addresses are kept in lower case: one person, one account."""
        return (email or "").strip().lower()

    def visible_to(self, user):
        """Administrators see every account, auditors too; anybody else sees their own."""
        if not user.is_authenticated:
            return self.none()
        if user.role in (Role.ADMINISTRATOR, Role.AUDITOR):
            return self.all()
        return self.filter(pk=user.pk)


class User(AbstractBaseUser):
    """One person with one role; a person with two hats has two accounts."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.APPLICANT)
    language = models.CharField(
        _("language"), max_length=2, default="ko", choices=[("ko", "한국어"), ("en", "English")]
    )
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    session_seed = models.CharField(
        max_length=16, default=new_session_seed, editable=False
    )  # a new one ends all sessions

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_one_address")]

    def __str__(self):
        return self.name or self.email

    def get_absolute_url(self):
        """Its page, for those who keep accounts."""
        return reverse("accounts:person", args=[self.key])

    @property
    def is_staff(self):
        """Every role but applicant and reviewer."""
        return self.role in STAFF_ROLES

    def has_perm(self, permission, thing=None):
        """Ask the table of permissions (applications/permissions.py)."""
        return self.is_active and any(backend.has_perm(self, permission, thing) for backend in get_backends())

    def get_session_auth_hash(self):
        """Bound to the seed and the role: a session ends when either changes."""
        return self._get_session_auth_hash()

    def _get_session_auth_hash(self, secret=None):
        from_password = super()._get_session_auth_hash(secret=secret)
        return f"{from_password}:{self.session_seed}:{self.role}"


class Consent(AppendOnly):
    """One consent, given or withdrawn, to one version of one text (개인정보 보호법 제22조)."""

    class Kind(models.TextChoices):
        TERMS = "terms", _("Terms of use")
        PRIVACY = "privacy", _("Collection and use of personal data")
        NEWS = "news", _("News and events (optional)")

    user = models.ForeignKey(User, models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=20, choices=Kind)
    version = models.CharField(max_length=20)
    given = models.BooleanField()
    at = models.DateTimeField()
