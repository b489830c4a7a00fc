"""Who gives way when too many pages follow answers: the oldest of one's own, then of whoever follows most. A table by hand."""

import pytest

from playground.followers import Follower, Followers


class Table:
    """Joins people by letters and remembers who was woken to go."""

    def __init__(self, most_of_one: int, most: int) -> None:
        self.followers = Followers()
        self.bounds = {"most_of_one": most_of_one, "most": most}
        self.gone: list[str] = []
        self.came: list[Follower] = []

    def join(self, user: str) -> Follower | None:
        name = f"{user}{sum(each.user == user for each in self.came) + 1}"
        follower = self.followers.join(user, lambda: self.gone.append(name), **self.bounds)
        if follower is not None:
            self.came.append(follower)
        return follower


@pytest.mark.parametrize(
    ("most_of_one", "most", "arrivals", "gone", "turned_away"),
    [
        (3, 9, "aaa", "", ""),
        (3, 9, "aaaaa", "a1 a2", ""),  # the newest comes in
        (2, 9, "ababa", "a1", ""),  # nobody else's goes for it
        (9, 4, "aaaab", "a1", ""),  # who has most makes room for who has none
        (9, 4, "aaaabb", "a1 a2", ""),  # to two and two
        (9, 4, "aaaabbb", "a1 a2 b1", ""),  # from there on each for himself
        (9, 3, "abca", "a1", ""),
        (9, 3, "abcd", "", "d"),  # everybody follows one thing
        (1, 1, "aaa", "a1 a2", ""),
        (1, 1, "ab", "", "b"),
    ],
)
def test_who_gives_way(most_of_one: int, most: int, arrivals: str, gone: str, turned_away: str) -> None:
    table = Table(most_of_one, most)
    refused = [user for user in arrivals if table.join(user) is None]
    assert (" ".join(table.gone), "".join(refused)) == (gone, turned_away)
    assert len(table.followers) == len(arrivals) - len(table.gone) - len(refused) <= most
    assert all(table.followers.of(user) <= most_of_one for user in arrivals)
    assert [each.gives_way for each in table.came].count(True) == len(table.gone)


def test_who_has_left_makes_room_once() -> None:
    table = Table(2, 2)
    first, second = table.join("a"), table.join("a")
    assert first is not None
    assert second is not None
    for _ in range(3):
        table.followers.leave(first)
    assert len(table.followers) == 1
    table.join("a")
    assert table.gone == []
    table.followers.leave(second)
    assert (table.followers.of("a"), table.followers.of("nobody")) == (1, 0)
