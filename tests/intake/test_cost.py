"""What writing and handing in cost in queries: as many for forty questions, many files and versions as for one."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from applications.calls.models import Question, RequiredPaper
from applications.intake import actions
from applications.intake.models.revisions import Revision
from applications.kernel import clock
from tests.intake.test_views import browser, url
from tests.world import DURING, confirm, pdf


def prepared(world, questions, files, versions):
    """A complete draft in a call that asks so much, saved so often."""
    call = world.call()
    part = call.parts.first()
    call.questions.all().delete()
    call.papers.all().delete()
    Question.objects.bulk_create(
        Question(call=call, part=part, ordinal=n, code=f"q{n}", kind="long", label=f"Question {n}")
        for n in range(1, questions + 1)
    )
    RequiredPaper.objects.bulk_create(
        RequiredPaper(call=call, ordinal=n, code=f"P{n:02d}", name=f"Paper {n}", required=False)
        for n in range(files)
    )
    draft = world.draft(type(call).objects.get(pk=call.pk))
    for paper in call.papers.all():
        actions.add_paper(draft, paper=paper, upload=pdf(), by=draft.created_by, now=DURING)
    draft.refresh_from_db()
    Revision.objects.bulk_create(
        Revision(application=draft, section=part.slug, version=n, content={"answers": {}}, by=world.officer,
                 begun_at=DURING, saved_at=DURING)
        for n in range(1, versions)
    )  # fmt: skip
    return draft, part.slug


def costs(world, *sizes):
    """Queries of the page of a section, of a save while writing, of the check and of submitting."""
    draft, section = prepared(world, *sizes)
    typed = {f"answer_{code}": "Other words" for code in draft.answers}
    client, found = browser(draft.created_by), []
    confirm(client.session, draft.created_by, at=DURING)

    def ask(method, name, *more, **data):
        with CaptureQueriesContext(connection) as queries:
            response = getattr(client, method)(url(name, draft, *more), data)
        found.append(len(queries))
        return response

    with clock.at(DURING):
        client.get(draft.get_absolute_url())  # what is read once in each process, and the session
        page = ask("get", "section", section)
        saved = ask("post", "autosave", section, version=draft.version, **typed)
        ask("get", "check")
        handed_in = ask("post", "submit")
    assert (page.status_code, saved.status_code, handed_in.status_code) == (200, 200, 302)
    assert len(draft.submissions.get().snapshot["papers"]) == sizes[1]
    return found


def test_writing_and_handing_in_cost_the_same_queries_however_much_there_is(world):
    one, three, many = costs(world, 1, 1, 2), costs(world, 3, 2, 3), costs(world, 40, 8, 30)

    assert one == three == many
