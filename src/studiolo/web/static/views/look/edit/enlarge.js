// The same picture with more pixels.
import { html, useState } from "../../../core/html.js";
import { SegmentedField } from "../../../components/field.js";
import { Paper } from "./paper.js";
import { editOf } from "./panel.js";
import { draftOf, keepDraft } from "./painting.js";
import { t } from "./words.js";
import { Workshop } from "./workshop.js";

const TOOL = "enlarge";

export function Enlarge({ picture, onDone }) {
  const [wished, setWished] = useState(draftOf(TOOL, picture.id).scale);
  const scaleOf = ({ capabilities: { upscale } }) => (upscale.includes(wished) ? wished : upscale[0]);
  const choose = (scale) => {
    setWished(scale);
    keepDraft(TOOL, picture.id, { scale });
  };
  return html`<${Workshop} tool=${TOOL} tasks=${["upscaling"]} picture=${picture} onDone=${onDone} title=${t("enlarge")} run=${t("enlargeRun")} prompt=""
    compose=${async (form, engine) => ({ ...editOf(picture, engine), upscale: scaleOf(engine) })} priced=${(engine) => ({ upscale: scaleOf(engine) })} before=${() => picture.image_url} room=${() => html`<${Paper} picture=${picture} />`}
    notes=${(engine) => html`<${SegmentedField} label=${t("times")} value=${scaleOf(engine)} options=${engine.capabilities.upscale.map((value) => ({ value, label: `× ${value}` }))} onChange=${choose} />
      <p class="small soft numbers" role="status">${t("whole", { width: picture.width * scaleOf(engine), height: picture.height * scaleOf(engine) })}</p>`} />`;
}
