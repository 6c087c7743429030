"""Headers of a webhook as people write them."""

import pytest

from rooms.webhook_headers import headers_of


def test_each_line_is_a_header() -> None:
    assert headers_of("X-Pass: a:b c\r\n\n  Authorization :Basic eA== \n") == {
        "X-Pass": "a:b c",
        "Authorization": "Basic eA==",
    }
    assert headers_of("") == {}
    assert headers_of("X-Empty:") == {"X-Empty": ""}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("s3cret", "Line 1 is no header"),
        ("A: 1\nB b: s3cret", "Line 2 is no header"),
        (": s3cret", "Line 1 is no header"),
        ("A: s3cret\x00", "Line 1 is no header"),
        ("A: s3cret\na: 2", "Line 2 names a header"),
    ],
    ids=repr,
)
def test_what_is_none_is_named_by_its_line_alone(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        headers_of(text)
    assert "s3cret" not in str(caught.value)
