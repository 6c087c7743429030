"""What transcripts and summaries say, in every form they come in and in those they should not."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.transcripts import LATEST, MOST_LINES, Line, Section, Unreadable, lines, sections

WORDS = [
    {"word": "Two", "start": 21.5, "end": 21.8, "confidence": 0.98},
    {"word": "kilograms.", "start": 21.9, "end": 22.6, "confidence": 0.9},
]
SENTENCE = {
    "start": 21.5,
    "end": 22.6,
    "peer_id": "peer-1",
    "name": "Wanjiru Kamau",
    "transcript": "Two kilograms.",
    "words": WORDS,
}
READ = Line(21.5, 22.6, "Wanjiru Kamau", "peer-1", "Two kilograms.", ((21.5, 21.8, "Two"), (21.9, 22.6, "kilograms.")))


@pytest.mark.parametrize(
    "told",
    [
        [SENTENCE],
        {"transcript": [SENTENCE]},
        {"segments": [{**SENTENCE, "text": SENTENCE["transcript"], "transcript": None}]},
        [{**SENTENCE, "name": None, "speaker_name": "Wanjiru Kamau"}],
        [{**SENTENCE, "name": None, "peer_id": None, "speaker": {"name": "Wanjiru Kamau", "peer_id": "peer-1"}}],
        [{**SENTENCE, "start": None, "end": None, "start_time": "21.5", "end_time": "22.6"}],
        [{**SENTENCE, "start": None, "end": None}],
        [{**SENTENCE, "transcript": ""}],
    ],
    ids=["a list", "in an object", "text", "speaker_name", "speaker is an object", "texts", "by words", "only words"],
)
def test_json_is_read_by_whatever_name_its_keys_have(told: Any) -> None:
    assert lines(json.dumps(told)) == [READ]
    assert lines("\ufeff" + json.dumps(told, indent=2).replace("\n", "\r\n")) == [READ]


def side_by_side(scale: float) -> str:
    """As 100ms's guide has it: words and sentences beside each other, times as text. Ben speaks while Ada does."""

    def told(what: str, text: str, who: str, start: float, end: float) -> dict[str, str]:
        times = {"start_time": f"{start * scale:g}", "end_time": f"{end * scale:g}"}
        return {what: text, "name": who, "peer_id": f"peer-{who}", **times}

    words = [
        ("Two", "Ada", 21.5, 21.8),
        ("Sorry?", "Ben", 21.7, 22.1),
        ("kilograms.", "Ada", 21.9, 22.6),
        ("Thanks.", "Ben", 30.0, 30.5),
    ]
    sentences = [("Two kilograms.", "Ada", 21.5, 22.6), ("Sorry?", "Ben", 21.7, 22.1), ("Thanks.", "Ben", 30.0, 30.5)]
    whole = {"words": [told("word", *one) for one in words], "sentences": [told("sentence", *one) for one in sentences]}
    return json.dumps(whole)


@pytest.mark.parametrize("scale", [1, 1000], ids=["seconds", "milliseconds"])
def test_words_beside_sentences_go_to_who_said_them_in_whatever_unit(scale: float) -> None:
    assert lines(side_by_side(scale)) == [
        Line(21.5, 22.6, "Ada", "peer-Ada", "Two kilograms.", ((21.5, 21.8, "Two"), (21.9, 22.6, "kilograms."))),
        Line(21.7, 22.1, "Ben", "peer-Ben", "Sorry?", ((21.7, 22.1, "Sorry?"),)),
        Line(30.0, 30.5, "Ben", "peer-Ben", "Thanks.", ((30.0, 30.5, "Thanks."),)),
    ]


def test_words_without_sentences_make_lines_of_who_says_them_in_one_breath() -> None:
    told = json.loads(side_by_side(1))
    del told["sentences"]

    assert [(line.speaker, line.text) for line in lines(json.dumps(told))] == [
        ("Ada", "Two"),
        ("Ben", "Sorry?"),
        ("Ada", "kilograms."),
        ("Ben", "Thanks."),
    ]
    alone = {"words": [word for word in told["words"] if word["name"] == "Ada"]}
    assert [(line.text, line.end) for line in lines(json.dumps(alone))] == [("Two kilograms.", 22.6)]


def test_lines_come_by_time_however_they_are_sent() -> None:
    told = [{"start": at, "end": at + 1, "transcript": f"line {at}"} for at in (30, 10, 20)]

    assert [line.start for line in lines(json.dumps(told))] == [10, 20, 30]


def test_what_a_speaker_is_called_may_be_missing_or_a_number() -> None:
    told = [{"start": 1, "end": 2, "text": "Yes"}, {"start": 3, "end": 4, "text": "No", "speaker": 1}]

    assert [line.speaker for line in lines(json.dumps(told))] == ["", "Speaker 1"]


SRT = """1
00:00:01,500 --> 00:00:03,000
Amina Yusuf: Is it measured
from the floor?

2
00:21:48,000 --> 00:21:50,250
Remember: <i>two</i> kilograms
"""


def test_srt_is_read_with_who_is_known_to_have_been_there() -> None:
    assert lines(SRT, ["Amina Yusuf"]) == [
        Line(1.5, 3.0, "Amina Yusuf", "", "Is it measured from the floor?"),
        Line(1308.0, 1310.25, "", "", "Remember: two kilograms"),
    ]
    assert lines(SRT)[0].speaker == ""


