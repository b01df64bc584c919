"""A sprout call in the middle of its stages, for the demonstration: paper, presentation and site visits, each with something to do."""

from base64 import b64decode
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from applications.intake import actions as intake
from applications.intake.models import Application
from applications.kernel import calendar, clock
from applications.management.days import at
from applications.review import actions as review
from applications.review import visiting

PICTURE = b64decode(  # grey, 16 by 16
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mOoaOohCTGMahjVMHw1AABCC4YQ1NuhAQAAAABJ"
    "RU5ErkJggg=="
)


def load(house, today):
    """house: the Demonstration. The places that the last year left unfilled are taken over."""
    opens, closes = today - timedelta(days=80), today - timedelta(days=50)
    call = house.call(
        house.sprout, house.year, opens, closes, title=f"{house.year}년도 뿌리 신산업 새싹기업 단계평가 공고 (가상)",
        seats=3, quorum=3, outline="sprout_visit", carries_from=house.past[2026],
    )  # fmt: skip
    found = []
    for number, firm in enumerate(house.take_firms(6)):
        application = house.submit(call, firm, at(closes - timedelta(days=2), 9) + timedelta(minutes=number))
        with clock.at(at(closes + timedelta(days=5), 10)):
            intake.check_rest(application, evidence="서류와 공개 명단을 확인함 (가상)", by=house.officer)
            intake.open_review(application, by=house.officer)
        with clock.at(at(closes + timedelta(days=15), 10)):
            house.reviewed(application, number, 3, 0.5 if number == 0 else 0.78 + number * 0.02)
            review.close_review(application, by=house.officer)
        found.append(application)
    with clock.at(at(closes + timedelta(days=17), 10)):
        visiting.tell(call, stage=call.stages.get(kind="presentation"), by=house.officer)
    for number, application in enumerate(found[1:], 1):
        waits = number < 3
        with clock.at(at(closes + timedelta(days=25), 10)):
            house.reviewed(application, number + 6, 3, 0.8, handed_in=1 if waits else 3)
            if not waits:
                review.close_review(application, by=house.officer)
    for number, application in enumerate(found[3:]):
        visited(house, Application.objects.get(pk=application.pk), number, today)


def visited(house, application, number, today):
    """One visit to come, one whose visitors differ, one that both find fit."""
    past = today - timedelta(days=3)
    past -= timedelta(days=max(0, past.weekday() - 4))  # no visit on a weekend
    day = calendar.add_business_days(today, 5) if number == 0 else past
    with clock.at(at(min(day, today) - timedelta(days=8), 10)):
        sheets = [
            review.assign(application, reviewer=reviewer, by=house.officer)
            for reviewer in house.panel(number + 17, 2)
        ]
        visiting.appoint(
            application, at=at(day, 14), place=application.firm.address, by=house.officer,
            preparation="설비 목록과 4대보험 가입자 명부를 준비해 주세요. (가상)",
        )  # fmt: skip
    with clock.at(at(past, 17)):
        for place, sheet in enumerate(sheets):
            review.pledge(application.call, by=sheet.reviewer)
            if number == 0 and place == 1:
                continue
            review.declare(sheet, code="", by=sheet.reviewer)
            if number:
                look(sheet, fit=number == 2 or place == 0)


def look(sheet, *, fit):
    """What a visitor finds, with a photo."""
    points = list(sheet.stage.points.all())
    findings = {
        point.pk: (
            fit or point is not points[-1],
            "계획서와 같음 (가상)"
            if fit or point is not points[-1]
            else "안전 덮개가 없는 설비가 있음 (가상)",
        )
        for point in points
    }
    upload = SimpleUploadedFile("현장(가상).png", PICTURE)
    visiting.add_photo(sheet, upload=upload, caption="주 공정 설비 (가상)", by=sheet.reviewer)
    overall = "현장과 계획서가 같습니다. (가상 의견)" if fit else "안전 조치가 먼저 필요합니다. (가상 의견)"
    visiting.save(sheet, findings=findings, fit=fit, overall=overall, by=sheet.reviewer)
    visiting.hand_in(sheet, by=sheet.reviewer)
