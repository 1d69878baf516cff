"""The words of bylines, in the languages in which blog software speaks: who wrote, when, how long it takes to read."""

from __future__ import annotations

BESIDE_NAMES = frozenset(
    """
    a about actualizado added af aggiornato ago ai aktualisiert al alle am an and art article at atualizado auteur
    auteurs author authors autor autore autores autorin autorzy av bearbeitet beitrag bijgewerkt by categoria
    categorias categorie categories category categoría categorías catégorie catégories comentarios comentários comment
    commentaires commenti comments con contributor correspondent created czytania da dans das date datum de del den
    der des di die do dodano door du e edited editor el em en escrito et etiquetas feita filed first from från gelesen
    geplaatst gepubliceerd geschrieben hace há i il im in is jour kategori kategoria kategorie kategorien kategorier
    kl kommentare la label labels las last le lectura lecture leestijd leitura length les lesedauer lesezeit lettura
    ligne likes listen los lästid min mins minute minuten minutes minuti mis mise modified modifié more mots na no o
    och of og on one op opublikowano originally os palabras palavras par parole photo photos por post posted przez
    pubblicato publicado publicerad published publié publiée reacties read reader reading redacción redaktion reporter
    revised rédaction rédigé s schlagwort schlagworte schlagwörter scritto share shares since skriven staff stand
    story tag tagged tagi tags tekst temas tempo temps text texte the thema themen tiempo time to topic topics uhr um
    und under update updated uppdaterad uppdaterat van veröffentlicht views vom von vor with woorden word words writer
    written wrote wörter y zuletzt à às écrit étiquettes автор авторы в время дата источник категории категория
    комментариев мин минут минуты обновлено опубликовано просмотров рубрика слов теги текст темы фото чтение чтения 文
    著
    """.split()  # noqa: SIM905 - a list of them would be four times as long
)
"""What stands beside names, categories, dates and lengths."""

OF_DATES = frozenset(
    """
    abril agosto am août apr april aprile aug august augustus avril bst cest cet dec december dezember dezembro
    dicembre diciembre dienstag dimanche domingo donnerstag décembre edt enero est feb febbraio febrero februar
    februari february fevereiro freitag fri friday févr février gennaio giugno gmt h hs jan janeiro januar januari
    january janv janvier jeudi jueves juillet juin jul julho juli julio july jun june junho juni junio jänner luglio
    lundi lunes maart maggio mai maio mar march mardi mars martes marzo março may mayo mei mercredi mittwoch miércoles
    mon monday montag märz nd nov november novembre novembro noviembre oct october octobre octubre oktober ottobre
    outubro pm rd samedi samstag sat saturday sep sept september septembre septiembre setembro settembre sonntag st
    sun sunday sábado t th thu thur thurs thursday today tue tues tuesday utc vendredi viernes wed wednesday yesterday
    z августа апреля декабря июля июня марта мая ноября октября сентября февраля января أبريل أغسطس أكتوبر ديسمبر
    سبتمبر فبراير مارس مايو نوفمبر يناير يوليو يونيو
    """.split()  # noqa: SIM905 - as above
)
"""What dates and times consist of, besides figures."""
