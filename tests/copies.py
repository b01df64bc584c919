"""Many rows for the lists: copies written straight into the tables, and what a page costs in queries."""

import uuid
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext

NUMBERS = count(1)


def another(thing, **changes):
    """A row like this one, with a key of its own."""
    values = {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}
    del values[thing._meta.pk.attname]
    if "key" in values:
        values["key"] = uuid.uuid4()
    return type(thing).objects.create(**(values | changes))


def another_firm(firm, **changes):
    return another(firm, **({"business_number": f"99900{next(NUMBERS):05d}"} | changes))


def another_application(application, **changes):
    """Of a firm of its own: one application per call and firm."""
    firm = changes.pop("firm", None) or another_firm(application.firm)
    return another(application, **({"firm_id": firm.pk, "number": f"XX-2099-{next(NUMBERS):05d}"} | changes))


def another_agreement(agreement, **changes):
    application = another_application(agreement.application)
    return another(
        agreement, **({"application_id": application.pk, "number": f"AG-2099-{next(NUMBERS):04d}"} | changes)
    )


def cost_of(client, address, **query):
    """How many queries a page takes, and the page."""
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address, query)
    return len(queries), response


def costs_of_a_list(client, address, add):
    """Queries and rows of a list with 1, 3 and 60 rows, and of its second page. add: writes this many more rows."""
    client.get(address)  # the session writes once in thirty seconds that somebody was here
    measured = []
    for more in (0, 2, 57):
        for _row in range(more):
            add()
        queries, response = cost_of(client, address)
        measured.append((len(response.context["page"].rows), queries))
    queries, response = cost_of(client, address, mark=response.context["page"].next)
    return [*measured, (len(response.context["page"].rows), queries)]
