"""Phrases of blog software at the end of articles, in many languages.

All patterns match the whole text of a block.
"""

from __future__ import annotations

import re


def _any(*alternatives: str, around: str = "{}") -> re.Pattern[str]:
    return re.compile(around.format(f"(?:{'|'.join(alternatives)})"), re.IGNORECASE | re.DOTALL)


NOTICE = _any(
    r"your e-?mail address will not be published\b.{0,40}",
    r"required fields are marked\s*\*?",
    r"fields marked with an? \* are required\.?",
    r"save my name, e?-?mail,? (?:and website )?in this browser\b.{0,60}",
    r"notify me of (?:follow-up comments|new posts) by e-?mail\.?",
    r"you must be logged in to post a comment\.?",
    r"comments are closed\.?",
    r"cancel reply",
    r"(?:like )?loading\s*(?:\.\.\.|…)",
    r"like this:",
    r"\[?advertisement\]?",
    r"this site is protected by recaptcha\b.{0,150}",
    r"this site uses akismet\b.{0,150}",
    r"diese website verwendet akismet\b.{0,150}",
    r"ce site utilise akismet\b.{0,150}",
    r"este sitio usa akismet\b.{0,150}",
    r"questo sito (?:usa|utilizza) akismet\b.{0,150}",
    r"deze site gebruikt akismet\b.{0,150}",
    r"este site utiliza o akismet\b.{0,150}",
)
"""Notices around a reply form."""

REPLY = _any(
    r"(?:leave|post|write|add) a (?:reply|comment|response)(?: cancel reply)?",
    r"leave your comment",
    r"join the (?:conversation|discussion)",
    r"schreibe? einen kommentar.{0,30}",
    r"laisser un commentaire.{0,30}",
    r"deja (?:una respuesta|un comentario).{0,30}",
    r"lascia un commento.{0,30}",
    r"geef een reactie.{0,30}",
    r"deixe um comentário.{0,30}",
    r"コメントを残す",
    r"发表回复",
)
"""Headings of reply forms."""

LABEL = _any(
    r"(?:your )?(?:name|e-?mail|comment)",
    r"e-?mail address",
    r"website",
    r"url",
    r"post comment",
    r"submit(?: comment)?",
    r"reply",
    r"Δ",
    around=r"{}\s*(?:\(required\)|\(optional\))?\s*\*?:?",
)
"""Labels of reply forms."""

ORIGIN = _any(
    r"the (?:post|article)\b.{0,60}appeared first on",
    r"der beitrag\b.{0,60}erschien zuerst auf",
    r"l[’']article\b.{0,60}est apparu en premier sur",
    r"la entrada\b.{0,60}(?:se publicó primero|aparece primero) en",
    r"l[’']articolo\b.{0,60}proviene da",
    r"[oa] (?:post|postagem)\b.{0,60}apareceu primeiro (?:em|no|na)",
    r"het bericht\b.{0,60}verscheen eerst op",
    r"(?:wpis|artykuł)\b.{0,60}pojawił się (?:najpierw|poczatkowo|początkowo) (?:na|w)",
    r"запись\b.{0,60}впервые появилась",
    r"inlägget\b.{0,60}dök först upp på",
    r"indlægget\b.{0,60}blev først udgivet på",
    r"innlegget\b.{0,60}dukket først opp på",
    r"příspěvek\b.{0,60}se nejdříve objevil na",
    r"artikkeli\b.{0,60}julkaistiin ensimmäisenä",
    r"投稿.{0,60}は.{0,60}に最初に表示されました",
    r"文章.{0,60}最先出现在",
    r"was originally published (?:in|on)\b.{0,60}on medium, where people are continuing the conversation",
    around=r"{}.{{0,100}}",
)
""""First appeared on" notices, with or without their links."""

