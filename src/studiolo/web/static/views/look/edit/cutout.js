// What a picture shows, without what is behind it.
import { html } from "../../../core/html.js";
import { Paper } from "./paper.js";
import { editOf } from "./panel.js";
import { t } from "./words.js";
import { Workshop } from "./workshop.js";

export function Cutout({ picture, onDone }) {
  return html`<${Workshop} tool="cutout" tasks=${["background-removal"]} picture=${picture} onDone=${onDone} title=${t("cutout")} run=${t("cutoutRun")} prompt=""
    compose=${async (form, engine) => ({ ...editOf(picture, engine), remove_background: true })} priced=${() => ({ remove_background: true })} before=${() => picture.image_url} room=${() => html`<${Paper} picture=${picture} />`}
    notes=${() => html`<p class="small soft">${t("cutoutHow")}</p>`} />`;
}
