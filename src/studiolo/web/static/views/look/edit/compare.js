// Before and after, with an edge between them that is moved by mouse, finger or arrow keys.
import { html, useState } from "../../../core/html.js";
import { formatNumber } from "../../../core/words.js";
import { titleOf } from "../../../components/titles.js";
import { styleOf, useFit } from "./fit.js";
import { t } from "./words.js";

const STEP = 2;

/** `before` is an address; it has the shape of `after`, or stands in it at `box`, a style. What is transparent shows a checkerboard. */
export function Compare({ before, box, after }) {
  const [room, size] = useFit(after.width, after.height);
  const [at, setAt] = useState(50);
  const percent = formatNumber(at / 100, { style: "percent" });
  return html`<div class="edit-ground" ref=${room}>
    <div class="edit-paper compare checkered" style=${styleOf(size)}>
      <img src=${after.image_url} alt=${titleOf(after)} width=${after.width} height=${after.height} draggable=${false} />
      <div class="compare-before" style=${{ clipPath: `inset(0 ${100 - at}% 0 0)` }}><img src=${before} alt="" draggable=${false} style=${box} /></div>
      <input type="range" min="0" max="100" step=${STEP} value=${at} aria-label=${t("compare")} aria-valuetext=${`${t("before")} ${percent}`} onInput=${(event) => setAt(Number(event.currentTarget.value))} />
      <div class="compare-edge" aria-hidden="true" style=${{ left: `${at}%` }}></div>
      <span class="compare-name" aria-hidden="true">${t("before")}</span><span class="compare-name after" aria-hidden="true">${t("after")}</span>
    </div>
  </div>`;
}
