"""Editing for money: the price beside the tool, and the limit that was set wherever one paints."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.server.serving import Serving

from .hosted import HostedEngine
from .looking import Visiting, newest, paint


def test_a_tool_says_its_price_and_keeps_to_the_limit(server: Serving, visit: Visiting):
    server.studio.registry.register("hosted", HostedEngine)
    shown = paint(server, width=64, height=48)
    browser = visit(server)
    page = browser.open(f"/#/pictures/{shown}?tool=enlarge")
    page.get_by_label("Engine", exact=True).select_option("hosted")
    price = page.locator(".price > button")
    expect(price).to_have_text("$0.04")
    price.click()
    page.get_by_label("Spend at most").fill("0.01")
    page.get_by_label("Spend at most").press("Tab")
    expect(price).to_have_text("$0.04: more than the $0.01 you allow")
    browser.watch.allow("status of 402")
    page.get_by_role("button", name="Enlarge", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="only $0.01 is allowed")).to_be_visible()
    page.get_by_label("Spend at most").fill("1")
    page.get_by_label("Spend at most").press("Tab")
    page.get_by_role("button", name="Enlarge", exact=True).click()
    expect(page.get_by_role("button", name="Enlarge", exact=True)).to_have_count(0)
    assert newest(server)["cost"] == 0.04
    assert server.get("/api/jobs").json()["jobs"][0]["max_cost"] == 1


def test_a_tool_of_this_machine_has_no_price(server: Serving, visit: Visiting):
    shown = paint(server, width=64, height=48)
    page = visit(server).open(f"/#/pictures/{shown}?tool=enlarge")
    expect(page.get_by_role("button", name="Enlarge", exact=True)).to_be_visible()
    expect(page.locator(".price")).to_have_count(0)
