"""The pages of money, role by role."""

import pytest
from django.urls import reverse

from applications.agreement.models import Allocation
from applications.funding.models import Payment
from applications.kernel import clock
from tests.copies import another, another_agreement, cost_of, costs_of_a_list
from tests.world import browser

SEE_ALL = ("officer", "director", "finance", "ministry", "auditor")


@pytest.fixture
def made(world):
    return world.in_force()


def page(name, thing):
    return reverse(f"funding:{name}", args=[thing.key])


def shown(response):
    return [row.number for row in response.context["page"].rows]


def test_the_way_of_an_instalment_on_its_pages(world, made):
    owner = world.client(world.owner_of(made.application.firm))
    officer, finance, finance2 = (world.client(p) for p in (world.officer, world.finance, world.finance2))

    form = owner.get(page("request", made))
    assert form.context["form"].initial == {"krw": 288_000_000}
    assert owner.post(page("request", made), {"krw": "288,000,000"}).status_code == 302
    payment = Payment.objects.get()
    assert officer.post(page("verify", payment)).status_code == 302
    assert finance.post(page("approve", payment)).status_code == 302
    assert page("pay", payment) not in finance.get(payment.get_absolute_url()).content.decode()
    assert page("pay", payment) in finance2.get(payment.get_absolute_url()).content.decode()
    assert finance2.post(page("pay", payment), {"paid_on": clock.today()}).status_code == 302

    payment.refresh_from_db()
    assert (payment.status, payment.krw) == ("paid", 288_000_000)
    assert "288,000,000" in owner.get(payment.get_absolute_url()).content.decode()


def test_the_second_press_of_pay_leads_to_the_payment(world, made):
    payment = world.instalment(made, upto="paid")

    response = world.client(world.finance2).post(page("pay", payment), {"paid_on": clock.today()})

    assert (response.status_code, response.url) == (302, payment.get_absolute_url())


def test_a_day_to_come_is_told_beside_the_field(world, made):
    payment = world.instalment(made)

    response = world.client(world.finance2).post(page("pay", payment), {"paid_on": "2099-01-01"})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["paid_on"]
    assert 'value="2099-01-01"' in response.content.decode()


def test_an_amount_beyond_what_is_left_is_told_beside_the_field_and_kept(world, made):
    owner = world.client(world.owner_of(made.application.firm))

    response = owner.post(page("request", made), {"krw": "480,000,001"})

    assert list(response.context["form"].errors) == ["krw"]
    assert 'value="480,000,001"' in response.content.decode()
    assert Payment.objects.count() == 0


def test_while_an_instalment_is_under_way_the_page_says_so_instead_of_a_form(world, made):
    owner = world.client(world.owner_of(made.application.firm))
    world.instalment(made, upto="requested")

    response = owner.get(page("request", made))

    assert len(response.context["barred"]) == 1
    assert 'name="krw"' not in response.content.decode()


def test_a_refusal_of_an_instalment_needs_its_reason(world, made):
    payment = world.instalment(made, upto="requested")
    client = world.client(world.officer)

    response = client.post(page("refuse", payment), {"reason": "no"})
    assert list(response.context["form"].errors) == ["reason"]
    assert client.post(page("refuse", payment), {"reason": "The account is missing"}).status_code == 302
    payment.refresh_from_db()
    assert payment.status == "refused"


@pytest.mark.parametrize("role", SEE_ALL)
def test_staff_with_money_or_oversight_read_payments_and_lines(world, made, role):
    payment = world.instalment(made, upto="requested")
    client = world.client(getattr(world, role))

    assert shown(client.get("/payments/")) == [payment.number]
    assert client.get(payment.get_absolute_url()).status_code == 200
    assert client.get("/payments/lines/").status_code == 200
    assert client.get(page("line", world.line)).status_code == 200


def test_who_may_not_see_money_finds_nothing(world, made):
    payment = world.instalment(made)
    for person in (world.administrator, world.reviewer(), world.owner_of(world.b)):
        client = world.client(person)
        addresses = ["/payments/", payment.get_absolute_url(), "/payments/lines/", page("line", world.line)]
        addresses += [
            page("pay", payment),
            page("refuse", payment),
            page("request", made),
            page("allocate", world.line),
        ]
        assert [client.get(address).status_code for address in addresses] == [404] * len(addresses)
        posts = [page(name, payment) for name in ("verify", "approve", "pay", "refuse")]
        assert [client.post(address, {"paid_on": clock.today()}).status_code for address in posts] == [
            404
        ] * 4

    payment.refresh_from_db()
    assert payment.status == "approved"


