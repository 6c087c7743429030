import pytest

from dashboard import devices


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("web_Mac_OS Chrome_126.0.0.0", "Mac OS, Chrome 126"),
        ("web_iOS Mobile Safari_17.4", "iOS, Mobile Safari 17"),
        ("android Tecno KG5k", "android, Tecno KG5k"),
        ("iOS iPhone12,1", "iOS, iPhone12,1"),
        ("web_Windows", "Windows"),
        ("something else entirely", "something, else entirely"),
        ("", ""),
    ],
)
def test_a_device_is_called_what_people_call_it(written: str, said: str) -> None:
    assert devices.words(written) == said
