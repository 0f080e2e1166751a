// What made the picture, what it is tagged with, and its colours.
import { api } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { link } from "../../core/router.js";
import { may } from "../../core/state.js";
import { formatDate, formatDollars, formatNumber, formatSeconds, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { titleOf } from "../../components/titles.js";
import { say, sayProblem } from "../../components/toasts.js";
import { isEdit } from "./actions.js";
import { Albums } from "./albums.js";
import { MadeFrom } from "./made-from.js";
import { Palette } from "./palette.js";

const t = words({
  en: {
    original: "Written as: {text}", negative: "Without: {text}", copy: "Copy the prompt", copied: "Copied.", again: "Use these again", engine: "Engine", size: "Size", seed: "Seed", copySeed: "Copy the seed {seed}",
    steps: "Steps", guidance: "Guidance", strength: "Strength", scheduler: "Scheduler", made: "Made", time: "Painted in", cost: "Cost", more: "All settings",
    tags: "Tags", addTag: "Add a tag", removeTag: "Remove the tag {tag}", find: "More tagged {tag}", look: "Suggest tags", looking: "Looking…", tagged: ({ n }) => (n === 1 ? "1 tag added." : `${n} tags added.`),
  },
  ko: {
    original: "입력한 글: {text}", negative: "제외: {text}", copy: "프롬프트 복사", copied: "복사했습니다.", again: "이 설정 다시 쓰기", engine: "엔진", size: "크기", seed: "시드", copySeed: "시드 {seed} 복사",
    steps: "단계", guidance: "가이던스", strength: "강도", scheduler: "스케줄러", made: "만든 때", time: "그린 시간", cost: "비용", more: "모든 설정",
    tags: "태그", addTag: "태그 추가", removeTag: "태그 {tag} 빼기", find: "태그 {tag}의 다른 그림", look: "태그 제안받기", looking: "보는 중…", tagged: "태그 {n}개를 더했습니다.",
  },
});

const copy = (text) => navigator.clipboard.writeText(text).then(() => say(t("copied")), sayProblem);

export function Facts({ picture, onChange, onPicture }) {
  return html`<section class="facts-side stack">
    <div class="stack tight">
      <div class="look-prompt"><h1 class="serif">${titleOf(picture)}</h1>
        ${picture.prompt && html`<${Button} kind="quiet" icon="copy" label=${t("copy")} onClick=${() => copy(picture.prompt)} />`}</div>
      ${picture.original_prompt && html`<p class="soft">${t("original", { text: picture.original_prompt })}</p>`}
      ${picture.negative_prompt && html`<p class="soft">${t("negative", { text: picture.negative_prompt })}</p>`}
      ${picture.notes.map((note) => html`<p class="small soft">${note}</p>`)}
    </div>
    ${!isEdit(picture) && html`<p><a class="button primary" href=${link("/", { again: picture.id })}><${Icon} name="rotate-ccw" />${t("again")}</a></p>`}
    <${MadeFrom} picture=${picture} />
    <${Settings} picture=${picture} />
    <${Tags} picture=${picture} onChange=${onChange} onPicture=${onPicture} />
    <${Albums} picture=${picture} />
    <${Palette} picture=${picture} />
  </section>`;
}

function Settings({ picture }) {
  const number = (value) => (value === null || value === undefined ? null : formatNumber(value, { maximumFractionDigits: 2 }));
  const seconds = Object.values(picture.timings).reduce((sum, each) => sum + each, 0);
  const first = [
    [t("engine"), [picture.engine, picture.model].filter(Boolean).join(" · ")],
    [t("size"), `${picture.width} × ${picture.height}`],
    [t("seed"), picture.seed === null ? null : html`<button type="button" class="link numbers" aria-label=${t("copySeed", { seed: picture.seed })} onClick=${() => copy(String(picture.seed))}>${picture.seed}</button>`],
    [t("made"), formatDate(picture.created)],
  ];
  const rest = [
    [t("steps"), number(picture.steps)], [t("guidance"), number(picture.guidance_scale)], [t("strength"), number(picture.strength)],
    [t("scheduler"), picture.request.scheduler], [t("time"), seconds ? formatSeconds(seconds) : null],
    [t("cost"), picture.cost === null ? null : formatDollars(picture.cost)],
  ];
  const list = (rows) => html`<dl class="facts">${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
  return html`<div>${list(first)}<details class="engine-facts"><summary>${t("more")}</summary>${list(rest)}</details></div>`;
}

function Tags({ picture, onChange, onPicture }) {
  const [text, setText] = useState("");
  const [looking, setLooking] = useState(false);
  useEffect(() => setText(""), [picture.id]);
  const add = (event) => {
    event.preventDefault();
    const tag = text.trim();
    if (tag) onChange({ add_tags: [tag] }).then(() => setText(""), sayProblem);
  };
  const suggest = async () => {
    setLooking(true);
    try {
      const before = picture.tags.length;
      const found = await api.post(`/api/pictures/${picture.id}/tags`, {});
      onPicture(found.picture);
      say(t("tagged", { n: found.picture.tags.length - before }));
    } catch (problem) {
      sayProblem(problem);
    } finally {
      setLooking(false);
    }
  };
  return html`<div class="stack tight"><h2 class="small-title">${t("tags")}</h2>
    <div class="row">
      ${picture.tags.map((tag) => html`<span class="chip" key=${tag}><a href=${link("/gallery", { tag })} title=${t("find", { tag })}>${tag}</a>
        ${may("edit") && html`<button type="button" class="chip-remove" aria-label=${t("removeTag", { tag })} onClick=${() => onChange({ remove_tags: [tag] }).catch(sayProblem)}>×</button>`}</span>`)}
      ${may("edit") && html`<form class="tag-form" onSubmit=${add}><input class="input" aria-label=${t("addTag")} placeholder=${t("addTag")} maxlength="64" value=${text} onInput=${(event) => setText(event.currentTarget.value)} /></form>
        <${Button} kind="quiet" icon="sparkles" disabled=${looking} onClick=${suggest}>${t(looking ? "looking" : "look")}<//>`}
    </div></div>`;
}
