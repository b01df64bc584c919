"""The forms of all rooms share one layout, and one field for several rows."""

from itertools import chain

from crispy_forms.utils import render_crispy_form
from django.forms import BaseForm, ModelMultipleChoiceField
from django.utils import translation

from applications import urls
from applications.firms.forms import RightForm
from applications.kernel.forms import Several


def test_a_button_speaks_the_language_of_each_reader():
    with translation.override("en"):
        english = render_crispy_form(RightForm())
    with translation.override("ko"):
        korean = render_crispy_form(RightForm())

    assert english.count(">Change the right</button>") == 1
    assert korean.count(">권한 변경</button>") == 1


def kinds_of(form):
    return {form, *chain.from_iterable(map(kinds_of, form.__subclasses__()))}


def test_no_form_of_ours_takes_a_number_that_no_database_holds():
    """Whatever asks for several rows does it by our field (kernel/forms.py)."""
    assert urls.urlpatterns  # every page and its forms are imported
    ours = [form for form in kinds_of(BaseForm) if form.__module__.startswith("applications.")]
    fields = [
        (form, name, field) for form in ours for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, ModelMultipleChoiceField)
    ]  # fmt: skip

    assert len(fields) >= 8
    assert [(form, name) for form, name, field in fields if not isinstance(field, Several)] == []
