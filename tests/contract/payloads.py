"""What a hostile client, URL or page may be called: names that try to become markup, scripts or requests."""

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe src=//e.example>",
    "<body onload=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<meta http-equiv=refresh content='0;url=//e.example'>",
    "<base href=//e.example>", "<link rel=stylesheet href=//e.example>", "<form action=//e.example><input type=submit>",
    "<object data=//e.example>", "<embed src=//e.example>", "<video src=//e.example onerror=alert(1)>", "<style>@import '//e.example'</style>",
    '<div style="background:url(//e.example)">x</div>', "<img src=//e.example/x.png>", "<img src='data:text/html,<script>'>",
    "<math><mtext><script>alert(1)</script></mtext></math>", "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<input autofocus onfocus=alert(1)>",
    "<details ontoggle=alert(1) open>x</details>", "<marquee onstart=alert(1)>", "<audio src=//e.example>", "<button formaction=//e.example>",
    "<a href=//e.example ping=//e.example>x</a>", "<table background=//e.example>", "<image href=//e.example>", "<use href=//e.example>",
    "<!--><script>alert(1)</script>-->", "<scr<script>ipt>alert(1)</script>", "<p id=x onclick=alert(1)>", "<source srcset=//e.example>",
]  # fmt: skip
