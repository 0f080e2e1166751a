import { html } from "../../core/html.js";

export function Create() {
  return html`<div class="view"><h1>Create</h1></div>`;
}
