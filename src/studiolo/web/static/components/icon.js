import { h } from "../vendor/preact.js";
import { ICONS } from "../vendor/icons.js";

/** Decoration only: whatever an icon says is also said in words, or in its button's label. */
export function Icon({ name }) {
  const parts = ICONS[name];
  if (!parts) throw new Error(`There is no icon "${name}"; add it in vendoring/packages.json.`);
  return h("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, parts.map(([tag, attributes]) => h(tag, attributes)));
}
