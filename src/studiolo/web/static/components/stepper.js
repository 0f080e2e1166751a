import { html } from "../core/html.js";
import { Button } from "./button.js";

/** A small whole number with less and more beside it. */
export function Stepper({ label, less, more, value, minimum = 1, maximum, onChange }) {
  const set = (number) => Number.isFinite(number) && onChange(Math.min(maximum, Math.max(minimum, Math.round(number))));
  const typed = (event) => {
    set(event.currentTarget.value === "" ? NaN : Number(event.currentTarget.value));
    event.currentTarget.value = String(value);
  };
  return html`<div class="stepper" role="group" aria-label=${label}>
    <${Button} kind="quiet" icon="minus" label=${less} disabled=${value <= minimum} onClick=${() => set(value - 1)} />
    <input class="numbers" type="number" inputmode="numeric" aria-label=${label} min=${minimum} max=${maximum} value=${value} onChange=${typed} />
    <${Button} kind="quiet" icon="plus" label=${more} disabled=${value >= maximum} onClick=${() => set(value + 1)} />
  </div>`;
}
