// What a picture was made from, beside its words: pictures, LoRAs, a second stage.
import { html } from "../../core/html.js";
import { formatNumber, words } from "../../core/words.js";

const t = words({
  en: {
    title: "Made from", init_image: "Start", mask: "Painted anew", control_canny: "Outlines", control_segmentation: "Areas", control: "Layout", reference: "Varied", enlarged: "Enlarged × {times}", cutout: "Cut out", grown: "Grown by {margins}",
    strength: "strength {n}", similarity: "similarity {n}", loras: "LoRAs", refiner: "Refiner", ensemble: "takes over after {n}", ensembleOnly: "takes over", image: "goes over it, strength {n}", imageOnly: "goes over the picture", maskPrompt: "Repainted", seam: "Seam", default: "blended", precise: "every pixel kept", margin: "{n} px",
    open: "{name}: open the picture",
  },
  ko: {
    title: "만든 재료", init_image: "시작", mask: "다시 그린 곳", control_canny: "윤곽", control_segmentation: "영역", control: "구도", reference: "변형", enlarged: "{times}배로 키움", cutout: "배경 지움", grown: "{margins} 넓힘",
    strength: "강도 {n}", similarity: "닮음 {n}", loras: "LoRA", refiner: "리파이너", ensemble: "{n}에서 이어받음", ensembleOnly: "이어받음", image: "다듬음, 강도 {n}", imageOnly: "다듬음", maskPrompt: "다시 그린 것", seam: "이음매", default: "부드럽게 섞음", precise: "모든 픽셀 유지", margin: "{n}px",
    open: "{name}: 그림 열기",
  },
});
const number = (value) => formatNumber(value, { maximumFractionDigits: 2 });
const percent = (value) => formatNumber(value, { style: "percent" });
const urlOf = (reference) => `/api/sources/${reference.replace("sha256:", "")}`;
const saying = (name, value) => (value == null ? "" : t(name, { n: number(value) }));

export function MadeFrom({ picture: { request } }) {
  const pictures = picturesOf(request);
  const rows = rowsOf(request).filter(([, value]) => value);
  if (!pictures.length && !rows.length) return null;
  return html`<section class="stack tight" aria-labelledby="made-from"><h2 id="made-from" class="small-title">${t("title")}</h2>
    ${pictures.length > 0 && html`<ul class="made-from">${pictures.map(({ reference, name, more }, index) => html`<li key=${`${reference} ${index}`}>
      <a class="picture" href=${urlOf(reference)} target="_blank" rel="noopener" aria-label=${t("open", { name: [name, more].filter(Boolean).join(", ") })}><img src=${urlOf(reference)} alt="" loading="lazy" decoding="async" /></a>
      <p class="small">${name}${more && html`<br /><span class="soft">${more}</span>`}</p></li>`)}</ul>`}
    ${rows.length > 0 && html`<dl class="facts">${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`}
  </section>`;
}

/** [{reference, name, more}]: in the order they are spoken of. */
function picturesOf(request) {
  const of = (reference, name, more = "") => reference && { reference, name, more };
  return [
    of(request.init_image, startOf(request), request.upscale || request.remove_background ? "" : saying("strength", request.strength)),
    of(request.mask, t("mask")),
    of(request.control_image, t(request.control ? `control_${request.control}` : "control"), saying("strength", request.control_strength)),
    ...(request.references ?? []).map((reference) => of(reference, t("reference"), saying("similarity", request.similarity))),
  ].filter(Boolean);
}

function startOf({ upscale, remove_background: cut, outpaint }) {
  if (upscale) return t("enlarged", { times: upscale });
  if (cut) return t("cutout");
  return outpaint ? t("grown", { margins: t("margin", { n: outpaint.join(", ") }) }) : t("init_image");
}

/** [[name, value], …] */
function rowsOf({ mask_prompt: repainted, seam, loras = [], refiner, handover, refiner_strength: strength }) {
  const second = {
    ensemble: () => (handover == null ? t("ensembleOnly") : t("ensemble", { n: percent(handover) })),
    image: () => (strength == null ? t("imageOnly") : t("image", { n: number(strength) })),
  }[refiner];
  return [
    [t("maskPrompt"), repainted],
    [t("seam"), seam && t(seam)],
    [t("loras"), loras.map(({ name, weight }) => `${name} × ${number(weight)}`).join(", ")],
    [t("refiner"), second?.()],
  ];
}
