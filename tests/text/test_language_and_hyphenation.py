"""The language of a text is told by its commonest words, and not told where they say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.text.language_and_hyphenation import language_of

RIVER = {
    "cs": "Hladina řeky klesla tak, že přívoz jedenáct dní nejezdil, a nikdo ve vsi nevěděl, co se má dělat.",
    "da": "Floden var faldet så meget, at færgen ikke sejlede i elleve dage, og ingen vidste, hvad der var sket.",
    "de": "Der Fluss war so tief gefallen, dass die Fähre elf Tage lang nicht fuhr, und niemand im Dorf wusste Rat.",
    "el": "Το ποτάμι είχε πέσει τόσο χαμηλά που το πλοίο δεν περνούσε για έντεκα μέρες.",
    "en": "The river had fallen so low that the ferry did not run for eleven days, and nobody there knew why.",
    "es": "El río había bajado tanto que el transbordador no pasó en once días, y nadie en el pueblo sabía qué hacer.",
    "fr": "La rivière était si basse que le bac ne passait plus depuis onze jours, et personne ne le savait.",
    "hu": "A folyó annyira leapadt, hogy a komp tizenegy napig nem járt, és a faluban senki nem tudta, mit kell tenni.",
    "it": "Il fiume era sceso così in basso che il traghetto non passava da undici giorni, e nessuno lo sapeva.",
    "nl": "De rivier was zo laag dat het veer elf dagen niet voer, en niemand in het dorp wist wat er aan te doen was.",
    "pl": "Rzeka opadła tak nisko, że prom nie kursował przez jedenaście dni, i nikt nie wiedział, co się stało.",
    "pt": "O rio tinha descido tanto que a balsa não passava há onze dias, e ninguém na aldeia sabia o que fazer.",
    "ru": "Река так обмелела, что паром не ходил одиннадцать дней, и никто в деревне не знал, что делать.",
    "sv": "Floden hade sjunkit så lågt att färjan inte gick på elva dagar, och ingen i byn visste vad de skulle göra.",
    "uk": "Річка так обміліла, що пором не ходив одинадцять днів, і ніхто в селі не знав, що робити.",
}


@pytest.mark.parametrize("language", RIVER)
def test_prose(language: str) -> None:
    assert language_of(f"{RIVER[language]} " * 3) == language


@pytest.mark.parametrize(
    "text",
    [
        "Zu kurz.",
        "川の水位が下がり、渡し舟は十一日間出なかった。" * 12,
        "x = 1; print(x) " * 40,
        "Kernel 6.18 " * 30,
        "…" * 300,
    ],
    ids=["short", "Japanese", "code", "names", "signs"],
)
def test_of_others_nothing_is_said(text: str) -> None:
    assert language_of(text) == ""


@given(st.text(min_size=200, max_size=400))
def test_any_text_has_one_or_none(text: str) -> None:
    assert len(language_of(text)) < 3
