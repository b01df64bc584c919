"""The firms of the demonstration: those of a file, and made ones."""

import csv
from datetime import date
from pathlib import Path

from applications.accounts.models import Role
from applications.firms import actions as firms
from applications.firms import rules as firm_rules
from applications.kernel import clock
from applications.kernel.taxonomy import DemandIndustry, IndustryField, Region, RootTechnology
from applications.management.days import at

SIZES = {"중소": "small", "중견": "mid", "초기중견": "early_mid"}
TRACKS = {"기존 뿌리": "root", "사업재편": "restructuring", "벤처": "venture", "비뿌리 전환": "conversion"}
REGIONS = {"광주·전남": "12"}


def load(house, count):
    rows = list(csv.DictReader((Path(__file__).parent / "firms.csv").read_text("utf-8-sig").splitlines()))
    house.technology = {t.name: t for t in RootTechnology.objects.all()}
    house.field = {f.name: f for f in IndustryField.objects.all()}
    house.industry = {i.name: i for i in DemandIndustry.objects.all()}
    valid = Region.objects.valid_on(clock.today())
    house.region = {r.name: r for r in valid} | {name: valid.get(code=code) for name, code in REGIONS.items()}
    with clock.at(at(date(2023, 4, 3), 10)):
        found = [firm_of_row(house, number, row) for number, row in enumerate(rows, 1)]
        return found + [made_firm(house, number) for number in range(len(rows) + 1, count + 1)]


def owner(house, number):
    email = "owner@firm.example" if number == 1 else f"owner{number:03d}@firm{number:03d}.example"
    return house.person(email, f"대표 가상{number:03d}", Role.APPLICANT)


def firm_of_row(house, number, row):
    technology = house.technology[row["뿌리기술"]]
    industry = next(
        (i for name, i in house.industry.items() if row["주 수요산업"][:2] in name), house.industry["기계"]
    )
    return firms.register(
        by=owner(house, number),
        business_number=firm_rules.digits_of(row["사업자등록번호(가상)"]),
        corporate_number=firm_rules.digits_of(row["법인등록번호(가상)"]),
        name=row["상호(가상)"],
        representative=f"대표 가상{number:03d}",
        size=SIZES.get(row["규모"], "small"),
        track=TRACKS.get(row["유형"], "root"),
        founded_on=date(int(row["설립"]), 3, 2),
        region=house.region[row["시도"]],
        address=f"{row['시도']} {row['시군구']} 가상로 {number}",
        phone="02-000-0000",
        ksic=row["KSIC(10차)"],
        ksic_version="KSIC10",
        field=house.field[row["신산업 분야"]],
        industry=industry,
        employees=int(row["상시근로자"]),
        sales_krw=int(float(row["매출(억원, 직전년)"]) * 100_000_000),
        technologies=[technology],
    )


def made_firm(house, number):
    """A generated firm: 가상기업 041 ..., with a 999- number that passes the check."""
    nine = f"99988{number:04d}"
    digits = next(f"{nine}{last}" for last in range(10) if firm_rules.is_business_number(f"{nine}{last}"))
    choose = house.chance.choice
    return firms.register(
        by=owner(house, number),
        business_number=digits,
        name=f"(주)가상기업 {number:03d}",
        representative=f"대표 가상{number:03d}",
        size=choose(["small"] * 5 + ["mid"]),
        track=choose(list(TRACKS.values())),
        founded_on=date(choose(range(1990, 2021)), 5, 1),
        region=choose(list(house.region.values())),
        address=f"가상시 가상로 {number}",
        phone="02-000-0000",
        ksic="25914",
        field=choose(list(house.field.values())),
        industry=choose(list(house.industry.values())),
        employees=choose(range(8, 180)),
        sales_krw=choose(range(10, 400)) * 100_000_000,
        technologies=[choose(list(house.technology.values()))],
    )
