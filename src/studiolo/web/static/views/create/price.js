// What the painting will cost, asked of the studio whenever it may have changed; and what it may cost at most.
import { api, Problem } from "../../core/api.js";
import { html, signal, useEffect } from "../../core/html.js";
import { formatDollars, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { changes, control, engine, palette, prompt, references, spend, start } from "./draft.js";
import { requestOf, speaksWithoutWords } from "./request.js";

const t = words({
  en: {
    about: "about {price}", unknown: "Price unknown", more: "What it costs", over: "{price}: more than the {limit} you allow", atMost: "at most {limit}",
    spend: "Spend at most, in US dollars", spendHint: "For each press of the button. Nothing is painted that would cost more. Empty: no limit.", noLimit: "no limit", another: "Change what it may cost",
  },
  ko: {
    about: "약 {price}", unknown: "가격을 알 수 없음", more: "비용", over: "{price}: 허용한 {limit}보다 비쌉니다", atMost: "최대 {limit}",
    spend: "최대 비용 (미국 달러)", spendHint: "버튼을 한 번 누를 때마다 적용합니다. 이보다 비싸면 그리지 않습니다. 비워 두면 제한이 없습니다.", noLimit: "제한 없음", another: "허용할 비용 바꾸기",
  },
});
const SETTLED_MS = 400;
const opened = signal(false);
/** {usd, firm, basis} of what is on the page, or null: free, not asked yet, or it cannot be painted so. */
const estimate = signal(null);

/** Words cost nothing more or less: one stands for all, so that typing asks nothing. */
const someWords = () => (prompt.value.trim() || !speaksWithoutWords(engine.value.capabilities, start.value, references.value) ? "picture" : "");

function asked() {
  if (!engine.value?.ready || !engine.value.capabilities || engine.value.capabilities.offline) return "";
  const { seed, ...rest } = changes.value;
  return JSON.stringify({
    ...requestOf({ engine: engine.value, changes: rest, prompt: someWords(), negative: "", translation: null, palette: palette.value, start: start.value, control: control.value, references: references.value }),
    translate: false,
  });
}

function useEstimate() {
  const body = asked();
  useEffect(() => {
    estimate.value = null;
    if (!body) return undefined;
    const stop = new AbortController();
    const ask = async () => {
      try {
        estimate.value = await api.post("/api/estimate", JSON.parse(body), { signal: stop.signal });
      } catch (error) {
        // What cannot be painted so has no price; painting it says why.
        if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
      }
    };
    const timer = setTimeout(ask, SETTLED_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [body]);
}

function said({ usd, firm }) {
  if (usd === null) return t("unknown");
  const price = firm ? formatDollars(usd) : t("about", { price: formatDollars(usd) });
  const limit = spend.value;
  if (limit === null) return price;
  return usd > limit ? t("over", { price, limit: formatDollars(limit) }) : `${price} · ${t("atMost", { limit: formatDollars(limit) })}`;
}

/** Beneath the button, where the engine is paid for. */
export function Price() {
  useEstimate();
  const { value } = estimate;
  if (!value || value.usd === 0) return null;
  const over = value.usd !== null && spend.value !== null && value.usd > spend.value;
  return html`<div class="price">
    <button type="button" class=${`link small numbers ${over ? "wrong" : "soft"}`} aria-expanded=${opened.value ? "true" : "false"} title=${value.basis} aria-label=${`${t("more")}: ${said(value)}`} onClick=${() => (opened.value = !opened.value)}>${said(value)}</button>
    ${opened.value && html`<div class="stack tight price-more"><p class="small soft">${value.basis}</p><${Limit} /></div>`}
  </div>`;
}

function Limit() {
  const set = (event) => {
    const dollars = event.currentTarget.value === "" ? null : Number(event.currentTarget.value);
    if (dollars === null || dollars >= 0) spend.value = dollars;
    event.currentTarget.value = spend.value ?? "";
  };
  return html`<${Field} label=${t("spend")} hint=${t("spendHint")}>${(id, about) => html`
    <input class="input numbers" id=${id} data-spend type="number" inputmode="decimal" min="0" step="0.01" placeholder=${t("noLimit")} aria-describedby=${about} value=${spend.value ?? ""} onChange=${set} />`}<//>`;
}

/** After a refusal for its price: to where one allows more. */
export function Allowing({ problem }) {
  if (problem.error !== "cost-limit") return null;
  const show = () => {
    opened.value = true;
    requestAnimationFrame(() => document.querySelector("[data-spend]")?.focus());
  };
  return html`<div><${Button} onClick=${show}>${t("another")}<//></div>`;
}