@pytest.mark.parametrize("role", ["officer", "director", "ministry", "auditor"])
def test_lines_are_read_by_many_and_allocated_by_finance_alone(world, made, role):
    reader = world.client(getattr(world, role))

    assert page("allocate", world.line) not in reader.get(page("line", world.line)).content.decode()
    assert reader.get(page("allocate", world.line)).status_code == 404
    assert (
        page("allocate", world.line)
        in world.client(world.finance).get(page("line", world.line)).content.decode()
    )


def test_an_allocation_form_sent_twice_counts_once(world):
    client = world.client(world.finance)
    address = page("allocate", world.line)
    key = client.get(address).context["form"]["key"].value()
    typed = {"key": str(key), "krw": "1,000,000", "purpose": "Costs of the agency"}

    assert [client.post(address, typed).status_code for _press in range(2)] == [302, 302]

    assert list(Allocation.objects.values_list("krw", flat=True)) == [1_000_000]


def test_an_allocation_beyond_the_cap_is_told_beside_the_field(world):
    client = world.client(world.finance)
    address = page("allocate", world.line)
    key = client.get(address).context["form"]["key"].value()

    response = client.post(address, {"key": str(key), "krw": "9,000,000,001", "purpose": "Too much"})

    assert list(response.context["form"].errors) == ["krw"]
    assert 'value="9,000,000,001"' in response.content.decode()
    assert Allocation.objects.count() == 0


def test_the_list_of_instalments_is_narrowed_by_status_and_odd_values_narrow_nothing(world, made):
    payment = world.instalment(made, upto="requested")
    client = world.client(world.officer)

    found = {
        status: shown(client.get("/payments/", {"status": status}))
        for status in ("requested", "paid", "odd", "")
    }

    number = payment.number
    assert found == {"requested": [number], "paid": [], "odd": [number], "": [number]}


def test_the_list_of_instalments_costs_the_same_for_one_row_three_rows_and_the_second_page(world, made):
    payment = world.instalment(made, upto="requested")

    def add():
        agreement = another_agreement(made)
        another(payment, agreement_id=agreement.pk, number=agreement.number.replace("AG", "PY"))

    measured = costs_of_a_list(world.client(world.officer), "/payments/", add)

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_list_of_allocations_costs_the_same_for_one_row_three_rows_and_the_second_page(world, made):
    allocation = Allocation.objects.get()
    keys = iter(range(100))

    measured = costs_of_a_list(
        world.client(world.finance),
        page("line", world.line),
        lambda: another(allocation, key=f"copy {next(keys)}", by_id=world.person().pk),
    )

    assert [number for number, _queries in measured] == [1, 3, 50, 10]
    assert {queries for _number, queries in measured} == {measured[0][1]}


def test_the_list_of_lines_costs_the_same_for_one_line_and_for_many(world):
    client = world.client(world.finance)
    made = world.line
    client.get("/payments/lines/")
    costs = []
    for more in (0, 2, 57):
        for number in range(more):
            another(made, name=f"Line {more} {number}")
        queries, response = cost_of(client, "/payments/lines/")
        costs.append((len(response.context["page"].rows), queries))

    assert [number for number, _queries in costs] == [1, 3, 50]
    assert {queries for _number, queries in costs} == {costs[0][1]}


def test_the_ministry_reads_who_did_it_by_role_and_not_by_name(world):
    made = world.in_force()
    payment = world.instalment(made, upto="paid")
    people = [
        world.owner_of(made.application.firm),
        world.officer,
        world.finance,
        world.finance2,
        world.director,
    ]

    for address in (payment.get_absolute_url(), made.get_absolute_url()):
        of_ministry = browser(world.ministry).get(address).content.decode()
        of_auditor = browser(world.auditor).get(address).content.decode()
        assert [person.name for person in people if person.name in of_ministry] == []
        assert people[0].name in of_auditor
        assert "Applicant" in of_ministry
