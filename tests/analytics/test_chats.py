"""The chat of a class, read by the headings of its file."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import instants
from analytics.chats import MOST, Message, messages
from analytics.transcripts import Unreadable

AT = instants.parse("2026-11-12T07:25:01.500Z")


def test_a_message_is_read_by_the_headings_whatever_their_order() -> None:
    first = "MessageID,SenderID,SenderName,SenderRole,Timestamp,Message\n"
    first += "m1,peer-1,Amina,student,2026-11-12T07:25:01.5Z,Yes\n"
    other = "Message,Time,Sender Name,Sender ID\nYes,2026-11-12 07:25:01.5 +0000 UTC,Amina,peer-1\n"

    assert messages(first) == messages(other) == [Message(AT, "Amina", "peer-1", "", "Yes")]


def test_a_file_as_100ms_writes_it_tells_who_could_read_a_message() -> None:
    text = "MessageID,SenderPeerID,SenderName,SenderUserID,Roles,SentAt,Type,Message\n"
    text += "m1,peer-1,Amina,u1,[],2026-11-12T07:25:01.500Z,chat,Yes\nm2,,,,[teacher],2026-11-12T07:25:02Z,chat,No\n"

    assert [(one.peer_id, one.sender, one.to, one.text) for one in messages(text)] == [
        ("peer-1", "Amina", "", "Yes"),
        ("", "", "teacher", "No"),
    ]


@pytest.mark.parametrize("time", ["1794468301", "1794468301000", "1794468301000000", "1794468301000000000"])
def test_a_time_may_be_an_epoch_of_any_unit(time: str) -> None:
    (message,) = messages(f"message,time\nYes,{time}\n")

    assert message.at == 1_794_468_301 * instants.SECOND


@pytest.mark.parametrize(
    "time", ["", "soon", "0001-01-01T00:00:00Z", "99999999999", "9999999999999999999", "٣٣٣٣٣٣٣٣٣٣"]
)
def test_a_time_that_can_be_none_is_none(time: str) -> None:
    (message,) = messages(f"message,time\nYes,{time}\n")

    assert message.at is None


def test_quotes_line_breaks_and_other_commas_are_kept() -> None:
    text = '\ufeffSenderName;Message;To\r\n"O\'Sullivan, Liam";"One\nTwo; ""three""";Everyone\r\n'

    assert messages(text) == [Message(None, "O'Sullivan, Liam", "", "Everyone", 'One\nTwo; "three"')]


def test_rows_that_say_nothing_or_are_short_are_left_out() -> None:
    assert [one.text for one in messages("sender,message\nAmina,Yes\nBen\n\nCleo,\nDan,No,more,more\n")] == [
        "Yes",
        "No",
    ]


def test_messages_come_by_time() -> None:
    text = "message,time\nlater,2026-11-12T07:25:02Z\nfirst,2026-11-12T07:25:01Z\n"

    assert [one.text for one in messages(text)] == ["first", "later"]


def test_an_empty_chat_is_no_problem() -> None:
    assert messages("") == messages("MessageID,SenderName,Message\n") == []


@pytest.mark.parametrize("text", ["<html></html>", "a,b\n1,2\n", 'message\n"' + "x" * 200_000])
def test_what_is_no_chat_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Unreadable):
        messages(text)


def test_a_huge_chat_is_read_in_part() -> None:
    assert len(messages("message\n" + "Yes\n" * (MOST + 5))) == MOST


@given(st.text(alphabet=st.sampled_from('message,sender\n"; \t\x00é'), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Unreadable):
        assert all(one.text and "\x00" not in repr(one) for one in messages(text))
