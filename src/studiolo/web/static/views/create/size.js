// Shapes, drawn; the sizes of the chosen one; and exact numbers.
import { html } from "../../core/html.js";
import { formatNumber } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Segmented } from "../../components/field.js";
import { change, engine, sizeNow, start } from "./draft.js";
import { choicesOf, likeIn, nearest, shapeOf, shapesFor } from "./sizes.js";
import { t } from "./words.js";

const AS_PICTURE = "picture";

function resize(sizes, width, height, typed) {
  const size = nearest(sizes, width, height, typed);
  const usual = !start.value && size.width === sizes.default[0] && size.height === sizes.default[1];
  change(usual ? { width: undefined, height: undefined } : size);
}

function Shape({ width, height }) {
  const long = Math.max(width, height);
  const [w, h] = [(width / long) * 20, (height / long) * 20];
  return html`<svg class="shape" viewBox="0 0 24 24" aria-hidden="true"><rect x=${12 - w / 2} y=${12 - h / 2} width=${w} height=${h} rx="1.5" /></svg>`;
}

function Shapes({ shapes, value, onChange }) {
  const all = [...(start.value ? [{ shape: AS_PICTURE, width: start.value.width, height: start.value.height }] : []), ...shapes];
  const reached = Math.max(0, all.findIndex((each) => each.shape === value));
  const keys = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = (reached + by + all.length) % all.length;
    onChange(all[next]);
    event.currentTarget.children[next].focus();
  };
  return html`<div class="shapes" role="radiogroup" aria-label=${t("shape")} onKeyDown=${keys}>
    ${all.map((each, index) => html`<button type="button" role="radio" key=${each.shape} class=${each.shape === AS_PICTURE ? "wide" : undefined} aria-checked=${each.shape === value ? "true" : "false"} tabindex=${index === reached ? 0 : -1} onClick=${() => onChange(each)}>
      <${Shape} ...${each} /><span>${each.shape === AS_PICTURE ? t("asPicture") : each.shape}</span>
    </button>`)}
  </div>`;
}

const megapixels = (pixels) => formatNumber(pixels / 1e6, { maximumFractionDigits: 1 });

export function Size() {
  const { sizes } = engine.value.capabilities;
  const shapes = shapesFor(sizes);
  const size = sizeNow();
  const [width, height] = size ?? [start.value.width, start.value.height];
  const shape = size ? shapes.find((each) => each.shape === shapeOf(width, height)) : null;
  const choose = (each) => {
    if (each.shape === AS_PICTURE) change({ width: undefined, height: undefined });
    else resize(sizes, ...likeIn(each, width * height));
  };
  const side = (name, value) => html`<input class="input numbers" type="number" inputmode="numeric" aria-label=${t(name)} min=${sizes.minimum} max=${sizes.maximum} step=${sizes.multiple} value=${value}
    onChange=${(event) => {
      const pixels = Number(event.currentTarget.value);
      if (pixels > 0) resize(sizes, name === "width" ? pixels : width, name === "height" ? pixels : height, name);
      event.currentTarget.value = (sizeNow() ?? [width, height])[name === "width" ? 0 : 1];
    }} />`;
  return html`<fieldset class="field size">
    <legend class="label">${t("size")}</legend>
    <${Shapes} shapes=${shapes} value=${size ? shape?.shape : AS_PICTURE} onChange=${choose} />
    ${shape?.sizes.length > 1 && html`<${Segmented} label=${t("size")} value=${`${width} × ${height}`} onChange=${(text) => resize(sizes, ...text.split(" × ").map(Number))}
      options=${shape.sizes.map(([w, h]) => ({ value: `${w} × ${h}`, label: `${w} × ${h}` }))} />`}
    ${choicesOf(sizes).length
      ? html`<p class="hint numbers">${width} × ${height}. ${t("sizeChoices")}</p>`
      : html`<div class="exact" role="group" aria-label=${t("exact")}>
          ${side("width", width)}<span aria-hidden="true">×</span>${side("height", height)}
          <${Button} kind="quiet" icon="arrow-left-right" label=${t("swap")} disabled=${width === height} onClick=${() => resize(sizes, height, width)} />
        </div>
        <p class="hint">${[t("sizeHint", sizes), sizes.min_pixels && t("leastPixels", { n: megapixels(sizes.min_pixels) }), sizes.max_pixels && t("pixels", { n: megapixels(sizes.max_pixels) }), sizes.max_ratio && t("ratio", { n: formatNumber(sizes.max_ratio) })].filter(Boolean).join(" ")}</p>`}
  </fieldset>`;
}
