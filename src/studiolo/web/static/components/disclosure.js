import { html, useId } from "../core/html.js";
import { Icon } from "./icon.js";

/** A heading that opens what is under it; closed, `summary` says what is set inside. */
export function Disclosure({ title, icon, summary, open, onToggle, children }) {
  const id = useId();
  return html`<section class=${`disclosure ${open ? "open" : ""}`}>
    <h2 class="disclosure-head"><button type="button" aria-expanded=${open ? "true" : "false"} aria-controls=${id} onClick=${() => onToggle(!open)}>
      <${Icon} name=${icon} /><span>${title}</span>
      ${!open && summary && html`<span class="summary">${summary}</span>`}
      <${Icon} name="chevron-down" />
    </button></h2>
    <div id=${id} class="disclosure-body" hidden=${!open}>${open && children}</div>
  </section>`;
}
