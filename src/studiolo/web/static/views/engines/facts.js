// Declared capabilities as a list a person can read. What has no words here is left out, not guessed.
import { html } from "../../core/html.js";
import { formatNumber, words } from "../../core/words.js";

const t = words({
  en: {
    tasks: "Tasks", "text-to-image": "text to picture", "image-to-image": "picture to picture", inpainting: "repainting a part", outpainting: "extending", variation: "variations of pictures", upscaling: "enlarging", "background-removal": "removing the background", sizes: "Sizes", size: "{min} to {max} px, in steps of {step}; {width} × {height} if not said",
    steps: "Steps", guidance_scale: "Guidance", strength: "Strength", range: "{min} to {max}, {default} if not said", palette: "Palette", colours: "up to {n} colours", negative_prompt: "Negative prompt", previews: "Shows itself while painting",
    schedulers: "Schedulers", controls: "Follows", canny: "outlines", segmentation: "areas", references: "Reference pictures", upTo: "up to {n}", loras: "LoRAs", refiners: "Refiner", ensemble: "takes over the last steps", image: "goes over the finished picture", upscale: "Enlarges", languages: "Languages", any: "any", licence: "Licence", offline: "Works offline", device: "Works on", vision: "Looks at pictures", structured: "Answers in a given form", yes: "yes", no: "no", perhaps: "if its model does", models: "Models", options: "Its own options", seeded: "Seeds", numbers: "only number the pictures", prompt_characters: "Longest prompt", characters: "{n} characters",
  },
  ko: {
    tasks: "작업", "text-to-image": "글로 그림", "image-to-image": "그림으로 그림", inpainting: "일부 다시 그리기", outpainting: "그림 넓히기", variation: "그림 변형", upscaling: "크게 만들기", "background-removal": "배경 지우기", sizes: "크기", size: "{min}~{max} px, {step} 단위, 기본 {width} × {height}",
    steps: "단계", guidance_scale: "가이던스", strength: "강도", range: "{min}~{max}, 기본 {default}", palette: "팔레트", colours: "최대 {n}색", negative_prompt: "네거티브 프롬프트", previews: "그리는 과정 보이기",
    schedulers: "스케줄러", controls: "따르는 구도", canny: "윤곽", segmentation: "영역", references: "참고 그림", upTo: "{n}장까지", loras: "LoRA", refiners: "리파이너", ensemble: "마지막 단계를 이어받음", image: "완성된 그림을 다듬음", upscale: "키우는 배율", languages: "언어", any: "모든 언어", licence: "라이선스", offline: "오프라인 동작", device: "동작 장치", vision: "그림 보기", structured: "정해진 형식으로 답하기", yes: "예", no: "아니요", perhaps: "모델에 따라", models: "모델", options: "고유 옵션", seeded: "시드", numbers: "그림의 번호일 뿐", prompt_characters: "가장 긴 프롬프트", characters: "{n}자",
  },
});

const number = (value) => formatNumber(value, { maximumFractionDigits: 2 });
const yes = (value) => t(value === null ? "perhaps" : value ? "yes" : "no");
const range = (value) => value && t("range", { min: number(value.minimum), max: number(value.maximum), default: number(value.default) });
const list = (values) => values?.length > 0 && values.join(", ");

const TASKS = ["text-to-image", "image-to-image", "inpainting", "outpainting", "variation", "upscaling", "background-removal"];

const READ = {
  image: {
    tasks: (can) => [...can.tasks].sort((a, b) => TASKS.indexOf(a) - TASKS.indexOf(b)).map((task) => wordFor(task)).join(", "),
    sizes: ({ sizes }) => sizes.choices?.length ? sizes.choices.map(([width, height]) => `${width} × ${height}`).join(", ") : t("size", { min: sizes.minimum, max: sizes.maximum, step: sizes.multiple, width: sizes.default[0], height: sizes.default[1] }),
    steps: (can) => range(can.steps),
    guidance_scale: (can) => range(can.guidance_scale),
    strength: (can) => range(can.strength),
    controls: (can) => list(can.controls?.map((name) => t(name))),
    references: (can) => can.references > 0 && t("upTo", { n: can.references }),
    loras: (can) => can.loras > 0 && number(can.loras),
    refiners: (can) => list(can.refiners?.filter((name) => name !== "none").map((name) => t(name))),
    upscale: (can) => list(can.upscale?.map((times) => `× ${times}`)),
    palette: (can) => can.palette > 0 && t("colours", { n: can.palette }),
    seeded: (can) => can.seeded === false && t("numbers"),
    prompt_characters: (can) => can.prompt_characters && t("characters", { n: number(can.prompt_characters) }),
    negative_prompt: (can) => yes(can.negative_prompt),
    previews: (can) => yes(can.previews),
    schedulers: (can) => list(can.schedulers),
    options: (can) => list(can.options?.toSorted()),
    models: (can) => list(can.models),
    languages: (can) => list(can.languages) || t("any"),
    device: (can) => can.device,
  },
  chat: { vision: (can) => yes(can.vision), structured: (can) => yes(can.structured) },
  speech: { languages: (can) => can.languages?.length > 0 && (can.languages.length > 12 ? number(can.languages.length) : can.languages.join(", ")) },
};

function wordFor(task) {
  return TASKS.includes(task) ? t(task) : task;
}

export function Facts({ kind, capabilities }) {
  const rows = { ...READ[kind], offline: (can) => yes(can.offline), licence: (can) => can.licence };
  return html`<dl class="facts">${Object.entries(rows).map(([name, read]) => {
    const value = read(capabilities);
    return value ? html`<dt>${t(name)}</dt><dd>${value}</dd>` : null;
  })}</dl>`;
}
