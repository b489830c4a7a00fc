"""What the catalog's tests share: somebody of the group that may edit the catalog and nothing else."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client

from catalog.editors import EDITORS
from tests.conftest import BACKEND


@pytest.fixture
def editor(client: Client) -> Client:
    user = get_user_model().objects.create_user("editor", is_staff=True)
    user.groups.add(Group.objects.get(name=EDITORS))
    client.force_login(user, backend=BACKEND)
    return client
