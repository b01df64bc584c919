from django.db import migrations

AT_ONCE = 500


def begin(apps, schema_editor):
    """Sheets from before have the events that they must have come from."""
    Assignment, SheetEvent = (apps.get_model("applications", name) for name in ("Assignment", "SheetEvent"))
    events, sheets = [], []
    for sheet in Assignment.objects.prefetch_related("scores").order_by("pk").iterator(chunk_size=AT_ONCE):
        events += happened(SheetEvent, sheet)
        sheets.append(sheet)
        if len(sheets) == AT_ONCE:
            write(Assignment, SheetEvent, sheets, events)
            events, sheets = [], []
    write(Assignment, SheetEvent, sheets, events)


def write(Assignment, SheetEvent, sheets, events):
    SheetEvent.objects.bulk_create(events, batch_size=AT_ONCE)
    Assignment.objects.bulk_update(sheets, ["version"], batch_size=AT_ONCE)


def happened(SheetEvent, sheet):
    values = {str(score.criterion_id): f"{score.value:f}" for score in sheet.scores.all()}
    words = {name: getattr(sheet, name) for name in ("strengths", "weaknesses", "overall")}
    steps = []
    if sheet.declaration == "clear" or sheet.total is not None:
        steps.append(("declared", sheet.declared_at, sheet.reviewer_id, {}))
    if values or sheet.saved_at:
        steps.append(("saved", sheet.saved_at, sheet.reviewer_id, {"values": values}))
    if sheet.total is not None:
        more = {"values": values, "words": words}
        steps.append(("handed_in", sheet.handed_in_at, sheet.reviewer_id, more))
    if sheet.declaration == "conflict":
        steps.append(("stepped_back", sheet.declared_at, sheet.reviewer_id, {}))
    elif sheet.status == "excluded":
        steps.append(("excluded", sheet.saved_at, sheet.assigned_by_id, {}))
    sheet.version = len(steps)
    return [
        SheetEvent(
            assignment=sheet, ordinal=ordinal, kind=kind, by_id=by, at=at or sheet.assigned_at,
            note="From before events were kept", **more,
        )
        for ordinal, (kind, at, by, more) in enumerate(steps, 1)
    ]  # fmt: skip


class Migration(migrations.Migration):

    dependencies = [
        ('applications', '0031_sheet_events'),
    ]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
