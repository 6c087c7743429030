"""What went wrong, told without what it went wrong with."""

from webhooks.problems import said, where


def raised(problem: ValueError) -> ValueError:
    try:
        raise problem
    except ValueError as caught:
        return caught


def test_secrets_in_urls_are_masked_and_nul_is_made_storable() -> None:
    words = said(ValueError("cannot read 'rtmp://live.example/app/hush-hush' \x00"))

    assert words.startswith("ValueError: cannot read 'rtmp://live.example/app/")
    assert "hush-hush" not in words
    assert "\x00" not in words


def test_where_names_the_place_and_not_the_message() -> None:
    place = where(raised(ValueError("hush-hush")))

    assert "raised (" in place
    assert "test_problems.py:" in place
    assert "hush-hush" not in place
