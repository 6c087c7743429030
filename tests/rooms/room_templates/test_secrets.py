"""Secrets that were masked come back from where they are, or not at all; a mask is never taken for one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.masking import masked
from rooms.room_templates.secrets import check_unmasked, outgoing, restored

A, B, C = (f"rtmp://live.example/app/key-{letter}" for letter in "abc")
names = st.text("abcd", min_size=1, max_size=3)
urls = st.builds("rtmp://{}.example/app/{}".format, names, names)
values = st.recursive(
    st.one_of(st.integers(), st.booleans(), names),
    lambda inner: st.dictionaries(names, inner, max_size=3) | st.lists(inner, max_size=3),
    max_leaves=8,
)
contents = st.fixed_dictionaries(
    {
        "settings": st.fixed_dictionaries({"upload": st.dictionaries(st.sampled_from(["credentials"]), values)}),
        "destinations": st.dictionaries(names, st.fixed_dictionaries({"rtmpUrls": st.lists(urls, unique=True)})),
        "more": values,
    }
)


@given(contents)
def test_what_was_only_shown_comes_back_whole_where_nothing_looks_alike(content: dict[str, Any]) -> None:
    found = restored(masked(content), content)

    assert found.lost == []
    assert found.content == content


@given(contents)
def test_nothing_comes_from_nowhere(content: dict[str, Any]) -> None:
    found = restored(masked(content), {})

    check_unmasked(found.content)
    assert masked(found.content) == found.content


def urls_of(*shown: str, held: list[str]) -> tuple[list[str], list[str]]:
    found = restored({"rtmpUrls": masked(list(shown))}, {"rtmpUrls": held})
    return found.content["rtmpUrls"], found.lost


def test_an_address_that_moved_is_found_and_one_that_is_gone_is_told() -> None:
    other = "rtmp://other.example/app/key-x"
    assert urls_of(other, held=[A, other]) == ([other], [])
    assert urls_of(other, A, held=[A]) == ([A], ["rtmpUrls[0]"])


def test_a_typed_secret_replaces_the_one_there() -> None:
    assert restored({"rtmpUrls": [B]}, {"rtmpUrls": [A]}).content == {"rtmpUrls": [B]}


def test_keys_go_out_under_the_name_that_requests_give_them() -> None:
    upload = {"type": "s3", "location": "b", "credentials": {"key": "k", "secret": "s", "more": 1}}
    settings = {"region": "eu", "recording": {"enabled": True, "upload": upload}}

    sent = outgoing(settings)

    assert sent["recording"]["upload"]["credentials"] == {"key": "k", "secretKey": "s", "more": 1}
    assert sent["region"] == "eu"
    assert upload["credentials"] == {"key": "k", "secret": "s", "more": 1}
    assert outgoing({"region": "eu"}) == {"region": "eu"}


@pytest.mark.parametrize("secret", [{}, {"secret": ""}, {"secret": "****"}, {"secretKey": "••••••"}])
def test_keys_without_their_secret_do_not_go_out(secret: dict[str, str]) -> None:
    upload = {"type": "s3", "location": "b", "credentials": {"key": "k", **secret}}

    with pytest.raises(ValueError, match="secretKey is not told by 100ms"):
        outgoing({"recording": {"upload": upload}})


def test_a_mask_is_named_by_its_place() -> None:
    with pytest.raises(ValueError, match=r"^a\[1\]\.b is masked"):
        check_unmasked({"a": [{}, {"b": "••••••"}]})
