// Fields with their labels, hints and faults tied together for screen readers.
import { html, useId } from "../core/html.js";

/** A label around one control: children is (id, describedBy) => control. */
export function Field({ label, value, hint, wrong, children }) {
  const id = useId();
  const about = hint || wrong ? `${id}-about` : undefined;
  return html`<div class="field">
    <label for=${id}><span>${label}</span>${value !== undefined && html`<span class="numbers">${value}</span>`}</label>
    ${children(id, about)}
    ${(hint || wrong) && html`<p id=${about} class=${wrong ? "wrong" : "hint"}>${wrong || hint}</p>`}
  </div>`;
}

export function TextField({ label, value, onInput, hint, wrong, ...rest }) {
  return html`<${Field} label=${label} hint=${hint} wrong=${wrong}>${(id, about) => html`
    <input class="input" id=${id} value=${value} aria-describedby=${about} aria-invalid=${wrong ? "true" : undefined}
      onInput=${(event) => onInput(event.currentTarget.value)} ...${rest} />`}<//>`;
}

export function SelectField({ label, value, onChange, options, hint, ...rest }) {
  return html`<${Field} label=${label} hint=${hint}>${(id, about) => html`
    <select class="select" id=${id} value=${value} aria-describedby=${about} onChange=${(event) => onChange(event.currentTarget.value)} ...${rest}>
      ${options.map((each) => html`<option value=${each.value} selected=${each.value === value} disabled=${each.disabled}>${each.label}</option>`)}
    </select>`}<//>`;
}

/** A range and a number that say the same; `step` decides how many decimals are shown. */
export function SliderField({ label, value, onInput, minimum, maximum, step, hint }) {
  const set = (text) => {
    const number = Number(text);
    if (text !== "" && Number.isFinite(number)) onInput(Math.min(maximum, Math.max(minimum, number)));
  };
  return html`<${Field} label=${label} hint=${hint}>${(id, about) => html`<div class="slider">
    <input type="range" aria-label=${label} min=${minimum} max=${maximum} step=${step} value=${value} onInput=${(event) => set(event.currentTarget.value)} />
    <input class="input" type="number" id=${id} aria-describedby=${about} min=${minimum} max=${maximum} step=${step} value=${value} onChange=${(event) => set(event.currentTarget.value)} />
  </div>`}<//>`;
}

/** One of a few: {value, label}. Arrow keys move, as in any group of radio buttons. */
export function Segmented({ label, value, options, onChange }) {
  const move = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const at = options.findIndex((each) => each.value === value);
    const next = options[(at + by + options.length) % options.length];
    onChange(next.value);
    event.currentTarget.querySelector(`[data-value="${CSS.escape(String(next.value))}"]`)?.focus();
  };
  return html`<div class="segmented" role="radiogroup" aria-label=${label} onKeyDown=${move}>
    ${options.map((each) => html`<button type="button" role="radio" data-value=${each.value} aria-checked=${each.value === value ? "true" : "false"}
      tabindex=${each.value === value ? 0 : -1} onClick=${() => onChange(each.value)}>${each.label}</button>`)}
  </div>`;
}

/** The same with its label above and a hint below. */
export function SegmentedField({ hint, ...rest }) {
  return html`<div class="field"><span class="label" aria-hidden="true">${rest.label}</span><div><${Segmented} ...${rest} /></div>${hint && html`<p class="hint">${hint}</p>`}</div>`;
}

export function Check({ label, checked, onChange, ...rest }) {
  return html`<label class="check"><input type="checkbox" checked=${checked} onChange=${(event) => onChange(event.currentTarget.checked)} ...${rest} /><span>${label}</span></label>`;
}
