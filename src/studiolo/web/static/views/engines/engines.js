import { html } from "../../core/html.js";

export function Engines() {
  return html`<div class="view"><h1>Engines</h1></div>`;
}
