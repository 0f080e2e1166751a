// Beside the picture: what to paint, how, and how far it is.
import { html, useEffect, useRef } from "../../../core/html.js";
import { useKeys } from "../../../core/keys.js";
import { link } from "../../../core/router.js";
import { language } from "../../../core/words.js";
import { Button } from "../../../components/button.js";
import { Field, SelectField, SliderField } from "../../../components/field.js";
import { GrowingText } from "../../../components/growing.js";
import { Notice } from "../../../components/notice.js";
import { Allowing, Price } from "../../../components/price.js";
import { Stepper } from "../../../components/stepper.js";
import { stageOf } from "../../create/words.js";
import { t } from "./words.js";

const MOST_PICTURES = 4;

/** The strength, count and prompt that stand in the form, as a request has them. */
export const requestOf = ({ prompt, strength, count }, engine) => ({
  engine: engine.name, prompt: prompt.trim(), count,
  strength: engine.capabilities.strength ? (strength ?? engine.capabilities.strength.default) : undefined,
});

/** The same of a tool that paints nothing: the words stay those of the picture, so that it is found by them. */
export const editOf = (picture, engine) => ({
  engine: engine.name, init_image: `picture:${picture.id}`, prompt: picture.prompt, original_prompt: picture.original_prompt || undefined, translate: false,
});

/** `missing` says what has to be done before painting, and is shown when one tries; without `label` no words are asked for; `price` is the body whose price is shown. */
export function Panel({ title, run, label, hint, form, onForm, engines, engine, missing, painting, price, onPaint, children }) {
  const box = useRef(null);
  const wrong = painting.tried > 0 && missing;
  useEffect(() => {
    if (painting.tried && !form.prompt.trim()) box.current?.focus();
  }, [painting.tried]);
  useKeys([{ keys: "mod+Enter", does: run, run: onPaint }], [onPaint, language.value]);
  if (!engine) return html`<h1>${title}</h1><${Notice}><p>${t("none")} <a href=${link("/engines")}>${t("toEngines")}</a></p><//>`;
  const { strength, max_count: most } = engine.capabilities;
  return html`<h1>${title}</h1>
    <form class="stack" onSubmit=${(event) => { event.preventDefault(); onPaint(); }}>
      ${label && html`<${Field} label=${label} hint=${hint}>${(id, about) => html`<${GrowingText} id=${id} inputRef=${box} class="textarea serif" rows="2" maxlength="2000" placeholder=${t("placeholder")} aria-describedby=${about}
        value=${form.prompt} onInput=${(prompt) => onForm({ prompt })} />`}<//>`}
      ${children}
      ${label && strength && html`<${SliderField} label=${t("strength")} hint=${t("strengthHint")} value=${form.strength ?? strength.default} minimum=${strength.minimum} maximum=${strength.maximum} step=${0.01} onInput=${(value) => onForm({ strength: value })} />`}
      ${engines.length > 1 && html`<${SelectField} label=${t("engine")} value=${engine.name} options=${engines.map(({ name }) => ({ value: name, label: name }))} onChange=${(name) => onForm({ engine: name, strength: null })} />`}
      ${painting.active && html`<${Progress} job=${painting.job} onCancel=${painting.cancel} />`}
      <div class="edit-run">
        <${Button} type="submit" kind="primary" size="large" icon=${label ? "paintbrush" : "wand-sparkles"} aria-disabled=${painting.active ? "true" : undefined}>${run}<//>
        ${label && html`<${Stepper} label=${t("count")} less=${t("fewer")} more=${t("more")} value=${Math.min(form.count, most)} maximum=${Math.min(MOST_PICTURES, most)} onChange=${(count) => onForm({ count })} />`}
      </div>
      <${Price} body=${price} />
    </form>
    <div role="alert">${wrong && html`<p class="wrong">${missing}</p>`}</div>
    ${painting.problem && html`<${Notice} problem=${painting.problem} /><${Allowing} problem=${painting.problem} />`}`;
}

/** How far the job is. */
function Progress({ job, onCancel }) {
  const progress = job?.progress;
  const percent = Math.round((progress?.fraction ?? 0) * 100);
  return html`<div class="edit-progress stack tight">
    <p class="small soft numbers">${progress ? [stageOf(progress.stage), job.count > 1 && t("nth", { n: progress.index + 1, count: job.count }), progress.total > 1 && t("step", progress)].filter(Boolean).join(" · ") : t(job?.state === "running" ? "painting" : "queued")}</p>
    <div class="bar" role="progressbar" aria-label=${t("painting")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}><span style=${{ width: `${percent}%` }}></span></div>
    ${job && html`<div><${Button} icon="x" onClick=${onCancel}>${t("cancel")}<//></div>`}
  </div>`;
}
