"""Names and phrases of parts that are not the article."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from tuireader.content.dom.tree import Node


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
    r"perma(?:nent )?link|reply (?:via|by) e-?mail|comment (?:via|by) e-?mail|read (?:the )?full topic",
    r"\d+ posts? - \d+ participants?|(?:discuss|comment) on (?:hacker news|reddit|mastodon|lobste\.rs)",
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
"""Maximum characters of a "read more" mark at the end of a text."""

MORE_CLASS = re.compile(r"""class\s*=\s*["'][^"']*\b(?:more-link|read-?more|continue-reading)""", re.IGNORECASE)
"""Classes of links to the rest of an article."""


BUTTON = _any(
    r"(?:skip|jump) to (?:recipe|(?:main )?content|navigation|search)|inread invented by teads",
    r"(?:print|pin) recipe|(?:previous|next) image|full size (?:image|table)|view image in fullscreen",
    r"this slideshow requires javascript\.?|article continues (?:below|after).{0,30}|story continues below.{0,30}",
    r"\+?\d{1,3} (?:images?|photos?)|(?:image|photo|slide|picture) \d+ (?:of|/) \d+|-?\d+:\d\d|\+?\d[\d.]*\s?k?",
    r"advert(?:isement|ising|s)?|anzeige|werbung|publicité|publicidade?|pubblicità|reklama?|реклама|広告|广告|廣告|إعلان",
    r"sponsored(?: content)?|skip ad(?:vertisement)?|article voiceover|download(?: the)? app",
    r"share[sd]?(?: this)?(?: article| post| story| page)?|save|print|tweet|pin(?: it)?|e-?mail|copy(?: link)?",
    r"link copied|teilen|drucken|merken|partager|imprimer|enregistrer|compartir|imprimir|guardar",
    r"copiar enlace|compartilhar|condividi|stampa|поделиться|分享|収藏|收藏|点赞|シェア|ツイート",
    r"facebook|twitter|whatsapp|linkedin|reddit|pinterest|telegram|mastodon|bluesky|like[sd]?|comments?|add comment",
    r"reply|follow(?: us)?|subscribe(?: now)?|sign (?:in|up)|log in|register|join|play|pause",
    r"listen(?: now| to this (?:story|article))?|read more|see (?:all|more|it)|\+?\s?more info",
    r"view (?:all|gallery|comments?)",
    r"previous|next|close|x|click to expand\W*|loading(?: [a-z]+)?\s*(?:\.\.\.|…)",
    r"(?:expand|collapse|show|hide)(?: (?:all|more|less|details|description|images?))?",
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
    r"about the authors?|author information|kommentare?\s*\(?\d*\)?",
    r"mehr zum thema\b.{0,40}|auch interessant|verwandte (?:artikel|beiträge|themen)"
    r"|weitere (?:artikel|beiträge|nachrichten|meldungen|themen)\b.{0,60}|lust auf mehr\??"
    r"|noch mehr\??|(?:das|diese (?:artikel|beiträge)) könnten? (?:dich|euch|sie) (?:auch|ebenfalls) interessieren",
    r"über (?:den autor|die autorin)|(?:\d+ )?commentaires?\s*\(?\d*\)?",
    r"à lire aussi|sur le même (?:sujet|thème)|articles? liés|à propos de l.auteure?|comentarios?\s*\(?\d*\)?",
    r"(?:noticias|artículos) relacionad[oa]s|te puede interesar|más noticias|sobre el autor|comentários?\s*\(?\d*\)?",
    r"(?:notícias|artigos) relacionad[oa]s|leia (?:também|mais)|veja também|commenti\s*\(?\d*\)?|articoli correlati",
    r"leggi anche|комментарии.{0,10}|читайте также.{0,3}|(?:相关|推荐|延伸)(?:阅读|文章|新闻)|関連記事",
    r"あわせて読みたい|コメント.{0,8}|人気記事|اقرأ أيضا.{0,3}|مواضيع ذات صلة",
    around=r"{}\s*:?",
)
"""Headings after which no article continues: comments, related articles, author."""

CALL = re.compile(
    r"(?:please |to )?(?:sign up|subscribe|follow (?:us|me)|join (?:us|our)|download our|register (?:now|for))\b"
    r"|get in touch\b|want (?:more|to learn more)\b|we want to hear\b|share your (?:story|thoughts)\b|support us\b"
    r"|become an? (?:member|subscriber|patron)\b|thank(?:s| you) for being\b"
    r"|(?:jetzt |hier )?(?:abonnieren|folgen|bestellen) sie\b|jetzt (?:abonnieren|bestellen)"
    r"|(?:abonnez|inscrivez|suivez)-(?:vous|nous)\b|¿?ya sabías que\b|¡?mira lo que tiene\b|puede escribirnos\b"
    r"|(?:suscríbete|síguenos|únete|assine|inscreva-se|siga-nos|iscriviti|seguici)\b",
    re.IGNORECASE,
)
"""The beginning of an invitation to subscribe or to follow, at the end of an article."""

DISCLOSURE = re.compile(
    r"\W*(?:dieser (?:beitrag|artikel)|this (?:post|article|story|guide|page)|cet article|este artículo)\b.{0,200}?"
    r"\b(?:kooperation|zusammenarbeit mit|sponsor\w*|gesponsert|bezahlt\w*|paid|affiliate|partnership with"
    r"|partenariat avec|patrocinado)\b",
    re.IGNORECASE,
)
"""The beginning of a sentence that says who paid for an article."""

TRAIL_OR_NOTE = _any(r"(?:read|see|watch|listen|learn)|more|see also", around=r"{}\s*[:：|>»→-]+")
"""Phrases of `TRAIL` that may also introduce links to other sites, as in a list of recommendations."""

TRAIL = _any(
    r"(?:read|see|watch|listen|learn)(?: more| also| next)?|(?:also )?read|more(?: on this)?|see also",
    r"related(?: (?:article|post|stories|story)s?)?",
    r"you (?:may|might) also like|don[’']t miss|recommended|in case you missed it|must read|further reading",
    r"lesen sie (?:auch(?: die folgenden beiträge)?|mehr|hier)|(?:zum )?weiterlesen|mehr (?:dazu|zum thema)",
    r"auch interessant|siehe auch",
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


PARTS = frozenset(
    {
        "comments-area", "comment-respond", "comment-form", "comment-list", "commentlist", "comment-reply-title",
        "comments-title", "comment-notes", "comment-subscription-form", "akismet_comment_form_privacy_notice",
        "akismet-privacy-notice", "sharedaddy", "sd-sharing-enabled", "sd-block", "sd-like", "jp-relatedposts",
        "jp-post-flair", "robots-nocontent", "a2a_kit", "addtoany_share_save_container", "addtoany_content",
        "addthis_toolbox", "addthis_inline_share_toolbox", "heateor_sss_sharing_container", "ssba", "ssba-wrap",
        "ssbp-wrap", "essb_links", "social-share", "social-sharing", "share-buttons", "sharing-buttons",
        "share-links", "post-share", "entry-share", "post-sharing", "td-post-sharing", "td_social_sharing_buttons",
        "feedflare", "mc4wp-form", "subscription-widget-wrap", "subscription-widget",
        "subscription-widget-wrap-editor", "wp-block-jetpack-subscriptions", "wpcnt", "wp-polls", "yarpp",
        "yarpp-related", "crp_related", "related-posts", "relatedposts", "post-navigation", "posts-navigation",
        "nav-links", "nextprev", "printfriendly", "pf-button", "pvc_clear", "mw-editsection", "noprint", "navbox",
        "vertical-navbox",
        "gutter", "lineno", "linenos", "line-numbers-rows", "linenumber", "lnt", "wp-block-comments",
        "wp-block-post-comments", "wp-block-post-comments-form", "wp-block-post-navigation-link",
        "viewcode-link", "viewcode-back", "input_prompt", "output_prompt",
    }
)  # fmt: skip
"""Classes by which blog software marks page parts other than the article."""

# Names that articles use too: these are parts of a page only with a form or a comment in them.
_MAYBE_PARTS = frozenset({"respond", "comments", "comment", "disqus_thread", "fb-comments", "commentform"})
_OF_COMMENTS = frozenset({"comment", "comment-body", "comment-author", "comment-meta", "comment-content"})
_DIVISIONS = frozenset({"div", "section", "aside", "ol", "ul"})
_CONTROLS = frozenset({"textarea", "input", "select", "button"})
_UNSEEN = frozenset(
    {
        "a11y-hidden", "assistive-text", "screen-reader", "screen-reader-only", "screen-reader-text", "screenreader",
        "sr-only", "u-visually-hidden", "visually-hidden", "visuallyhidden",
        # of formulas, which are there as text besides
        "katex-html", "MathJax", "MathJax_Preview", "MathJax_SVG", "mjx-chtml", "mjx-math",
    }
)  # fmt: skip
UNSEEN_STYLE = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE
)
_PROMPT = re.compile(r"(?:In |Out)?\s*\[[\d*\s]{0,6}\]:?")
"""The number of a notebook cell."""
_FORM_WORDS_MAX = 60

_SHARE = re.compile(
    r"//(?:[\w-]{1,20}\.)*(?:"
    r"facebook\.com/(?:sharer|share|dialog/(?:share|feed))|(?:twitter|x)\.com/(?:intent/|share|home\?status)"
    r"|linkedin\.com/(?:sharearticle|sharing|cws/share)|pinterest\.[a-z.]{2,6}/pin/create|reddit\.com/(?:submit|static/button)"
    r"|whatsapp\.com/send|wa\.me/\?|t\.me/share|telegram\.me/share|tumblr\.com/(?:share|widgets/share)"
    r"|news\.ycombinator\.com/submitlink|getpocket\.com/(?:save|edit)|bsky\.app/intent|threads\.net/intent"
    r"|digg\.com/submit|del(?:\.icio\.us|icious\.com)/(?:post|save)|stumbleupon\.com/submit|vk\.com/share"
    r"|xing\.com/(?:app/user|spi/shares)|instapaper\.com/(?:edit|hello2)|flipboard\.com/bookmarklet|buffer\.com/add"
    r"|addtoany\.com/|addthis\.com/|share\.flipboard\.com|feeds\.feedburner\.com/~ff?/|feeds\.wordpress\.com/1\.0/)"
    r"|^mailto:\?|[?&]share=(?:facebook|twitter|x|linkedin|email|reddit|whatsapp|tumblr|pinterest|telegram|pocket|mastodon|bluesky)",
    re.IGNORECASE,
)
_SHARE_LABEL = re.compile(
    r"(?:share(?: this)?(?: post| article| page| story)?(?: on| via| with)?|teilen|partager|compartir|condividi|tweet"
    r"|like this|[\s|•·:,/–—-]|and|or|on)*",
    re.IGNORECASE,
)
_TRACKER = re.compile(
    r"//(?:pixel|stats|b)\.wp\.com/|//stats\.wordpress\.com/|//feeds\.wordpress\.com/1\.0/|//feeds\.feedburner\.com/~|feedsportal\.com/"
    r"|//(?:[\w-]{1,30}\.)*(?:doubleclick\.net|scorecardresearch\.com|google-analytics\.com|quantserve\.com|statcounter\.com"
    r"|amazon-adsystem\.com|googlesyndication\.com)/"
    r"|//(?:www\.)?facebook\.com/plugins/(?!post|video)|//platform\.twitter\.com/widgets/(?!tweet)"
    r"|//blogger\.googleusercontent\.com/tracker/|//medium\.com/_/stat|/piwik\.php|/matomo\.php|pheedcontent\.com",
    re.IGNORECASE,
)
_TINY = re.compile(r"\s*[012](?:\.\d+)?(?:px)?\s*")
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|$|!)", re.IGNORECASE)


