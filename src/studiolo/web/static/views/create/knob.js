// A number of the chosen engine, as a slider: what is its default is not kept.
import { html } from "../../core/html.js";
import { SliderField } from "../../components/field.js";
import { change, changes, engine, start } from "./draft.js";
import { strengthOf } from "./request.js";
import { nameOf } from "./words.js";

/** `range` is what `rangeOf` gives; null: the engine has no such knob. */
export function Knob({ range, hint }) {
  if (!range) return null;
  const set = (value) => change({ [range.name]: value === range.default ? undefined : value });
  return html`<${SliderField} label=${nameOf(range.name)} hint=${hint} value=${changes.value[range.name] ?? range.default} minimum=${range.minimum} maximum=${range.maximum} step=${range.step} onInput=${set} />`;
}

/** How far to leave the picture, or the engine's own draft. */
export const Strength = () => html`<${Knob} range=${strengthOf(engine.value.capabilities, Boolean(start.value))} />`;
