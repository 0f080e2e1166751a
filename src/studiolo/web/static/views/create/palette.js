// The colours a picture keeps to, where its engine takes them.
import { html, useState } from "../../core/html.js";
import { Button } from "../../components/button.js";
import { Notice } from "../../components/notice.js";
import { PaletteEditor } from "../../components/palette.js";
import { PictureSource } from "../../components/picture-source.js";
import { engine, palette, start } from "./draft.js";
import { OtherEngines } from "./other-engines.js";
import { mostColours, takeColours } from "./taking.js";
import { t } from "./words.js";

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
  return html`<div class="stack tight" data-takes="palette">
    ${takes ? html`<p class="small soft">${t("paletteLead", { most: mostColours() })}</p>`
      : engine.value && html`<${OtherEngines} text=${t("paletteNone", { engine: engine.value.name })} can=${(can) => can.palette > 0} />`}
    <${PaletteEditor} colours=${palette.value} most=${mostColours()} onChange=${(colours) => (palette.value = colours)} />
    <${FromPicture} taking=${taking} />
  </div>`;
}
