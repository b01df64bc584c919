"""The inbox of a person: which letters they have opened, and when for the first time."""

from django.db.models import IntegerField
from django.db.models.expressions import RawSQL

from applications.kernel import clock
from applications.notifications.models import Opening

MOST = 100
# How many letters a person has not opened; MOST stands for all beyond. It says what `LetterQuerySet.of` means, in words
# that need no putting together: every request of theirs reads it with the person.
UNREAD = RawSQL(
    f"""SELECT COUNT(*) FROM (
        SELECT 1 FROM applications_letter letter
        WHERE letter.to_id = applications_user.id AND letter.kind NOT LIKE 'account/%%'
        AND NOT EXISTS (SELECT 1 FROM applications_opening opening WHERE opening.letter_id = letter.id)
        LIMIT {MOST}
    ) unread""",
    [],
    output_field=IntegerField(),
)


def opened(letter):
    """Write down that a person has opened a letter of theirs, once."""
    Opening.objects.get_or_create(letter=letter, defaults={"at": clock.now()})
