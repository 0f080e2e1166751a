// The heart of the page: what shall be painted, and the button that paints it.
import { html, useEffect } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { activeJobs } from "../../core/state.js";
import { language } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { GrowingText } from "../../components/growing.js";
import { Notice } from "../../components/notice.js";
import { Allowing } from "../../components/price.js";
import { Stepper } from "../../components/stepper.js";
import { change, changes, engine, prompt } from "./draft.js";
import { engineLimits, limitOf, nearlyTooLong, read, tooLong } from "./length.js";
import { missing, paint, problem, sending } from "./paint.js";
import { useModel } from "./model.js";
import { PriceOfDraft } from "./price.js";
import { Rounding } from "./rounding.js";
import { Translation, useTranslation } from "./translation.js";
import { t } from "./words.js";

/** The text area, for those who fill it. */
export const promptBox = { current: null };

export function Prompt() {
  useTranslation();
  useModel();
  const focus = () => { promptBox.current.focus(); promptBox.current.select(); };
  useKeys([
    { keys: "mod+Enter", does: t("painting"), run: paint },
    { keys: "p", does: t("focus"), run: focus },
    { keys: "/", does: t("focus"), run: focus },
  ], [language.value]);
  useEffect(() => { if (missing.value) promptBox.current.focus(); }, [missing.value]);
  const write = (text) => { prompt.value = text; missing.value = false; };
  const over = tooLong(read.value);
  const capabilities = engine.value?.capabilities;
  const unready = engine.value && !engine.value.ready;
  return html`<form class="prompt" onSubmit=${(event) => { event.preventDefault(); paint(); }}>
    <h1><label for="prompt">${t("prompt")}</label></h1>
    <${GrowingText} id="prompt" inputRef=${promptBox} rows="3" dir="auto" placeholder=${t("placeholder")} value=${prompt.value} onInput=${write}
      aria-invalid=${missing.value || over ? "true" : undefined} aria-describedby="prompt-about" enterkeyhint="enter" />
    <div id="prompt-about">${missing.value && html`<p class="wrong small" role="alert">${t("write")}</p>`}
      <${Length} over=${over} /></div>
    <${Translation} />
    <div class="paint">
      <${Button} type="submit" kind="primary" size="large" icon="paintbrush" aria-disabled=${sending.value || over ? "true" : undefined} aria-describedby=${over ? "prompt-about" : undefined}>${t(activeJobs.value.length ? "queue" : "paint")}<//>
      ${capabilities && html`<${Stepper} label=${t("count")} less=${t("fewer")} more=${t("more")} value=${Math.min(changes.value.count ?? 1, capabilities.max_count)}
        maximum=${capabilities.max_count} onChange=${(count) => change({ count: count === 1 ? undefined : count })} />`}
    </div>
    <${PriceOfDraft} />
    ${problem.value && html`<${Notice} problem=${problem.value} /><${Rounding} problem=${problem.value} /><${Allowing} problem=${problem.value} />`}
    ${unready && html`<${Notice} kind="wrong"><p>${engine.value.name}: ${engine.value.reason}</p>${engine.value.hint && html`<p class="soft">${engine.value.hint}</p>`}<//>`}
  </form>`;
}

/** How much room is left, once there is little; and why it cannot be painted when there is none. */
function Length({ over }) {
  if (over) return html`<p class="small numbers wrong" role="alert">${t("limit", limitOf(read.value))}</p>`;
  if (!nearlyTooLong(read.value)) return null;
  return html`<p class="small numbers soft">${t(engineLimits.value ? "lengthOf" : "length", limitOf(read.value))}</p>`;
}
