"""Who follows answers in this process, each over one open stream, and who gives way when there are too many. Pure.

A page that follows holds a connection, a descriptor and a task, so one person's are bounded, and so are all of them.

Over one's own bound the newest comes in and the oldest gives way. Whoever has that many tabs looks at the one he has just
opened; refusing it would leave it dead for the sake of forgotten ones. The page that gave way says so, and comes back by
itself some seconds later as the newest, so that with a few tabs too many all of them go on, each with a pause now and then,
and the load stays what the bound says.

Over the bound of all, whoever follows most gives way, so that nobody's many tabs keep another person out. Only where
everybody follows one thing is the newcomer turned away, to come back by himself as well.
"""

from collections.abc import Callable, Hashable


class Follower:
    """One open stream. `gives_way` is set when it has to end; `wake` is called then."""

    def __init__(self, user: Hashable, wake: Callable[[], None]) -> None:
        self.user = user
        self.wake = wake
        self.gives_way = False


class Followers:
    """The open streams of one process, by person, the oldest first. Only used on the event loop."""

    def __init__(self) -> None:
        self._of: dict[Hashable, list[Follower]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def of(self, user: Hashable) -> int:
        return len(self._of.get(user, ()))

    def join(self, user: Hashable, wake: Callable[[], None], *, most_of_one: int, most: int) -> Follower | None:
        """A new stream of `user`, for which others may have to give way; None where he has to come again later."""
        if self.of(user) >= most_of_one:
            self._give_way(user)
        elif self._count >= most:
            greediest = max(self._of, key=self.of)
            if self.of(greediest) <= self.of(user) + 1:
                greediest = user
            if not self.of(greediest):
                return None
            self._give_way(greediest)
        follower = Follower(user, wake)
        self._of.setdefault(user, []).append(follower)
        self._count += 1
        return follower

    def _give_way(self, user: Hashable) -> None:
        oldest = self._of[user][0]
        self.leave(oldest)
        oldest.gives_way = True
        oldest.wake()

    def leave(self, follower: Follower) -> None:
        """It has ended, or has to; again is nothing."""
        found = self._of.get(follower.user, [])
        if follower in found:
            found.remove(follower)
            self._count -= 1
            if not found:
                del self._of[follower.user]
