"""What makes a password weak, in plain words: Django's own checks, which tell it in the words of a programmer."""

from django.contrib.auth import password_validation as checks
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(checks.MinimumLengthValidator):
    def get_error_message(self):
        said = ngettext(
            "Please choose a password of at least %(count)d character.",
            "Please choose a password of at least %(count)d characters.",
            self.min_length,
        )
        return said % {"count": self.min_length}


class UnlikeThePerson(checks.UserAttributeSimilarityValidator):
    def get_error_message(self):
        return _("This password is too much like your name or address. Please choose another one.")


class Uncommon(checks.CommonPasswordValidator):
    def get_error_message(self):
        return _("Many people use this password. Please choose one that is hard to guess.")


class NotOnlyDigits(checks.NumericPasswordValidator):
    def get_error_message(self):
        return _("This password consists of digits only. Please put letters into it.")
