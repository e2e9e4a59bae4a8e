"""A key in two halves comes back for the two sides together, and for nothing less."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.crypto import sealing
from assessments.crypto.recovery import (
    ESCROW_SIDES,
    RecoveryKey,
    RecoveryRequest,
    combine_grants,
    make_escrow,
    make_grant,
    matches_code,
    read_escrow,
    read_grant_side,
    read_recovery_request,
    recovery_kid,
)
from assessments.errors import Damaged, StoreFault, UnknownFormat

UDK = bytes(range(32))


class Made:
    """One request and the keys around it."""

    def __init__(self) -> None:
        self.private, keys = {}, {}
        for side in ESCROW_SIDES:
            self.private[side], public = sealing.make_receive_key()
            keys[side] = RecoveryKey(recovery_kid(public), public)
        self.escrow = make_escrow(UDK, "d-1", "hv1", keys["agency"], keys["service"])
        self.one_off, public = sealing.make_receive_key()
        self.request = RecoveryRequest("d-1", "agency-7", "hv1", public, self.escrow)

    def grants(self, request: RecoveryRequest | None = None) -> list[bytes]:
        return [make_grant(self.private[side], request or self.request, side) for side in ESCROW_SIDES]


def test_both_sides_together_give_the_key_back() -> None:
    made = Made()
    assert combine_grants(made.one_off, made.request, made.grants()) == UDK
    assert combine_grants(made.one_off, made.request, made.grants()[::-1]) == UDK
    assert [read_grant_side(grant) for grant in made.grants()] == list(ESCROW_SIDES)


def test_survives_its_travel() -> None:
    made = Made()
    assert read_escrow(made.escrow.to_bytes()) == made.escrow
    assert read_recovery_request(made.request.to_bytes()) == made.request


@pytest.mark.parametrize("side", ESCROW_SIDES)
def test_one_side_alone_gives_nothing(side: str) -> None:
    made = Made()
    grant = made.grants()[ESCROW_SIDES.index(side)]  # type: ignore[arg-type]  # one of SIDES
    for grants in ([grant], [grant, grant], []):
        with pytest.raises(Damaged):
            combine_grants(made.one_off, made.request, grants)
    kid, half = made.escrow.half(side)  # type: ignore[arg-type]  # one of SIDES
    context = sealing.length_prefix("ck1", "escrow", side, kid, "d-1", "hv1")
    assert sealing.hpke_open(made.private[side], half, context) != UDK


@pytest.mark.parametrize("changed", [{"author": "hv2"}, {"device": "d-2"}])
def test_a_request_for_somebody_else_does_not_open(changed: dict[str, str]) -> None:
    made = Made()
    for side in ESCROW_SIDES:
        with pytest.raises(Damaged):
            make_grant(made.private[side], replace(made.request, **changed), side)  # type: ignore[arg-type]  # names of fields


def test_the_other_sides_key_opens_nothing() -> None:
    made = Made()
    for side, other in (ESCROW_SIDES, ESCROW_SIDES[::-1]):
        with pytest.raises(Damaged):
            make_grant(made.private[other], made.request, side)


def test_a_swapped_one_off_key_changes_the_code_and_opens_nothing() -> None:
    made = Made()
    thief, public = sealing.make_receive_key()
    swapped = replace(made.request, one_off_public=public)
    assert swapped.code != made.request.code
    for private, request in ((made.one_off, swapped), (thief, made.request), (thief, swapped)):
        with pytest.raises(Damaged):
            combine_grants(private, request, made.grants())


def test_grants_of_an_earlier_request_do_not_fit() -> None:
    made = Made()
    later = replace(made.request, one_off_public=sealing.make_receive_key()[1])
    with pytest.raises(Damaged):
        combine_grants(made.one_off, made.request, [made.grants()[0], made.grants(later)[1]])


def test_a_code_is_known_however_it_is_written() -> None:
    made = Made()
    code = made.request.code
    assert len(code) == 9
    for heard in (code, code.lower(), code.replace("-", " "), f" {code[:2]} {code[2:]}"):
        assert matches_code(made.request, heard)
    assert matches_code(made.request, code.replace("1", "l").replace("0", "o"))
    for wrong in ("", code[:-1], code + "A", "0000-0000", "ÄÖÜ"):
        assert not matches_code(made.request, wrong)


@given(st.binary(max_size=400), st.integers(0, 600), st.integers(0, 255))
def test_garbled_bytes_are_refused_and_nothing_else(junk: bytes, place: int, value: int) -> None:
    made = Made()
    packed = bytearray(made.request.to_bytes())
    packed[place % len(packed)] = value
    for read, raw in (
        (read_recovery_request, b"CKQ1" + junk),
        (read_escrow, b"CKE1" + junk),
        (read_grant_side, b"CKG1" + junk),
        (read_recovery_request, junk),
        (read_recovery_request, bytes(packed)),
    ):
        try:
            read(raw)
        except StoreFault as fault:
            assert isinstance(fault, (Damaged, UnknownFormat))  # noqa: PT017  # nothing may come is fine too
