import { html } from "../../core/html.js";

export function Look() {
  return html`<div class="view"><h1>Look</h1></div>`;
}
