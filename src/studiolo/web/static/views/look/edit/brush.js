// A part of a picture painted anew: marked with a brush, described in words.
import { html, useMemo, useState } from "../../../core/html.js";
import { formatNumber } from "../../../core/words.js";
import { Seam } from "../../../components/seam.js";
import { allows, fitting } from "../../create/sizes.js";
import { useFinding, useFound, wordsOf } from "./found.js";
import { coverage, toFile } from "./mask.js";
import { useHistory } from "./history.js";
import { draftOf, keepDraft } from "./painting.js";
import { requestOf } from "./panel.js";
import { Surface } from "./surface.js";
import { thicknesses, Toolbar } from "./toolbar.js";
import { t } from "./words.js";
import { Workshop } from "./workshop.js";

const TOOL = "brush";

function middleOf({ width, height }) {
  return { x: Math.round(width / 4), y: Math.round(height / 4), width: Math.round(width / 2), height: Math.round(height / 2) };
}

export function Brush({ picture, onDone }) {
  const kept = draftOf(TOOL, picture.id);
  const history = useHistory(kept.operations ?? [], (operations) => keepDraft(TOOL, picture.id, { operations }));
  const [brush, setBrush] = useState({ tool: "paint", size: thicknesses(picture).usual });
  const [rectangle, setRectangle] = useState(middleOf(picture));
  const [seam, setSeam] = useState(kept.seam);
  const steps = useFound(history.steps);
  const share = useMemo(() => coverage(steps, picture), [steps]);
  const changeSeam = (next) => {
    setSeam(next);
    keepDraft(TOOL, picture.id, { seam: next });
  };
  const finding = useFinding(picture, history.add);
  const mark = (erase) => history.add({ kind: "rectangle", erase, ...rectangle });
  const hand = { picture, brush, rectangle, onRectangle: setRectangle, onMark: mark };
  const percent = formatNumber(share, { style: "percent", maximumFractionDigits: 1 });
  // The words stay with the picture; an engine that finds masks itself would go by them, not by what is seen.
  const compose = async (form, engine) => ({
    ...requestOf(form, engine), init_image: `picture:${picture.id}`, mask: await toFile(steps, picture),
    mask_prompt: (!engine.capabilities.finds_masks && wordsOf(steps)) || undefined,
    seam: engine.capabilities.seams?.includes(seam) ? seam : undefined,
  });
  return html`<${Workshop} tool=${TOOL} tasks=${["inpainting"]} picture=${picture} onDone=${onDone} title=${t("brush")} label=${t("what")} hint=${t("whatHint")} prompt=""
    missing=${() => (share === 0 ? t("needMask") : "")} before=${() => picture.image_url}
    compose=${compose} priced=${() => ({ mask: `picture:${picture.id}` })}
    room=${() => html`<${Surface} ...${hand} operations=${steps} share=${share} onOperation=${history.add} /><${Toolbar} ...${hand} history=${history} finding=${finding} onBrush=${setBrush} />`}
    notes=${(engine) => html`<p class="small soft numbers" role="status">${share ? t("marked", { share: percent }) : t("empty")}
      ${!allows(engine.capabilities.sizes, picture.width, picture.height) && t("sizeChanges", { engine: engine.name, ...fitting(engine.capabilities.sizes, picture.width, picture.height) })}</p>
      <${Seam} seams=${engine.capabilities.seams} task="inpainting" value=${seam} onChange=${changeSeam} />`} />`;
}
