// What is put into a model, and what comes after it: LoRAs and the refiner.
import { html, useRef } from "../../core/html.js";
import { words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { SegmentedField } from "../../components/field.js";
import { change, changes, engine } from "./draft.js";
import { Knob } from "./knob.js";
import { refinerOf, refinersOf } from "./request.js";

const t = words({
  en: {
    refiner: "Refiner", none: "None", ensemble: "Last steps", image: "Finished picture", noneHint: "The picture is left as the model paints it.", ensembleHint: "A second model paints the last part of the steps.", imageHint: "A second model goes over the finished picture.",
    handoverHint: "After this part of the steps it takes over.", loras: "LoRAs", add: "Add a LoRA", name: "Name of LoRA {n}", weight: "Weight of LoRA {n}", remove: "Remove LoRA {n}", lorasHint: "By the file's name in the models folder, or as owner/name once pulled. 1 is its full weight.",
  },
  ko: {
    refiner: "리파이너", none: "없음", ensemble: "마지막 단계", image: "완성된 그림", noneHint: "모델이 그린 그대로 둡니다.", ensembleHint: "두 번째 모델이 마지막 단계를 그립니다.", imageHint: "두 번째 모델이 완성된 그림을 다듬습니다.",
    handoverHint: "이만큼 그린 뒤 이어받습니다.", loras: "LoRA", add: "LoRA 추가", name: "LoRA {n} 이름", weight: "LoRA {n} 가중치", remove: "LoRA {n} 빼기", lorasHint: "모델 폴더에 있는 파일 이름이나, 받아 둔 owner/name을 적으세요. 1이 전체 가중치입니다.",
  },
});
/** As the server takes them. */
const WEIGHT = { minimum: -4, maximum: 4, step: 0.05 };

export function Refiner() {
  const can = engine.value.capabilities;
  const all = refinersOf(can);
  if (!all.length) return null;
  const { name, range } = refinerOf(can, changes.value);
  return html`<${SegmentedField} label=${t("refiner")} hint=${t(`${name}Hint`)} value=${name} options=${["none", "ensemble", "image"].filter((each) => all.includes(each)).map((value) => ({ value, label: t(value) }))}
      onChange=${(value) => change({ refiner: value === all[0] ? undefined : value })} />
    <${Knob} key=${`${engine.value.name} ${name}`} range=${range} hint=${range?.name === "handover" ? t("handoverHint") : undefined} />`;
}

export function Loras() {
  const most = engine.value.capabilities.loras ?? 0;
  const list = useRef(null);
  if (most === 0) return null;
  const rows = changes.value.loras ?? [];
  const set = (loras) => change({ loras: loras.length ? loras : undefined });
  const edit = (index, fields) => set(rows.with(index, { ...rows[index], ...fields }));
  const focus = (index) => requestAnimationFrame(() => list.current?.querySelectorAll("[data-name], [data-add]")[index]?.focus());
  const add = () => {
    set([...rows, { name: "", weight: 1 }]);
    focus(rows.length);
  };
  const remove = (index) => {
    set(rows.toSpliced(index, 1));
    focus(Math.max(0, index - 1));
  };
  return html`<fieldset class="field loras" ref=${list}>
    <legend class="label">${t("loras")}</legend>
    ${rows.map((row, index) => html`<div class="lora" key=${index}>
      <input class="input" data-name aria-label=${t("name", { n: index + 1 })} placeholder="owner/name" spellcheck=${false} autocapitalize="none" value=${row.name} onInput=${(event) => edit(index, { name: event.currentTarget.value })} />
      <input class="input numbers" type="number" aria-label=${t("weight", { n: index + 1 })} min=${WEIGHT.minimum} max=${WEIGHT.maximum} step=${WEIGHT.step} value=${row.weight} onChange=${(event) => edit(index, { weight: weightOf(event.currentTarget) })} />
      <${Button} kind="quiet" icon="x" label=${t("remove", { n: index + 1 })} onClick=${() => remove(index)} />
    </div>`)}
    ${rows.length < most && html`<div><${Button} icon="plus" data-add onClick=${add}>${t("add")}<//></div>`}
    ${rows.length > 0 && html`<p class="hint">${t("lorasHint")}</p>`}
  </fieldset>`;
}

function weightOf(input) {
  const number = input.value === "" ? 1 : Math.min(WEIGHT.maximum, Math.max(WEIGHT.minimum, Number(input.value)));
  input.value = String(number);
  return number;
}
