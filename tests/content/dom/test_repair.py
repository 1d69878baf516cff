from tuireader.content.dom.sanitize import bounded


def test_what_parsers_take_the_square_of_its_length_for_is_bounded() -> None:
    assert bounded("<!doctype " + "/" * 9000 + "<html><!-- kept --><p>x</p>") == "<html><!-- kept --><p>x</p>"
    many = "<p " + " ".join(f"a{number}" for number in range(5000)) + ">x</p>"
    assert bounded(many) == "<p>x</p>"
    picture = f'<img src="data:image/png;base64,{"A" * 9000}" alt="A harbour" data-src="/harbour.png">'
    assert bounded(picture) == '<img alt="A harbour" data-src="/harbour.png">'
    valued = "<p " + " ".join(f'a{number}="1"' for number in range(2000)) + ">x</p>"
    assert bounded(valued).count("=") == 50
    assert bounded("a" + "¶" * 9000 + "b" + "¶" * 10) == "a" + "¶" * 200 + "b" + "¶" * 10
    assert bounded("<br>" * 300 + "漢" * 9000) == "<br>" * 300 + "漢" * 9000
    assert bounded('<p class="a b" title="c">x</p>') == '<p class="a b" title="c">x</p>'
