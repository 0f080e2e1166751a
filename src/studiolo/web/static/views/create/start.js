// The picture a painting starts from, and how far to leave it.
import { html } from "../../core/html.js";
import { Button } from "../../components/button.js";
import { PictureSource } from "../../components/picture-source.js";
import { Seam } from "../../components/seam.js";
import { change, changes, engine, start } from "./draft.js";
import { Strength } from "./knob.js";
import { OtherEngines } from "./other-engines.js";
import { hasSeam } from "./request.js";
import { t } from "./words.js";

const startsFromPictures = (capabilities) => capabilities.tasks.includes("image-to-image");

/** What of the picture is painted, in words. */
function partOf({ outpaint, maskPrompt }) {
  if (outpaint) return t("outpaint", { margins: outpaint.join(", ") });
  return maskPrompt ? t("maskPrompt", { words: maskPrompt }) : t("mask");
}

const whole = (picture) => ({ ...picture, mask: undefined, maskPrompt: undefined, outpaint: undefined });

export function Start({ taking }) {
  const picture = start.value;
  return html`<div class="stack">
    ${engine.value && !startsFromPictures(engine.value.capabilities) && html`<${OtherEngines} text=${t("startNone", { engine: engine.value.name })} can=${startsFromPictures} />`}
    ${picture && html`<div class="start-picture">
        <div class="picture"><img src=${picture.url} width=${picture.width} height=${picture.height} alt=${t("startAlt")} />${picture.mask && html`<img class="mask" src=${picture.mask.url} alt="" />`}</div>
        <div class="row apart"><span class="small soft numbers">${picture.width} × ${picture.height}</span><${Button} kind="quiet" icon="x" onClick=${() => (start.value = null)}>${t("removeStart")}<//></div>
        ${hasSeam(picture) && html`<div class="row apart"><p class="small">${partOf(picture)}</p><${Button} kind="quiet" onClick=${() => (start.value = whole(picture))}>${t(picture.outpaint ? "removeOutpaint" : "removeMask")}<//></div>`}
      </div>
      ${hasSeam(picture) && html`<${Seam} seams=${engine.value?.capabilities.seams} task=${picture.outpaint ? "outpainting" : "inpainting"} value=${changes.value.seam} onChange=${(seam) => change({ seam })} />`}
      ${engine.value && html`<${Strength} />`}`}
    ${picture ? html`<details open=${Boolean(taking.busy || taking.problem)}><summary>${t("another")}</summary><${PictureSource} taking=${taking} /></details>`
      : html`<${PictureSource} taking=${taking} hint=${t("startLead")} />`}
  </div>`;
}
