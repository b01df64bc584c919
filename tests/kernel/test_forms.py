"""The forms of all rooms share one layout."""

from crispy_forms.utils import render_crispy_form
from django.utils import translation

from applications.firms.forms import RightForm


def test_a_button_speaks_the_language_of_each_reader():
    with translation.override("en"):
        english = render_crispy_form(RightForm())
    with translation.override("ko"):
        korean = render_crispy_form(RightForm())

    assert english.count(">Change the right</button>") == 1
    assert korean.count(">권한 변경</button>") == 1