MORE = _any(
    r"(?:click |tap )?(?:here )?(?:to )?read (?:more|on|the (?:rest|full|whole|entire)\b.{0,60})",
    r"(?:click |tap )?(?:here )?(?:to )?(?:see|view|learn) more",
    r"(?:see|view) the (?:rest|full|whole|entire) (?:article|story|post|text|entry)\b.{0,60}",
    r"read full (?:article|story|post)",
    r"(?:continue|keep) reading\b.{0,200}",
    r"full (?:article|story|text|post)",
    r"view (?:post|article)",
    r"more",
    r"continue",
    r"weiterlesen.{0,200}",
    r"mehr(?: lesen)?",
    r"lire la suite.{0,200}",
    r"(?:seguir|continuar) leyendo.{0,200}",
    r"leer más.{0,200}",
    r"leggi (?:tutto|di più|il resto).{0,200}",
    r"continua a leggere.{0,200}",
    r"lees (?:verder|meer).{0,200}",
    r"(?:ler|leia) mais.{0,200}",
    r"czytaj (?:dalej|więcej).{0,200}",
    r"читать (?:далее|дальше|полностью).{0,200}",
    r"läs mer.{0,200}",
    r"læs mere.{0,200}",
    r"les mer.{0,200}",
    r"続きを読む.{0,200}",
    r"もっと読む",
    r"(?:阅读|閱讀)(?:全文|更多).{0,200}",
    r"继续阅读.{0,200}",
    r"더 보기",
    r"계속 읽기.{0,200}",
    around=r"[(\[<«‹]{{0,2}}\s*{}\s*(?:…|\.{{2,4}})?\s*[)\]]?\s*(?:→|»|›|>{{1,2}}|\.|…|⟶|➔|↗)?",
)
"""Links to the rest of an article."""

MORE_END = re.compile(r"[\[(](?:…|\.{3,4}|more(?:…|\.{3})?)[\])]$", re.IGNORECASE)
MORE_END_MAX = 12
"""Maximum characters of such a link at the end of a text."""

MORE_CLASS = re.compile(r"""class\s*=\s*["'][^"']*\b(?:more-link|read-?more|continue-reading)""", re.IGNORECASE)
"""Classes of such links."""


BUTTON = _any(
    r"jump to recipe|(?:print|pin) recipe|(?:previous|next) image|full size (?:image|table)|view image in fullscreen",
    r"this slideshow requires javascript\.?|article continues (?:below|after).{0,30}|story continues below.{0,30}",
    r"\+?\d{1,3} (?:images?|photos?)|(?:image|photo|slide|picture) \d+ (?:of|/) \d+|-?\d+:\d\d|\+?\d[\d.]*\s?k?",
    r"advert(?:isement|ising|s)?|anzeige|werbung|publicité|publicidade?|pubblicità|reklama?|реклама|広告|广告|廣告|إعلان",
    r"sponsored(?: content)?|skip ad(?:vertisement)?|article voiceover|download(?: the)? app",
    r"share[sd]?(?: this)?(?: article| post| story| page)?|save|print|tweet|pin(?: it)?|e-?mail|copy(?: link)?",
    r"link copied|teilen|drucken|merken|partager|imprimer|enregistrer|compartir|imprimir|guardar",
    r"copiar enlace|compartilhar|condividi|stampa|поделиться|分享|収藏|收藏|点赞|シェア|ツイート",
    r"facebook|twitter|whatsapp|linkedin|reddit|pinterest|telegram|mastodon|bluesky|like[sd]?|comments?|add comment",
    r"reply|follow(?: us)?|subscribe(?: now)?|sign (?:in|up)|log in|register|join|play|pause",
    r"listen(?: now| to this (?:story|article))?|read more|see (?:all|more)|view (?:all|gallery|comments?)",
    r"previous|next|close|x",
    around=r"(?>{}[\s|·•,/&:+–-]*)+",
)
"""Labels of buttons, advertisements and galleries; also several in a row."""

