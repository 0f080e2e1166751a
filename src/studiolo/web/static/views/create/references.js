// The pictures to make a variation of, and how near to stay to them.
import { html, useRef } from "../../core/html.js";
import { words } from "../../core/words.js";
import { PictureSource } from "../../components/picture-source.js";
import { engine, references } from "./draft.js";
import { Knob } from "./knob.js";
import { OtherEngines } from "./other-engines.js";
import { rangeOf, takesReferences } from "./request.js";
import { mostReferences } from "./taking.js";

const t = words({
  en: {
    none: "{engine} makes no variations of pictures.", lead: "Up to {most} pictures. What is painted takes after them; the prompt may say more, or stay empty.", leadOne: "What is painted takes after this picture; the prompt may say more, or stay empty.",
    list: "Pictures to vary", nth: "Picture {n} to vary", remove: "Take out picture {n}", full: "There is room for {most} pictures.",
  },
  ko: {
    none: "{engine} 엔진은 그림을 변형하지 못합니다.", lead: "그림을 {most}장까지 넣으세요. 그 그림들을 닮게 그립니다. 프롬프트는 더 적어도, 비워도 됩니다.", leadOne: "이 그림을 닮게 그립니다. 프롬프트는 더 적어도, 비워도 됩니다.",
    list: "변형할 그림", nth: "변형할 그림 {n}", remove: "그림 {n} 빼기", full: "그림은 {most}장까지 넣을 수 있습니다.",
  },
});

export function References({ taking }) {
  const can = engine.value?.capabilities;
  const able = can && takesReferences(can);
  const most = mostReferences();
  const all = references.value;
  return html`<div class="stack" data-takes="references">
    ${can && !able && html`<${OtherEngines} text=${t("none", { engine: engine.value.name })} can=${takesReferences} />`}
    <p class="small soft">${t(most === 1 ? "leadOne" : "lead", { most })}</p>
    ${all.length > 0 && html`<${Chosen} pictures=${all.slice(0, most)} />`}
    ${able && all.length > 0 && html`<${Knob} range=${rangeOf(can, "similarity")} />`}
    ${all.length < most ? html`<${PictureSource} taking=${taking} />` : html`<p class="small soft">${t("full", { most })}</p>`}
  </div>`;
}

function Chosen({ pictures }) {
  const list = useRef(null);
  const remove = (index) => {
    references.value = references.value.toSpliced(index, 1);
    // The button is gone; the keyboard goes on at its neighbour.
    requestAnimationFrame(() => list.current?.querySelectorAll("button")[Math.min(index, references.value.length - 1)]?.focus());
  };
  return html`<ul class="references" aria-label=${t("list")} ref=${list}>${pictures.map((picture, index) => html`<li key=${picture.reference} class="picture">
    <img src=${picture.url} width=${picture.width} height=${picture.height} alt=${t("nth", { n: index + 1 })} />
    <button type="button" class="reference-remove" aria-label=${t("remove", { n: index + 1 })} onClick=${() => remove(index)}>×</button></li>`)}</ul>`;
}
