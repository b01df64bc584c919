"""What tests ask of the house again and again: why it refuses, what stands stored now, what a page or a paper says, who gets a letter."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from applications.kernel.errors import Refused
from applications.notifications.models import Letter


def reasons(act, *args, **options):
    """The sentences with which this is refused."""
    with pytest.raises(Refused) as refusal:
        act(*args, **options)
    return [str(reason) for reason in refusal.value.reasons]


def fresh(thing):
    """The thing as it is stored now."""
    return type(thing).objects.get(pk=thing.pk)


def text(response):
    """The words of a page, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def paper_text(content):
    """What a reader of a PDF sees."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def addressed(kind):
    """To whom letters of this kind go."""
    return list(Letter.objects.filter(kind=kind).values_list("address", flat=True))