def is_boilerplate(node: Node) -> bool:
    """Whether an element is not part of the article but around it, or hidden: form, comments, share bar."""
    if node.tag == "form":
        return _is_form(node)
    if not node.attributes:
        return False
    if _is_unseen(node):
        return True
    classes = set(node["class"].lower().split())
    if named_parts(classes) or ("prompt" in classes and _PROMPT.fullmatch(node.words())):
        return True
    # Generators of documents name sections after the words of their headings, so a name alone says little.
    names = (classes | {node["id"].lower()}) & _MAYBE_PARTS
    return bool(names) and node.tag in _DIVISIONS and any(map(_is_of_comments, node.elements()))


def named_parts(classes: Collection[str]) -> frozenset[str]:
    """The classes that name a part around an article; a wiki's messages about the article are none."""
    found = PARTS.intersection(classes)
    return found - {"noprint"} if "noprint" in found and any("message" in each for each in classes) else found


def is_unseen(tag: str, classes: Iterable[str]) -> bool:
    """Whether an element is hidden, or visible only to screen readers."""
    return not _UNSEEN.isdisjoint(classes) and tag != "mjx-container"  # what MathJax 3 shows is marked within it


def is_tracker(image: Node) -> bool:
    tiny = bool(_TINY.fullmatch(image["width"]) and _TINY.fullmatch(image["height"] or image["width"]))
    return tiny or bool(_TINY_STYLE.search(image["style"])) or bool(_TRACKER.search(image["src"]))


