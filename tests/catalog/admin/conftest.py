"""What the admin's tests share: one member of staff of each group, and a market to import into."""

from collections.abc import Callable

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from catalog.editors import IMPORTERS
from tests.conftest import BACKEND


@pytest.fixture
def staff(db: None) -> Callable[[str], Client]:
    """A signed-in member of staff of this group; of none where the name is blank."""

    def sign_in(group: str) -> Client:
        user = get_user_model().objects.create_user(group or "nobody", is_staff=True)
        if group:
            user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return sign_in


@pytest.fixture
def importer(staff: Callable[[str], Client]) -> Client:
    return staff(IMPORTERS)