def test_captions_of_the_web_are_read_too() -> None:
    text = "WEBVTT\n\n00:01.500 --> 00:03.000\n<v Amina Yusuf>Hello</v>\n"

    assert lines(text) == [Line(1.5, 3.0, "Amina Yusuf", "", "Hello")]


def test_plain_text_has_times_and_speakers_where_it_says_so() -> None:
    text = "[00:01:02] Amina Yusuf: Yes\n\n12:05 No\nSpeaker 2: Perhaps\nNote: nothing"

    assert lines(text, {"Amina Yusuf"}) == [
        Line(62.0, None, "Amina Yusuf", "", "Yes"),
        Line(725.0, None, "", "", "No"),
        Line(None, None, "Speaker 2", "", "Perhaps"),
        Line(None, None, "", "", "Note: nothing"),
    ]


def test_what_a_file_is_is_told_by_what_is_in_it_and_not_by_its_ending() -> None:
    """EVENTS trap 35: the published paths of SRT and TXT end in .json."""
    assert lines(SRT)[0].start == 1.5
    assert lines("[laughter] and so on")[0].text == "[laughter] and so on"


def test_nothing_said_is_no_problem() -> None:
    assert lines("") == lines("  \n") == lines("[]") == lines('{"transcript": []}') == []


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        "<!DOCTYPE html><html></html>",
        '[{"start": 1, "transcript": "cut in the mid',
        '{"status": "ok"}',
        "[1, 2, 3]",
        '[{"start": 1}]',
    ],
)
def test_what_is_no_transcript_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Unreadable):
        lines(text)


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-1", "1e400", "true", '"soon"', "null", "[]", "{}", str(LATEST + 1), '"nan"']
)
def test_a_time_that_can_be_none_is_none(value: str) -> None:
    text = (
        '[{"start": ' + value + ', "transcript": "Yes", "words": [{"word": "Yes", "start": ' + value + ', "end": 2}]}]'
    )
    try:
        (line,) = lines(text)
    except Unreadable:
        return  # no JSON at all
    assert line.start is None
    assert line.words == ()


def test_an_end_before_its_start_is_no_length() -> None:
    (line,) = lines('[{"start": 5, "end": 3, "transcript": "Yes", "words": [{"word": "Yes", "start": 5, "end": 3}]}]')

    assert (line.start, line.end, line.words) == (5, 5, ())


def test_a_huge_file_is_read_in_part_and_deep_nesting_is_none() -> None:
    assert len(lines(json.dumps([{"start": 1, "transcript": "x"}] * (MOST_LINES + 5)))) == MOST_LINES
    assert len(lines("00:00:01,000 --> 00:00:02,000\nx\n\n" * (MOST_LINES + 5))) == MOST_LINES
    words = [{"word": "x", "start_time": 3 * n, "end_time": 3 * n + 1} for n in range(MOST_LINES + 5)]
    assert len(lines(json.dumps({"words": words}))) == MOST_LINES
    with pytest.raises(Unreadable):
        lines("[" * 100_000 + "{")


def test_the_character_that_a_database_refuses_is_left_out() -> None:
    assert lines(json.dumps([{"start": 1, "transcript": "a\x00b"}]).replace("\\u0000", "\x00"))[0].text == "ab"
    (line,) = lines('[{"start": 1, "transcript": "a\\u0000b", "name": "A\\u0000"}]')
    assert "\x00" not in line.text + line.speaker


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (lines, sections):
        try:
            found = read(text)
        except Unreadable:
            continue
        assert "\x00" not in repr(found)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-9, 9)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "start",
                    "end",
                    "text",
                    "transcript",
                    "words",
                    "word",
                    "speaker",
                    "name",
                    "sections",
                    "bullets",
                    "sentences",
                    "sentence",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(anything)
def test_any_json_is_read_or_refused(told: Any) -> None:
    for read in (lines, sections):
        try:
            read(json.dumps(told))
        except Unreadable:
            continue


def test_a_summary_is_read_by_its_sections() -> None:
    told = {
        "sections": [
            {"title": "Agenda", "format": "bullets", "bullets": ["Slopes", "Theta", 3, ""]},
            {"title": "Short", "format": "paragraph", "paragraph": "We measured slopes."},
            {"title": "Empty", "format": "bullets", "bullets": []},
        ]
    }

    assert (
        sections(json.dumps({"summary": told}))
        == sections(json.dumps(told))
        == [
            Section("Agenda", "", ("Slopes", "Theta")),
            Section("Short", "We measured slopes.", ()),
        ]
    )


@pytest.mark.parametrize(
    "text",
    ["We measured slopes.", '"We measured slopes."', '{"summary": "We measured slopes."}', '["We measured slopes."]'],
)
def test_a_summary_may_be_one_text(text: str) -> None:
    assert sections(text) == [Section("", "We measured slopes.", ())]


@pytest.mark.parametrize("text", ["{broken", "[1, 2]", "<html></html>", '{"sections": [{"title": "Only"}]}'])
def test_what_is_no_summary_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Unreadable):
        sections(text)
