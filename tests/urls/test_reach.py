import pytest

from tuireader.urls.reach import Permission, Reach, permission_for

PUBLIC_ONLY, ANYWHERE, AS_GIVEN = Permission.PUBLIC_ONLY, Permission.ANYWHERE, Permission.AS_GIVEN


@pytest.mark.parametrize(
    ("reach", "there", "elsewhere"),
    [
        (Reach.UNKNOWN, AS_GIVEN, PUBLIC_ONLY),
        (Reach.PUBLIC, PUBLIC_ONLY, PUBLIC_ONLY),
        (Reach.PRIVATE, AS_GIVEN, ANYWHERE),
    ],
)
def test_what_was_found_at_an_address(reach: Reach, there: Permission, elsewhere: Permission) -> None:
    feed = "https://example.org/feed"
    assert permission_for(feed, feed, reach) is there
    assert permission_for("https://example.org/a", feed, reach) is there
    assert permission_for("https://cdn.example.net/a", feed, reach) is elsewhere
    assert permission_for("http://127.0.0.1/a", feed, reach) is elsewhere


@pytest.mark.parametrize("reach", Reach)
def test_an_address_that_names_the_inside_was_typed_as_such(reach: Reach) -> None:
    assert permission_for("http://localhost:8000/a", "http://localhost:8000/feed", reach) is AS_GIVEN
    assert permission_for("http://10.0.0.7/a", "http://localhost:8000/feed", reach) is ANYWHERE
