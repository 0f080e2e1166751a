// What was painted, and what may be done with it.
import { html } from "../../../core/html.js";
import { go } from "../../../core/router.js";
import { Button } from "../../../components/button.js";
import { t } from "./words.js";

export function Result({ title, pictures, shown, onShow, tool, onAgain }) {
  const [picture] = pictures.filter((each) => each.id === shown.id);
  const open = (query) => go(`/pictures/${picture.id}`, query, { replace: true });
  return html`<h1>${title}</h1>
    ${pictures.length > 1 && html`<div class="edit-results" role="radiogroup" aria-label=${t("results")}>${pictures.map((each, index) => html`<button type="button" role="radio" key=${each.id} class="picture"
      aria-label=${t("result", { n: index + 1 })} aria-checked=${each.id === shown.id ? "true" : "false"} onClick=${() => onShow(each.id)}><img src=${each.thumbnail_url} alt="" /></button>`)}</div>`}
    <p class="soft">${t("kept")}</p>
    ${shown.notes.map((note) => html`<p class="small soft">${note}</p>`)}
    <div class="row">
      <${Button} kind="primary" icon="brush" onClick=${() => open({ tool })}>${t("keepEditing")}<//>
      <${Button} onClick=${() => open({})}>${t("show")}<//>
      <${Button} icon="rotate-ccw" onClick=${onAgain}>${t("back")}<//>
    </div>`;
}