END = _any(
    r"\d+\s+(?:comments?|replies|responses|reactions)|(?:reader |user |all )?comments\s*\(?\d*\)?",
    r"leave a (?:comment|reply)",
    r"(?:related|recommended|popular|recent|similar|other)\s(?:\w+\s)?(?:articles?|content|links|news|posts?|reading)",
    r"(?:related|recommended|popular|recent|similar|other)\s(?:\w+\s)?(?:stories|topics)",
    r"more (?:from|stories)\b.{0,60}|more (?:in|on|about) this .{0,40}|read (?:more|next|also)|see also on .{0,40}",
    r"(?:you may|you might) also (?:like|enjoy|be interested in).{0,20}|(?:most|also) (?:read|popular|viewed)",
    r"rights and permissions|about this article|ethics declarations|additional information|cite this(?: article)?",
    r"about the authors?|author information|kommentare?\s*\(?\d*\)?|das könnte (?:sie|dich) auch interessieren",
    r"mehr zum thema|auch interessant|über (?:den autor|die autorin)|(?:\d+ )?commentaires?\s*\(?\d*\)?",
    r"à lire aussi|sur le même (?:sujet|thème)|articles? liés|à propos de l.auteure?|comentarios?\s*\(?\d*\)?",
    r"(?:noticias|artículos) relacionad[oa]s|te puede interesar|más noticias|sobre el autor|comentários?\s*\(?\d*\)?",
    r"(?:notícias|artigos) relacionad[oa]s|leia (?:também|mais)|veja também|commenti\s*\(?\d*\)?|articoli correlati",
    r"leggi anche|комментарии.{0,10}|читайте также.{0,3}|(?:相关|推荐|延伸)(?:阅读|文章|新闻)|関連記事",
    r"あわせて読みたい|コメント.{0,8}|人気記事|اقرأ أيضا.{0,3}|مواضيع ذات صلة",
    around=r"{}\s*:?",
)
"""Headings after which no article continues: comments, related articles, author."""

TRAIL_OR_NOTE = _any(r"(?:read|see|watch|listen|learn)|more|see also", around=r"{}\s*[:：|>»→-]+")
"""The shortest of these, which precede links to anything."""

TRAIL = _any(
    r"(?:read|see|watch|listen|learn)(?: more| also| next)?|(?:also )?read|more(?: on this)?|see also",
    r"related(?: (?:article|post|stories|story)s?)?",
    r"you (?:may|might) also like|don[’']t miss|recommended|in case you missed it|must read|further reading",
    r"lesen sie (?:auch|mehr|hier)|mehr (?:dazu|zum thema)|auch interessant|siehe auch",
    r"à lire (?:aussi|également)|lire (?:aussi|plus)",
    r"voir aussi|lea? (?:también|más)|lee también|te puede interesar|leia (?:também|mais)",
    r"veja (?:também|mais)|leggi anche",
    r"lees (?:ook|meer)|läs (?:också|mer)|læs (?:også|mere)|les også|czytaj (?:też|także|również|więcej)|čtěte také",
    r"читайте (?:также|ещё)|по теме|ilgili haber|延伸阅读|相关阅读|推荐阅读|関連記事|あわせて読みたい|اقرأ أيضا",
    around=r"{}\s*[:：|>»→-]+",
)
"""Words before a link to another article, in a paragraph of its own."""

ADVERT = _any(
    r"[-–—\s]*(?:advert(?:isement|ising)?|anzeige|werbung|publicité|publicidade?|pubblicità|реклама|広告|广告)[-–—\s]*",
    r"(?:article|story) continues (?:below|after)\b.{0,30}",
    r"this slideshow requires javascript\.?",
    r"(?:image|photo|slide) \d{1,3} (?:of|/) \d{1,3}",
    r"your browser does not support (?:the )?(?:audio|video|html5).{0,60}|audio playback is not supported .{0,60}",
)
"""Announcements of advertisements or galleries, and browser warnings."""

CONTENTS = _any(
    r"(?:table of )?contents|on this page|in this article|jump to|inhalt(?:sverzeichnis)?|auf dieser seite|sommaire",
    r"table des matières|contenido|índice|indice|sumário|conteúdo|inhoud|innehåll|spis treści",
    r"содержание|目次|目录|目錄",
    around=r"{}\s*(?:\[?(?:hide|show|toggle)\]?)?\s*:?",
)
"""Headings of tables of contents."""

FOR_READERS_ALOUD = _any(
    r"(?:link )?opens? (?:in )?(?:a )?new (?:browser )?(?:window|tab)|external(?: link)?|new (?:window|tab)",
    r"(?:öffnet|wird) in (?:einem )?neue[mn] (?:fenster|tab)(?: geöffnet)?",
    r"s[’']ouvre dans (?:une nouvelle fenêtre|un nouvel onglet)",
    r"nouvelle fenêtre|se abre en (?:una )?(?:nueva ventana|ventana nueva)",
    r"abre n(?:uma|um) nov[oa] (?:janela|separador)",
    r"si apre in una nuova finestra|opent in (?:een )?nieuw venster",
    around=r"[(\[]?\s*,?\s*{}\s*\.?[)\]]?",
)
"""Text in links for screen readers only."""
