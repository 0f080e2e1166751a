// What a painting will cost, asked of the studio whenever it may have changed; and what it may cost at most.
import { api, Problem } from "../core/api.js";
import { html, signal, useEffect, useState } from "../core/html.js";
import { remember, remembered } from "../core/memory.js";
import { formatDollars, words } from "../core/words.js";
import { Button } from "./button.js";
import { Field } from "./field.js";

const t = words({
  en: {
    about: "about {price}", unknown: "Price unknown", more: "What it costs", over: "{price}: more than the {limit} you allow", atMost: "at most {limit}",
    spend: "Spend at most, in US dollars", spendHint: "For each prompt; what would cost more is not painted. Empty: no limit.", noLimit: "no limit", another: "Change what it may cost",
  },
  ko: {
    about: "약 {price}", unknown: "가격을 알 수 없음", more: "비용", over: "{price}: 허용한 {limit}보다 비쌉니다", atMost: "최대 {limit}",
    spend: "최대 비용 (미국 달러)", spendHint: "프롬프트마다 적용하며, 더 비싸면 그리지 않습니다. 비워 두면 제한이 없습니다.", noLimit: "제한 없음", another: "허용할 비용 바꾸기",
  },
});
const SETTLED_MS = 400;
const opened = signal(false);
/** US dollars that a painting may cost at most, or undefined; this browser remembers it. */
export const spend = signal(remembered("spend", null) ?? undefined);

/** {usd, firm, basis} of that body of POST /api/jobs, or null: not asked yet, or it cannot be painted so. */
function useEstimate(body) {
  const [estimate, setEstimate] = useState(null);
  useEffect(() => {
    setEstimate(null);
    if (!body) return undefined;
    const stop = new AbortController();
    const ask = async () => {
      try {
        setEstimate(await api.post("/api/estimate", JSON.parse(body), { signal: stop.signal }));
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
  return estimate;
}

function said({ usd, firm }) {
  if (usd === null) return t("unknown");
  const price = firm ? formatDollars(usd) : t("about", { price: formatDollars(usd) });
  if (spend.value === undefined) return price;
  const limit = formatDollars(spend.value);
  return usd > spend.value ? t("over", { price, limit }) : `${price} · ${t("atMost", { limit })}`;
}

/** Beneath a button that paints: `body` is what would be asked for, as JSON text; empty where nothing can be asked. */
export function Price({ body }) {
  const estimate = useEstimate(body);
  if (!estimate || estimate.usd === 0) return null;
  const over = estimate.usd > (spend.value ?? Infinity);
  return html`<div class="price">
    <button type="button" class=${`link small numbers ${over ? "wrong" : "soft"}`} aria-expanded=${opened.value ? "true" : "false"} title=${estimate.basis} aria-label=${`${t("more")}: ${said(estimate)}`} onClick=${() => (opened.value = !opened.value)}>${said(estimate)}</button>
    ${opened.value && html`<div class="stack tight price-more"><p class="small soft">${estimate.basis}</p><${Limit} /></div>`}
  </div>`;
}

function Limit() {
  const set = (event) => {
    const { value } = event.currentTarget;
    if (value === "" || Number(value) >= 0) {
      spend.value = value === "" ? undefined : Number(value);
      remember("spend", spend.value ?? null);
    }
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
