// The picture whose layout a painting follows, and the map that is made of it.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Check, SegmentedField } from "../../components/field.js";
import { Notice } from "../../components/notice.js";
import { PictureSource } from "../../components/picture-source.js";
import { change, changes, control, engine } from "./draft.js";
import { Knob } from "./knob.js";
import { OtherEngines } from "./other-engines.js";
import { rangeOf, takesControl } from "./request.js";

const t = words({
  en: {
    none: "{engine} follows no layout.", lead: "A photo or a sketch whose outlines or areas the painting keeps to.", picture: "The picture whose layout is followed", map: "What is followed of it", making: "Finding the layout …",
    remove: "Do not follow it", another: "Another picture", kind: "Follow its", canny: "Outlines", segmentation: "Areas", cannyHint: "Things keep their outlines.", segmentationHint: "Things keep their place and size.", prepared: "This is a map already",
  },
  ko: {
    none: "{engine} 엔진은 구도를 따르지 못합니다.", lead: "윤곽이나 영역을 따라 그릴 사진이나 스케치입니다.", picture: "구도를 따를 그림", map: "따를 구도", making: "구도를 찾는 중 …",
    remove: "따르지 않기", another: "다른 그림", kind: "무엇을 따를지", canny: "윤곽", segmentation: "영역", cannyHint: "사물의 윤곽을 지킵니다.", segmentationHint: "사물의 자리와 크기를 지킵니다.", prepared: "이미 구도 지도입니다",
  },
});

export function Control({ taking }) {
  const can = engine.value?.capabilities;
  const picture = control.value;
  return html`<div class="stack" data-takes="control">
    ${can && !takesControl(can) && html`<${OtherEngines} text=${t("none", { engine: engine.value.name })} can=${takesControl} />`}
    ${picture && html`<${Followed} picture=${picture} can=${can} />`}
    ${picture ? html`<details open=${Boolean(taking.busy || taking.problem)}><summary>${t("another")}</summary><${PictureSource} taking=${taking} /></details>`
      : html`<${PictureSource} taking=${taking} hint=${t("lead")} />`}
  </div>`;
}

function Followed({ picture, can }) {
  const kinds = can ? (can.controls ?? []) : [];
  const kind = kinds.includes(changes.value.control) ? changes.value.control : kinds[0];
  const shown = kind && !picture.prepared && !can.prepares_control; // an engine that makes its own map shows none
  return html`<div class="start-picture">
      <div class="control-pair">
        <div class="picture"><img src=${picture.url} width=${picture.width} height=${picture.height} alt=${t("picture")} /></div>
        ${shown && html`<${ControlMap} key=${`${picture.reference} ${kind}`} picture=${picture} kind=${kind} />`}
      </div>
      <div class="row apart"><span class="small soft numbers">${picture.width} × ${picture.height}</span><${Button} kind="quiet" icon="x" onClick=${() => (control.value = null)}>${t("remove")}<//></div>
      <${Check} label=${t("prepared")} checked=${Boolean(picture.prepared)} onChange=${(prepared) => (control.value = { ...picture, prepared })} />
    </div>
    ${kinds.length > 1 && html`<${SegmentedField} label=${t("kind")} hint=${t(`${kind}Hint`)} value=${kind} options=${kinds.map((value) => ({ value, label: t(value) }))}
      onChange=${(value) => change({ control: value === kinds[0] ? undefined : value })} />`}
    ${kind && html`<${Knob} range=${rangeOf(can, "control_strength")} />`}`;
}

/** As the engine will be given it. */
function ControlMap({ picture, kind }) {
  const [url, setUrl] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const stop = new AbortController();
    let made = null;
    const show = (blob) => setUrl((made = URL.createObjectURL(blob)));
    api.blob("POST", "/api/control-map", { body: { image: picture.reference, kind }, signal: stop.signal }).then(show, (error) => error.name === "AbortError" || setProblem(error));
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, []);
  if (problem) return html`<${Notice} problem=${problem} />`;
  return html`<div class="picture control-map" style=${{ aspectRatio: `${picture.width} / ${picture.height}` }}>
    ${url ? html`<img src=${url} width=${picture.width} height=${picture.height} alt=${t("map")} />` : html`<span class="spinner" role="status" aria-label=${t("making")}></span>`}</div>`;
}
