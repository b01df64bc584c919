"""The kinds of questions: what their fields take, how answers read, which are asked."""

from time import perf_counter

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from applications.calls.models import Question
from applications.intake import answers, differences
from applications.intake.fields import TableField, field_for

COLUMNS = [["name", "설비", "text"], ["krw", "금액(원)", "won"]]


def question(kind, **more):
    return Question(code="q", kind=kind, label="물음", **more)


@pytest.mark.parametrize(
    ("asked", "typed", "kept"),
    [
        (question("text", max_length=5), " 하나 ", "하나"),
        (question("long", max_length=5), "가\r\n나", "가\n나"),
        (question("number", max_length=3), "999", 999),
        (question("won"), "1,200,000원", 1_200_000),
        (question("date"), "2026-03-02", "2026-03-02"),
        (question("yes_no"), "yes", "yes"),
        (question("choice", options=[["a", "가"], ["b", "나"]]), "b", "b"),
        (question("choices", options=[["a", "가"], ["b", "나"]]), ["b", "a"], ["b", "a"]),
        (question("won"), "", None),
        (question("date"), "", None),
        (question("choices", options=[["a", "가"]]), [], []),
    ],
)
def test_what_is_typed_is_kept_as_plain_data(asked, typed, kept):
    assert field_for(asked, None).clean(typed) == kept


