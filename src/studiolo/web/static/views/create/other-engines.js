import { html } from "../../core/html.js";
import { offeredEngines } from "../../core/state.js";
import { Button } from "../../components/button.js";
import { Notice } from "../../components/notice.js";
import { chosenEngine } from "./draft.js";
import { t } from "./words.js";

/** Engines that can do what the chosen one cannot, to change over at once. */
export function OtherEngines({ text, can }) {
  const others = offeredEngines("image").filter((each) => each.ready && can(each.capabilities));
  return html`<${Notice}>
    <p>${text}</p>
    <div class="row">${others.map((each) => html`<${Button} key=${each.name} onClick=${() => (chosenEngine.value = each.name)}>${t("useEngine", { engine: each.name })}<//>`)}</div>
  <//>`;
}