def is_share_link(link: Node) -> bool:
    """Whether a link shares the article."""
    return _SHARE.search(link["href"]) is not None


def is_share_bar(node: Node) -> bool:
    """Whether a block consists of share links only."""
    if node.tag not in {"div", "p", "ul", "ol", "section", "aside", "li", "center"}:
        return False
    links = [each for each in node.elements() if each.tag == "a"]
    if not links or not all(map(is_share_link, links)):
        return False
    outside = without_links(node)
    return len(outside) < 60 and _SHARE_LABEL.fullmatch(outside) is not None


def is_share_heading(node: Node) -> bool:
    """Whether a block is the heading of a share bar."""
    words = node.words()
    return 0 < len(words) < 40 and _SHARE_LABEL.fullmatch(words) is not None and any(char.isalpha() for char in words)


def without_links(node: Node) -> str:
    bare = Node("div", {}, [_bare(child) for child in node.children])
    return bare.words()


def _bare(child: Node | str) -> Node | str:
    if isinstance(child, str):
        return child
    return Node(child.tag, {}, [] if child.tag == "a" else [_bare(each) for each in child.children])


def _is_unseen(node: Node) -> bool:
    if "hidden" in node.attributes or (node["style"] and UNSEEN_STYLE.search(node["style"])):
        return True
    return bool(node["class"]) and is_unseen(node.tag, node["class"].split())


def _is_of_comments(node: Node) -> bool:
    return node.tag in _CONTROLS or not _OF_COMMENTS.isdisjoint(node["class"].split())


def _is_form(form: Node) -> bool:
    """Whether a form is a real form: old sites put whole pages into one."""
    labels = sum(
        len(each.words().split()) for each in form.elements() if each.tag in {"label", "button", "select", "legend"}
    )
    return len(form.words().split()) - labels <= _FORM_WORDS_MAX
