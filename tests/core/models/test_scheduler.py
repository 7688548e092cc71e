"""The scheduler: searches first, in order, indexing in between, and never stuck."""

import threading
import time
from contextlib import ExitStack

import pytest
from hypothesis import given, settings, strategies as st

from core.errors import Stopping
from core.models.scheduler import InferenceScheduler
from tests.made_home import at_once, wait_until

SOON = 20.0
FOREVER = 1000.0
Call = tuple[bool, bool]  # in the background, raises
calls = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=8)


def order_of(scheduler, made):
    """The order in which these calls get their turn, when all came while it was held."""
    order: list[int] = []

    def call(number, *, background, raises):
        try:
            with scheduler.turn(background=background):
                order.append(number)
                _ = 1 // (not raises)
        except ZeroDivisionError:
            pass

    threads = []
    with scheduler.turn():
        for number, (background, raises) in enumerate(made):
            kinds = {"background": background, "raises": raises}
            threads.append(threading.Thread(target=call, args=(number,), kwargs=kinds))
            threads[-1].start()
            wait_until(lambda number=number: scheduler.waiting == number + 1)
    for thread in threads:
        thread.join(SOON)
    return order


@pytest.mark.parametrize(("patience", "first"), [(FOREVER, False), (0.0, True)])
@settings(max_examples=60)
@given(calls)
def test_searches_go_first_or_overdue_indexing_and_each_kind_in_order(patience, first, made):
    """Whoever fails releases the scheduler, and nobody is left behind."""
    order = order_of(InferenceScheduler(patience), made)
    assert order == sorted(range(len(made)), key=lambda number: (made[number][0] != first, number))


def test_a_search_keeps_indexing_out_between_its_calls():
    """The scheduler is free, and indexing still waits until the last search has ended."""
    scheduler, entered = InferenceScheduler(patience=FOREVER), threading.Event()

    def index():
        with scheduler.turn(background=True):
            entered.set()

    with ExitStack() as first:
        first.enter_context(scheduler.searching())
        with scheduler.searching():
            thread = threading.Thread(target=index)
            thread.start()
            with scheduler.turn():
                wait_until(lambda: scheduler.waiting == 1)
        assert not entered.wait(0.05)
    assert entered.wait(SOON)
    thread.join(SOON)


def test_indexing_is_never_starved_by_searches_without_a_pause():
    """Four people who ask in a loop: a background call still comes through after its patience."""
    scheduler, stopped = InferenceScheduler(patience=0.05), threading.Event()
    searched = [0] * 4

    def search(person):
        while not stopped.is_set():
            with scheduler.searching(), scheduler.turn():
                searched[person] += 1
                time.sleep(0.001)

    people = [threading.Thread(target=search, args=(person,)) for person in range(4)]
    for person in people:
        person.start()
    try:
        for _ in range(5):
            begun, before = time.monotonic(), sum(searched)
            with scheduler.turn(background=True):
                assert sum(searched) > before
                assert 0.05 <= time.monotonic() - begun < SOON
    finally:
        stopped.set()
        for person in people:
            person.join(SOON)
    assert min(searched) > 0


def test_one_call_at_a_time_whatever_the_mix():
    """Eight threads, both kinds, short patience: never two inside, and all come through."""
    scheduler, inside, most = InferenceScheduler(patience=0.002), [0], [0]

    def work(number):
        for turn in range(50):
            with scheduler.turn(background=(number + turn) % 3 == 0):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    at_once(work, range(8))
    assert most == [1]
    assert scheduler.waiting == 0


@pytest.mark.parametrize("inside", ["turn", "beside"])
def test_closing_waits_for_who_is_inside_and_lets_nobody_in(inside):
    """Who waits is told so, and who comes later; who is inside ends in peace."""
    scheduler, entered, leave, told = InferenceScheduler(), threading.Event(), threading.Event(), []

    def stay():
        with getattr(scheduler, inside)():
            entered.set()
            leave.wait(SOON)

    def come(*, background):
        with pytest.raises(Stopping), scheduler.turn(background=background):
            pass
        told.append(background)

    holder = threading.Thread(target=stay)
    holder.start()
    entered.wait(SOON)
    waiting = [threading.Thread(target=come, kwargs={"background": b}) for b in (True, False)]
    if inside == "turn":
        for thread in waiting:
            thread.start()
        wait_until(lambda: scheduler.waiting == 2)
    assert not scheduler.close(0.01)
    if inside == "beside":
        for thread in waiting:
            thread.start()
    for thread in waiting:
        thread.join(SOON)
    assert sorted(told) == [False, True]
    with pytest.raises(Stopping), scheduler.beside():
        pass
    leave.set()
    assert scheduler.close(SOON)
    holder.join(SOON)
    assert scheduler.waiting == 0


def test_idle_is_when_nobody_has_used_a_model_for_so_long():
    """A turn of a search or of indexing, and a search between its turns, begin the wait anew."""
    scheduler = InferenceScheduler()
    idle = threading.Event()

    def wait():
        scheduler.wait_until_idle(0.05, lambda: False)
        idle.set()

    waiting = threading.Thread(target=wait)
    with scheduler.searching():
        waiting.start()
        for background in (False, True):
            with scheduler.turn(background=background):
                assert not idle.wait(0.1)
        assert not idle.wait(0.1)
    assert idle.wait(SOON)
    waiting.join()
    scheduler.wait_until_idle(0.0, lambda: False)


def test_whoever_waits_for_a_quiet_moment_is_stopped_at_the_end():
    """The measurement that waits does not hold up the end of the program."""
    scheduler = InferenceScheduler()
    stopped = threading.Event()

    def wait():
        with pytest.raises(Stopping):
            scheduler.wait_until_idle(FOREVER, lambda: False)
        stopped.set()

    threading.Thread(target=wait).start()
    scheduler.close(SOON)
    assert stopped.wait(SOON)
