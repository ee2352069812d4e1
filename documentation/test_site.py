"""The site: no broken link inside, and a browser opens every page without an error, with all pictures, and finds words."""

import functools
import http.server
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from playwright.sync_api import sync_playwright

SITE = Path(__file__).parent.parent / "build/documentation/html"
PAGES = sorted(str(path.relative_to(SITE)) for path in SITE.rglob("*.html") if "_static" not in path.parts)


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.names = [], set()
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.names.add(attributes.get("id"))
        self.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]


parsed = functools.cache(Page)


@pytest.mark.parametrize("page", PAGES)
def test_links(page):
    broken = []
    for link in parsed(SITE / page).links:
        path, anchor = urldefrag(unquote(link))
        if ":" in path.split("/")[0] or path.startswith("//"):
            continue
        target = ((SITE / page).parent / path.split("?")[0]).resolve() if path else SITE / page
        if not target.is_file() or (anchor and target.suffix == ".html" and anchor not in parsed(target).names):
            broken.append(link)
    assert not broken


@pytest.fixture(scope="module")
def address():
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("page", PAGES)
def test_page_in_a_browser(page, browser, address):
    tab = browser.new_page()
    errors = []
    tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("requestfailed", lambda request: errors.append(request.url))
    tab.goto(f"{address}/{page}", wait_until="networkidle")
    tab.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    tab.wait_for_load_state("networkidle")
    empty = "Array.from(document.images).filter(image => !image.naturalWidth).map(image => image.src)"
    assert not errors and tab.evaluate(empty) == []
    assert "ArgmaxLabel" in tab.title().replace("\u200b", "")
    tab.close()


def test_search(browser, address):
    tab = browser.new_page()
    tab.goto(f"{address}/search.html?q=plateaus", wait_until="networkidle")
    tab.wait_for_selector("#search-results li a")
    assert "The contract" in tab.inner_text("#search-results")
    tab.close()
