from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def ops(signed_in: Callable[[User], Client], ikram: User) -> Client:
    return signed_in(ikram)


@pytest.fixture
def teacher(signed_in: Callable[[User], Client], wanjiru: User) -> Client:
    return signed_in(wanjiru)
