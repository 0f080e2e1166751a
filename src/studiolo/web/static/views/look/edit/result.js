// What was painted, and what may be done with it.
import { html, useEffect, useRef } from "../../../core/html.js";
import { Button } from "../../../components/button.js";
import { t } from "./words.js";

/** Without `onEdit` there is nothing to go on with. */
export function Result({ title, pictures, shown, onShow, onEdit, onLook, onAgain }) {
  const heading = useRef(null);
  useEffect(() => {
    // The button that painted it is gone, and the focus with it.
    if (document.activeElement === document.body) heading.current.focus({ preventScroll: true });
  }, []);
  return html`<h1 ref=${heading} tabindex="-1">${title}</h1>
    ${pictures.length > 1 && html`<div class="edit-results" role="group" aria-label=${t("results")}>${pictures.map((each, index) => html`<button type="button" key=${each.id} class="picture"
      aria-label=${t("result", { n: index + 1 })} aria-pressed=${each.id === shown.id ? "true" : "false"} onClick=${() => onShow(each.id)}><img src=${each.thumbnail_url} alt="" /></button>`)}</div>`}
    <p class="soft">${t("kept")}</p>
    ${shown.notes.map((note) => html`<p class="small soft">${note}</p>`)}
    <div class="row">
      ${onEdit && html`<${Button} kind="primary" icon="brush" onClick=${onEdit}>${t("keepEditing")}<//>`}
      <${Button} kind=${onEdit ? "" : "primary"} onClick=${onLook}>${t("show")}<//>
      <${Button} icon="rotate-ccw" onClick=${onAgain}>${t("back")}<//>
    </div>`;
}
