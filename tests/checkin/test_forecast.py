"""What comes in the next half hour, guessed from arrivals that are made up."""

from partnering.checkin.forecast import Forecast, of

STEADY = [20] * 12


def test_of_a_few_guests_nothing_follows():
    assert of([0, 2, 1, 1], {1: [0, 2, 1, 1]}) == Forecast()


def test_a_steady_stream_goes_on_and_makes_no_queue():
    found = of([10] * 4, {1: [5] * 12, 2: [5] * 12})

    assert (found.coming, found.queue, found.known, found.full) == (60, 0, True, False)
    assert found.managed == 240  # two devices, a guest in fifteen seconds each


def test_slow_arrivals_are_no_sign_of_a_full_door():
    assert not of([10] * 4, {1: [10] * 12}).full


def test_a_rise_goes_on_for_a_while():
    # ten, then thirty: +10, +5, +2.5 on top
    assert of([5, 5, 15, 15], {1: [0] * 8 + [5, 5, 15, 15]}).coming == round(40 + 45 + 47.5)


def test_a_fall_ends_at_nobody():
    assert of([40, 40, 1, 1], {1: [40, 40, 1, 1]}).coming == 0


def test_never_more_come_than_are_expected():
    assert of([10] * 4, {1: [10] * 12}, awaited=25).coming == 25
    assert of([10] * 4, {1: [10] * 12}, awaited=0).coming == 0


def test_more_than_the_doors_manage_make_a_queue():
    # one device: at most forty in ten minutes; sixty, then seventy, then seventy-five come
    found = of([10, 10, 20, 20], {1: [0] * 8 + [10, 10, 20, 20]})

    assert found.coming == round(50 + 55 + 57.5)
    assert (found.managed, found.full) == (120, True)
    assert found.queue == round(10 + 15 + 17.5)
    assert found.minutes == round(10 * 42.5 / 40)


def test_a_fast_device_manages_what_it_did_at_its_best():
    found = of([30] * 4, {1: [60, *[30] * 11]})

    assert (found.managed, found.full, found.queue) == (360, False, 0)


def test_doors_at_their_limit_are_named():
    assert of([60] * 4, {1: [60] * 12}).full


def test_a_device_that_nobody_holds_any_more_manages_nothing():
    assert of([10] * 4, {1: [10] * 12, 2: [40] * 10 + [0, 0]}).managed == 120


def test_a_queue_shrinks_when_fewer_come():
    found = of([60, 60, 30, 30], {1: [20] * 12})

    assert found.queue == 0  # sixty less half of sixty, then less: the door manages forty
    assert found.coming == 52  # 30, 15 and 7.5


def test_refused_guests_take_time_and_are_no_arrivals():
    assert of([0] * 4, {1: STEADY}) == Forecast()
