// The colours a picture keeps to, where its engine takes them.
import { api } from "../../core/api.js";
import { html, useState } from "../../core/html.js";
import { enginesOf } from "../../core/state.js";
import { Button } from "../../components/button.js";
import { Notice } from "../../components/notice.js";
import { joined, PaletteEditor } from "../../components/palette.js";
import { PictureSource } from "../../components/picture-source.js";
import { chosenEngine, engine, palette, start } from "./draft.js";
import { t } from "./words.js";

const MOST_COLOURS = 10;
const FROM_PICTURE = 5;

export const most = () => engine.value?.capabilities.palette || MOST_COLOURS;

/** Add the main colours of a picture. Raises Problem. */
export async function takeColours(picture) {
  const { colours } = await api.post("/api/palettes", { image: picture.reference, colours: FROM_PICTURE });
  palette.value = joined(palette.value, colours.map((each) => each.hex), most());
}

/** Engines that can do what the chosen one cannot, to change over at once. */
export function OtherEngines({ text, can }) {
  const others = enginesOf("image").filter((each) => each.ready && can(each.capabilities));
  return html`<${Notice}>
    <p>${text}</p>
    <div class="row">${others.map((each) => html`<${Button} key=${each.name} onClick=${() => (chosenEngine.value = each.name)}>${t("paletteUse", { engine: each.name })}<//>`)}</div>
  <//>`;
}

function FromPicture({ taking }) {
  const [problem, setProblem] = useState(null);
  const take = () => takeColours(start.value).then(() => setProblem(null), setProblem);
  return html`<details open=${Boolean(taking.busy || taking.problem)}><summary>${t("fromPicture")}</summary>
    <div class="stack tight">
      ${start.value && html`<div><${Button} icon="image" onClick=${take}>${t("fromStart")}<//></div>`}
      <${PictureSource} taking=${taking} />
      ${problem && html`<${Notice} problem=${problem} />`}
    </div>
  </details>`;
}

export function Palette({ taking }) {
  const takes = engine.value?.capabilities.palette > 0;
  return html`<div class="stack tight">
    ${takes ? html`<p class="small soft">${t("paletteLead", { most: most() })}</p>`
      : engine.value && html`<${OtherEngines} text=${t("paletteNone", { engine: engine.value.name })} can=${(can) => can.palette > 0} />`}
    <${PaletteEditor} colours=${palette.value} most=${most()} onChange=${(colours) => (palette.value = colours)} />
    <${FromPicture} taking=${taking} />
  </div>`;
}
