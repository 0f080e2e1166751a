import { html } from "../core/html.js";
import { Icon } from "./icon.js";

/** A button; with `label` and no children it shows its icon alone and says the label. */
export function Button({ icon, label, kind = "", size = "", children, type = "button", class: more = "", ...rest }) {
  const bare = children === undefined || children === null;
  const names = ["button", kind, size, bare ? "icon-only" : "", more].filter(Boolean).join(" ");
  return html`<button type=${type} class=${names} aria-label=${label} title=${bare ? label : undefined} ...${rest}>
    ${icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;
}
