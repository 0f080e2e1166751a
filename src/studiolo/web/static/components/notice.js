import { html } from "../core/html.js";
import { Icon } from "./icon.js";

/** What is wrong or good to know, where it belongs; a problem of the server with its hint. */
export function Notice({ problem = null, kind = problem ? "wrong" : "", children }) {
  return html`<div class=${`notice ${kind}`} role=${kind === "wrong" ? "alert" : "note"}>
    <${Icon} name=${kind === "wrong" ? "circle-alert" : "info"} />
    <div>${problem ? html`<p>${problem.message}</p>${problem.hint && html`<p class="soft">${problem.hint}</p>`}` : children}</div>
  </div>`;
}
