// Settings, shaped by what the chosen engine declares: a knob it does not have is not there.
import { html } from "../../core/html.js";
import { engineNamed, offeredEngines } from "../../core/state.js";
import { Button } from "../../components/button.js";
import { Field, SelectField } from "../../components/field.js";
import { GrowingText } from "../../components/growing.js";
import { backToDefaults, change, changes, chosenEngine, engine, negative, start } from "./draft.js";
import { Knob, Strength } from "./knob.js";
import { Options } from "./options.js";
import { limitOf, tooLong } from "./length.js";
import { wrongModel } from "./model.js";
import { rangesOf } from "./request.js";
import { Seed } from "./seed.js";
import { Size } from "./size.js";
import { Loras, Refiner } from "./stages.js";
import { t } from "./words.js";

function Engine() {
  const all = offeredEngines("image").toSorted((a, b) => Number(b.ready) - Number(a.ready));
  const options = all.map((each) => ({
    value: each.name, disabled: !each.ready,
    label: each.ready ? each.name : `${each.name} (${t("notReady", { reason: each.reason })})`,
  }));
  return html`<${SelectField} label=${t("engine")} value=${engine.value.name} options=${options} hint=${engine.value.capabilities.description} onChange=${(name) => (chosenEngine.value = name)} />
    <${Model} />`;
}

/** A service has more models than anybody lists: there one may write another name. */
function Model() {
  const { models: there, name } = engine.value;
  const { capabilities: can } = engineNamed("image", name); // with no model named: these are all
  const models = [...new Set([...(can.models ?? []), ...there])];
  const usual = can.models?.[0];
  const choose = (model) => change({ model: !model || model === usual ? undefined : model });
  if (!can.offline) {
    return html`<${Field} label=${t("model")} hint=${t("modelHint")} wrong=${wrongModel.value}>${(id, about) => html`
      <input class="input" id=${id} aria-describedby=${about} list=${`${id}-models`} key=${name} spellcheck=${false} autocapitalize="none" placeholder=${usual} value=${changes.value.model ?? ""} onChange=${(event) => choose(event.currentTarget.value.trim())} />
      <datalist id=${`${id}-models`}>${models.map((each) => html`<option value=${each} />`)}</datalist>`}<//>`;
  }
  return models.length > 1 && html`<${SelectField} label=${t("model")} value=${changes.value.model ?? models[0]} options=${models.map((each) => ({ value: each, label: each }))} onChange=${choose} />`;
}

export function Settings() {
  if (!engine.value) return null;
  const can = engine.value.capabilities;
  return html`<div class="stack">
    <${Engine} />
    <${Size} />
    <${Seed} />
    ${rangesOf(can).map((range) => html`<${Knob} key=${`${engine.value.name} ${range.name}`} range=${range} />`)}
    ${!start.value && html`<${Strength} />`}
    ${can.schedulers?.length > 1 && html`<${SelectField} label=${t("scheduler")} value=${changes.value.scheduler ?? can.schedulers[0]}
      options=${can.schedulers.map((name) => ({ value: name, label: name }))} onChange=${(name) => change({ scheduler: name === can.schedulers[0] ? undefined : name })} />`}
    <${Refiner} />
    <${Loras} />
    ${can.negative_prompt && html`<${Field} label=${t("negative")} hint=${t("negativeHint")} wrong=${tooLong(negative.value) && t("limit", limitOf(negative.value))}>${(id, about) => html`
      <${GrowingText} id=${id} class="textarea" rows="1" aria-describedby=${about} value=${negative.value} onInput=${(text) => (negative.value = text)} />`}<//>`}
    <${Options} />
    <div><${Button} icon="rotate-ccw" onClick=${backToDefaults}>${t("defaults")}<//></div>
  </div>`;
}
