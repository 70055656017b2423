"""When a signature is good: around its date, or as long as a presigned request says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.rules import sigv4
from entrepot.rules.sigv4 import SignatureError
from entrepot.rules.sigv4_dates import format_basic, parse_date
from tests.rules.signing import sign

MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_a_signature_is_good_for_five_minutes_on_either_side(seconds: int) -> None:
    sign().verify(seconds)


def test_an_old_signature_is_refused_in_the_words_of_aws() -> None:
    signed = sign()
    moment = sigv4.parse(signed.request).signed_at
    with pytest.raises(SignatureError) as caught:
        signed.verify(301)
    limit, now = moment + timedelta(seconds=1), moment + timedelta(seconds=301)
    assert caught.value.fault == "InvalidSignature"
    assert caught.value.message == (
        f"Signature expired: {format_basic(moment)} is now earlier than {format_basic(limit)} "
        f"({format_basic(now)} - 5 min.)"
    )


def test_a_signature_of_the_future_is_refused_in_the_words_of_aws() -> None:
    signed = sign()
    moment = sigv4.parse(signed.request).signed_at
    with pytest.raises(SignatureError) as caught:
        signed.verify(-301)
    limit, now = moment - timedelta(seconds=1), moment - timedelta(seconds=301)
    assert caught.value.message == (
        f"Signature not yet current: {format_basic(moment)} is still later than {format_basic(limit)} "
        f"({format_basic(now)} + 5 min.)"
    )


@given(st.integers(1, sigv4.MAX_EXPIRES))
def test_a_presigned_request_is_good_until_it_expires(expires: int) -> None:
    signed = sign("GET", expires=expires)
    signed.verify(expires)
    signed.verify(-300)
    for seconds in (expires + 1, -301):
        with pytest.raises(SignatureError, match=r"Signature (expired|not yet current)"):
            signed.verify(seconds)


@pytest.mark.parametrize("expires", ["0", "604801", "-1", "1.5", "", "ten", "\uff11", "9" * 400])
def test_other_lifetimes_are_refused(expires: str) -> None:
    signed = sign("GET", expires=77)
    changed = signed.change(query_string=signed.request.query_string.replace("Expires=77", f"Expires={expires}"))
    with pytest.raises(SignatureError) as caught:
        sigv4.parse(changed.request)
    assert caught.value.fault == "IncompleteSignature"


def test_a_date_header_serves_where_there_is_no_x_amz_date() -> None:
    signed = sign(headers=(("Date", "any"),))
    assert not signed.request.header("x-amz-date")
    signed.verify()
    with pytest.raises(SignatureError, match="'date' must be a 'SignedHeader'"):
        signed.edit_authorization("SignedHeaders=date;", "SignedHeaders=").verify()


@given(MOMENTS)
def test_dates_are_read_as_they_are_written(moment: datetime) -> None:
    assert parse_date(format_basic(moment)) == moment
    day, month = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][moment.weekday()], moment.month
    name = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1]
    written = f"{day}, {moment.day:02} {name} {moment.year:04} {moment:%H:%M:%S} GMT"
    assert parse_date(written) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "20150830", "20150230T000000Z", "20151301T000000Z", "20150830T126000Z", "2015-08-30T12:36:00Z"),
        *("Sun, 30 Foo 2015 12:36:00 GMT", "Sun, 31 Feb 2015 12:36:00 GMT", "Sun, 30 Aug 2015 12:36:00 EST"),
        *("\uff12\uff10150830T123600Z", "20150830T123600Z\n"),
    ],
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None
