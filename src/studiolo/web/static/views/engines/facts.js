// Declared capabilities as a list a person can read. What has no words here is left out, not guessed.
import { html } from "../../core/html.js";
import { formatNumber, words } from "../../core/words.js";

const t = words({
  en: {
    tasks: "Tasks", "text-to-image": "text to picture", "image-to-image": "picture to picture", inpainting: "repainting a part", sizes: "Sizes", size: "{min} to {max} px, in steps of {step}; {width} × {height} if not said",
    steps: "Steps", guidance_scale: "Guidance", strength: "Strength", range: "{min} to {max}, {default} if not said", palette: "Palette", colours: "up to {n} colours", negative_prompt: "Negative prompt", previews: "Shows itself while painting",
    schedulers: "Schedulers", languages: "Languages", any: "any", licence: "Licence", offline: "Works offline", device: "Works on", vision: "Looks at pictures", structured: "Answers in a given form", yes: "yes", no: "no", perhaps: "if its model does", models: "Models",
  },
  ko: {
    tasks: "작업", "text-to-image": "글로 그림", "image-to-image": "그림으로 그림", inpainting: "일부 다시 그리기", sizes: "크기", size: "{min}~{max} px, {step} 단위, 기본 {width} × {height}",
    steps: "단계", guidance_scale: "가이던스", strength: "강도", range: "{min}~{max}, 기본 {default}", palette: "팔레트", colours: "최대 {n}색", negative_prompt: "네거티브 프롬프트", previews: "그리는 과정 보이기",
    schedulers: "스케줄러", languages: "언어", any: "모든 언어", licence: "라이선스", offline: "오프라인 동작", device: "동작 장치", vision: "그림 보기", structured: "정해진 형식으로 답하기", yes: "예", no: "아니요", perhaps: "모델에 따라", models: "모델",
  },
});

const number = (value) => formatNumber(value, { maximumFractionDigits: 2 });
const yes = (value) => t(value === null ? "perhaps" : value ? "yes" : "no");
const range = (value) => value && t("range", { min: number(value.minimum), max: number(value.maximum), default: number(value.default) });
const list = (values) => values?.length > 0 && values.join(", ");

const READ = {
  image: {
    tasks: (can) => [...can.tasks].sort().reverse().map((task) => wordFor(task)).join(", "),
    sizes: ({ sizes }) => t("size", { min: sizes.minimum, max: sizes.maximum, step: sizes.multiple, width: sizes.default[0], height: sizes.default[1] }),
    steps: (can) => range(can.steps),
    guidance_scale: (can) => range(can.guidance_scale),
    strength: (can) => range(can.strength),
    palette: (can) => can.palette > 0 && t("colours", { n: can.palette }),
    negative_prompt: (can) => yes(can.negative_prompt),
    previews: (can) => yes(can.previews),
    schedulers: (can) => list(can.schedulers),
    models: (can) => list(can.models),
    languages: (can) => list(can.languages) || t("any"),
    device: (can) => can.device,
  },
  chat: { vision: (can) => yes(can.vision), structured: (can) => yes(can.structured) },
  speech: { languages: (can) => can.languages?.length > 0 && (can.languages.length > 12 ? number(can.languages.length) : can.languages.join(", ")) },
};

function wordFor(task) {
  return ["text-to-image", "image-to-image", "inpainting"].includes(task) ? t(task) : task;
}

export function Facts({ kind, capabilities }) {
  const rows = { ...READ[kind], offline: (can) => yes(can.offline), licence: (can) => can.licence };
  return html`<dl class="facts">${Object.entries(rows).map(([name, read]) => {
    const value = read(capabilities);
    return value ? html`<dt>${t(name)}</dt><dd>${value}</dd>` : null;
  })}</dl>`;
}
