// How the edge of what is painted anew is treated: blended, or with every pixel outside it as it was.
import { html } from "../core/html.js";
import { words } from "../core/words.js";
import { SegmentedField } from "./field.js";

const t = words({
  en: { seam: "The seam", default: "Blend it", precise: "Keep every pixel", defaultHint: "The painting fades into the picture over a narrow band.", preciseHint: "Outside what is painted anew the picture stays exactly as it is." },
  ko: { seam: "이음매", default: "부드럽게 섞기", precise: "모든 픽셀 유지", defaultHint: "좁은 띠에 걸쳐 그림에 스며들게 합니다.", preciseHint: "다시 그리는 곳 밖은 한 픽셀도 바꾸지 않습니다." },
});
/** What the server takes where nothing is said: see resolve() there. */
const USUAL = { inpainting: "precise", outpainting: "default" };

export const usualSeam = (seams, task) => (seams.includes(USUAL[task]) ? USUAL[task] : seams[0]);

/** `value` is undefined for the usual one; nothing is shown where there is no choice. */
export function Seam({ seams = [], task, value, onChange }) {
  const usual = usualSeam(seams, task);
  const chosen = seams.includes(value) ? value : usual;
  return seams.length > 1 && html`<${SegmentedField} label=${t("seam")} hint=${t(`${chosen}Hint`)} value=${chosen} options=${seams.map((name) => ({ value: name, label: t(name) }))}
    onChange=${(name) => onChange(name === usual ? undefined : name)} />`;
}