@pytest.mark.parametrize(
    ("asked", "typed", "message"),
    [
        (question("number", max_length=3), "1000", "Ensure this value is less than or equal to 999."),
        (question("won"), "백만", "Please enter the amount in whole won, in digits."),
        (question("date"), "2026-02-30", "Enter a valid date."),
        (question("date"), "0001-01-01", "Please check the year."),
        (question("choice", options=[["a", "가"]]), "z", "Select a valid choice. z is not one of the available choices."),
        (question("long", max_length=1), "가나", "At most 1 characters; these are 2."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(english, asked, typed, message):
    with pytest.raises(ValidationError) as refused:
        field_for(asked, None).clean(typed)

    assert refused.value.messages == [message]


def table(typed, most=3):
    field = TableField(columns=COLUMNS, most=most, required=False)
    data = QueryDict("&".join(f"{name}={value}" for name, value in typed))
    return field.clean(field.widget.value_from_datadict(data, None, "answer_q"))


def test_rows_are_kept_in_their_order_and_blank_ones_left_out():
    rows = table([("answer_q-2-name", "열처리로"), ("answer_q-2-krw", "300,000,000"), ("answer_q-1-name", " "),
                  ("answer_q-0-name", "로봇"), ("answer_q-0-krw", "")])  # fmt: skip

    assert rows == [{"name": "로봇", "krw": None}, {"name": "열처리로", "krw": 300_000_000}]


def test_a_wrong_cell_is_named_by_its_row_and_column(english):
    with pytest.raises(ValidationError) as refused:
        table([("answer_q-0-name", "로봇"), ("answer_q-4-name", "로"), ("answer_q-4-krw", "많음")])

    assert refused.value.messages == ["Row 2, 금액(원): Please enter the amount in whole won, in digits."]
    assert [error.code for error in refused.value.error_list] == ["1-krw"]


def test_a_row_says_what_it_is_about(english):
    with pytest.raises(ValidationError) as refused:
        table([("answer_q-0-name", "로봇"), ("answer_q-4-krw", "100")])

    assert refused.value.messages == ["Row 2, 설비: Please fill this in, or leave the whole row empty."]


def test_a_table_has_an_end(english):
    with pytest.raises(ValidationError) as refused:
        table([(f"answer_q-{number}-name", "로봇") for number in range(4)])

    assert refused.value.messages == ["At most 3 rows."]


def test_names_that_are_no_cells_of_the_table_are_nothing():
    assert (
        table(
            [
                ("answer_q-x-name", "1"),
                ("answer_q", "2"),
                ("answer_q-0-other", "3"),
                ("answer_qq-0-name", "4"),
            ]
        )
        == []
    )


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        (None, []),
        ([{"name": "로봇", "krw": None}], []),
        ([{"name": "로봇"}, {"name": "", "krw": 1}, {"krw": 2}], [1, 2]),
    ],
)
def test_rows_without_a_name_are_found(rows, places):
    assert answers.unnamed(question("table", options=COLUMNS), rows) == places
    assert answers.unnamed(question("text"), "글") == []


@pytest.mark.parametrize(
    ("asked", "answer", "words"),
    [
        (question("text"), "하나", "하나"),
        (question("number"), 1200, "1,200"),
        (question("won"), 0, "0"),
        (question("date"), "2026-03-02", "2026-03-02"),
        (question("yes_no"), "no", "No"),
        (question("choice", options=[["a", "가"]]), "a", "가"),
        (question("choices", options=[["a", "가"], ["b", "나"]]), ["a", "b"], "가, 나"),
        (question("choice", options=[["a", "가"]]), "gone", "gone"),
        (question("table", options=COLUMNS), [{"name": "로봇", "krw": None}, {"krw": 1000}], "로봇 · –\n– · 1,000"),
        (question("text"), None, ""),
        (question("table", options=COLUMNS), None, ""),
    ],
)  # fmt: skip
def test_an_answer_reads_as_people_write_it(english, asked, answer, words):
    assert answers.in_words(asked, answer) == words


def test_a_table_is_shown_under_its_columns():
    shown = answers.as_shown(question("table", options=COLUMNS), [{"name": "로봇", "krw": 1000}])

    assert (shown.columns, shown.rows) == ([("설비", False), ("금액(원)", True)], [["로봇", "1,000"]])
    assert shown.cells == [[("로봇", False), ("1,000", True)]]


@pytest.mark.parametrize(
    ("given_answers", "is_asked"),
    [
        ({}, False),
        ({"r": "no"}, False),
        ({"r": "yes"}, True),
        ({"r": ["no", "yes"]}, True),
        ({"r": None}, False),
    ],
)
def test_a_question_with_a_condition_is_asked_when_it_holds(given_answers, is_asked):
    conditional = question("date", condition={"question": "r", "is": ["yes"]})

    assert answers.is_asked(conditional, given_answers) is is_asked
    assert answers.is_asked(question("date"), given_answers) is True


texts = st.text(alphabet="가나 다\n,.", max_size=40)


@given(texts, texts)
def test_the_pieces_of_a_difference_make_both_texts(before, after):
    found = differences.pieces(before, after)

    assert "".join(text for kind, text in found if kind != "in") == before
    assert "".join(text for kind, text in found if kind != "out") == after
    assert all(text for _kind, text in found)


def test_only_the_words_that_differ_are_marked():
    assert differences.pieces("셋을 넷으로 합니다", "셋을 다섯으로 합니다") == [
        ("same", "셋을 "), ("out", "넷으로"), ("in", "다섯으로"), ("same", " 합니다"),
    ]  # fmt: skip


@pytest.mark.parametrize("common", ["", "같은 ", "a 같은 b "])
def test_two_long_texts_with_little_in_common_are_compared_at_once(common):
    before, after = (" ".join(f"{common}{side}{n}" for n in range(1200)) for side in ("old", "new"))

    begun = perf_counter()
    found = differences.pieces(before, after)

    assert perf_counter() - begun < 5  # it took minutes
    assert "".join(text for kind, text in found if kind != "in") == before
    assert "".join(text for kind, text in found if kind != "out") == after


def test_one_word_in_a_long_text_is_marked_alone():
    before = " ".join(["같은", "말"] * 3000)
    after = before.replace("말", "글", 1)

    found = differences.pieces(before, after)

    assert [piece for piece in found if piece[0] != "same"] == [("out", "말"), ("in", "글")]
