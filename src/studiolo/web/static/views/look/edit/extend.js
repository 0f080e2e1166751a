// A picture with more around it: the frame is pulled outwards, and what is new in it is painted.
import { html, useState } from "../../../core/html.js";
import { formatNumber } from "../../../core/words.js";
import { Button } from "../../../components/button.js";
import { Seam } from "../../../components/seam.js";
import { compose, isLarger, marginsFor, NOTHING, plan, SIDES } from "./frame.js";
import { FrameStage } from "./frame-stage.js";
import { draftOf, keepDraft } from "./painting.js";
import { requestOf } from "./panel.js";
import { t } from "./words.js";
import { Workshop } from "./workshop.js";

const TOOL = "extend";
const SHAPES = [[1, 1], [4, 3], [3, 2], [16, 9], [3, 4], [2, 3], [9, 16]];
/** Beyond that the picture would be a stamp in its frame. */
const MOST_TIMES = 2;

export function Extend({ picture, onDone }) {
  const [margins, setMargins] = useState(draftOf(TOOL, picture.id).margins ?? NOTHING);
  const [seam, setSeam] = useState(draftOf(TOOL, picture.id).seam);
  const change = (next) => {
    setMargins(next);
    keepDraft(TOOL, picture.id, { margins: next });
  };
  const changeSeam = (next) => {
    setSeam(next);
    keepDraft(TOOL, picture.id, { seam: next });
  };
  const frameFor = (engine) => plan(picture, margins, engine.capabilities);
  const most = MOST_TIMES * Math.max(picture.width, picture.height);
  const body = async (form, engine) => {
    const frame = frameFor(engine);
    if (frame.exact) return { ...requestOf(form, engine), init_image: `picture:${picture.id}`, outpaint: SIDES.map((side) => margins[side]), seam: engine.capabilities.seams?.includes(seam) ? seam : undefined };
    return { ...requestOf(form, engine), width: frame.width, height: frame.height, ...(await compose(picture, frame)) };
  };
  const priced = (engine) => (frameFor(engine).exact && isLarger(frameFor(engine)) ? { outpaint: SIDES.map((side) => margins[side]) } : { mask: `picture:${picture.id}` });
  return html`<${Workshop} tool=${TOOL} tasks=${["outpainting", "inpainting"]} picture=${picture} onDone=${onDone} title=${t("extend")} label=${t("around")} hint=${t("extendHow")} prompt=${picture.prompt}
    missing=${(engine) => (isLarger(frameFor(engine)) ? "" : t("needRoom"))} before=${(job) => `/api/sources/${job.request.init_image.replace("sha256:", "")}`} boxOf=${boxOf} compose=${body} priced=${priced}
    room=${(engine) => html`<${FrameStage} picture=${picture} frame=${frameFor(engine)} margins=${margins} most=${most} step=${Math.max(8, engine.capabilities.sizes.multiple)} onMargins=${change} />
      <${FrameTools} picture=${picture} margins=${margins} most=${most} onMargins=${change} />`}
    notes=${(engine) => html`<${Outcome} engine=${engine} picture=${picture} margins=${margins} frame=${frameFor(engine)} />
      ${frameFor(engine).exact && html`<${Seam} seams=${engine.capabilities.seams} task="outpainting" value=${seam} onChange=${changeSeam} />`}`} />`;
}

/** Where the picture stands in what it grew to; a hole around it was painted with the picture in its place. */
function boxOf({ request: { outpaint, width, height } }) {
  if (!outpaint) return undefined;
  const [left, top, right, bottom] = outpaint;
  const percent = (part, all) => `${(100 * part) / all}%`;
  return { left: percent(left, width), top: percent(top, height), width: percent(width - left - right, width), height: percent(height - top - bottom, height) };
}

function FrameTools({ picture, margins, most, onMargins }) {
  const set = (side, event) => {
    const pixels = Math.round(Math.min(most, Math.max(0, Number(event.currentTarget.value) || 0)));
    onMargins({ ...margins, [side]: pixels });
    event.currentTarget.value = String(pixels);
  };
  const shape = ([w, h]) => {
    const { left, top, right, bottom } = marginsFor(picture, w / h);
    onMargins({ left: Math.round(left), top: Math.round(top), right: Math.round(right), bottom: Math.round(bottom) });
  };
  return html`<div class="edit-tools" role="toolbar" aria-label=${t("frame")}>
    <div class="row extend-shapes" role="group" aria-label=${t("shape")}>${SHAPES.map((each) => html`<button type="button" class="chip numbers" key=${each.join()} onClick=${() => shape(each)}>${each.join(":")}</button>`)}</div>
    <div class="row edit-numbers">${SIDES.map((side) => html`<label class="edit-number" key=${side}><span class="small soft">${t(side)}</span>
      <input class="input numbers" type="number" inputmode="numeric" min="0" max=${most} value=${margins[side]} onChange=${(event) => set(side, event)} /></label>`)}
      <${Button} kind="quiet" icon="rotate-ccw" label=${t("reset")} onClick=${() => onMargins(NOTHING)} /></div>
  </div>`;
}

/** What it becomes, and why it is not quite what was pulled. */
function Outcome({ engine, picture, margins, frame }) {
  const { multiple } = engine.capabilities.sizes;
  const asPulled = frame.width === picture.width + margins.left + margins.right && frame.height === picture.height + margins.top + margins.bottom;
  const percent = formatNumber(frame.scale, { style: "percent", maximumFractionDigits: 0 });
  const said = [
    t("whole", frame), multiple > 1 && !asPulled && t("snapped", { engine: engine.name, multiple }),
    frame.scale < 1 && t("shrunk", { engine: engine.name, percent }), frame.scale > 1 && t("enlarged", { engine: engine.name, percent }),
  ];
  return html`<p class="small soft numbers" role="status">${said.filter(Boolean).join(" ")}</p>`;
}
