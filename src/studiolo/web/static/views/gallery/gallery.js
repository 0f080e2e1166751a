import { html } from "../../core/html.js";

export function Gallery() {
  return html`<div class="view"><h1>Gallery</h1></div>`;
}
