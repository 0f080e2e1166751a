// From a style and keywords, or a picture, to prompts: edited in place, chosen, painted together.
import { api } from "../../core/api.js";
import { html, signal } from "../../core/html.js";
import { enginesOf, session } from "../../core/state.js";
import { Button } from "../../components/button.js";
import { Check, SelectField, SliderField, TextField } from "../../components/field.js";
import { GrowingText } from "../../components/growing.js";
import { Notice } from "../../components/notice.js";
import { PictureSource } from "../../components/picture-source.js";
import { Stepper } from "../../components/stepper.js";
import { ideas, prompt } from "./draft.js";
import { paintChosen, sending } from "./paint.js";
import { promptBox } from "./prompt.js";
import { t } from "./words.js";

const MOST_IDEAS = 10;
const POCKET = "pocket";
/** What a language model lets one choose: bounds of the server's Sampling, and where most models start. */
const SAMPLING = [
  { name: "temperature", minimum: 0, maximum: 2, step: 0.05, usual: 1 },
  { name: "top_p", minimum: 0.05, maximum: 1, step: 0.05, usual: 1 },
  { name: "top_k", minimum: 1, maximum: 200, step: 1, usual: 40 },
];
const thinking = signal(false);
const problem = signal(null);
const notes = signal([]);

const edit = (fields) => (ideas.value = { ...ideas.value, ...fields });
const editCard = (id, fields) => edit({ cards: ideas.value.cards.map((card) => (card.id === id ? { ...card, ...fields } : card)) });
const assistantNow = () => ideas.value.engine || session.value?.defaults.assistant || POCKET;

async function ask() {
  const { style, keywords, reference, n, engine, sampling } = ideas.value;
  if (thinking.value) return;
  thinking.value = true;
  problem.value = null;
  try {
    const found = await api.post("/api/suggestions", {
      style: style.trim(), keywords: keywords.split(",").map((each) => each.trim()).filter(Boolean), n,
      reference: reference?.reference, engine: engine || undefined, seed: crypto.getRandomValues(new Uint32Array(1))[0],
      ...(assistantNow() === POCKET ? {} : sampling),
    });
    // What was chosen or edited stays: it was somebody's work.
    const kept = ideas.value.cards.filter((card) => card.chosen || card.edited);
    const fresh = found.prompts.filter((text) => !kept.some((card) => card.text === text));
    edit({ cards: [...fresh.map((text) => ({ id: crypto.getRandomValues(new Uint32Array(1))[0].toString(36), text })), ...kept] });
    notes.value = found.notes ?? [];
  } catch (error) {
    problem.value = error;
  }
  thinking.value = false;
}

function Card({ card, number }) {
  const use = () => {
    prompt.value = card.text;
    promptBox.current?.focus();
  };
  return html`<li class="idea">
    <input type="checkbox" aria-label=${t("choose", { n: number })} checked=${Boolean(card.chosen)} onChange=${(event) => editCard(card.id, { chosen: event.currentTarget.checked })} />
    <${GrowingText} class="serif" rows="2" aria-label=${t("idea", { n: number })} value=${card.text} onInput=${(text) => editCard(card.id, { text, edited: true })} />
    <${Button} kind="quiet" icon="pencil" label=${t("useIt")} onClick=${use} />
  </li>`;
}

function Reference({ taking }) {
  const { reference } = ideas.value;
  if (!reference) return html`<details class="reference" open=${Boolean(taking.busy || taking.problem)}>
    <summary>${t("addReference")}</summary><${PictureSource} taking=${taking} hint=${t("referenceHint")} /></details>`;
  return html`<div class="row reference"><img class="thumb" src=${reference.url} alt=${t("reference")} /><p class="small soft grow">${t("referenceHint")}</p>
    <${Button} kind="quiet" icon="x" label=${t("removeReference")} onClick=${() => edit({ reference: null })} /></div>`;
}

function Assistant() {
  const chat = enginesOf("chat");
  if (chat.length === 0) return null;
  const usual = session.value?.defaults.assistant || POCKET;
  const names = [...new Set([POCKET, ...chat.filter((each) => each.ready).map((each) => each.name)])].filter((name) => name !== usual);
  const options = [{ value: "", label: t("byDefault", { name: usual }) }, ...names.map((name) => ({ value: name, label: name }))];
  return html`${names.length > 0 && html`<${SelectField} label=${t("assistant")} value=${ideas.value.engine} options=${options} onChange=${(engine) => edit({ engine })} />`}
    ${assistantNow() !== POCKET && html`<${Sampling} />`}`;
}

function Sampling() {
  const { sampling } = ideas.value;
  const set = (name, value) => {
    const { [name]: _before, ...rest } = sampling;
    edit({ sampling: value === undefined ? rest : { ...rest, [name]: value } });
  };
  return html`<details><summary>${t("finer")}</summary><div class="stack tight">
    ${SAMPLING.map(({ name, usual, ...range }) => html`<div key=${name}>
      <${Check} label=${`${t(name)}: ${t("unset")}`} checked=${sampling[name] === undefined} onChange=${(unset) => set(name, unset ? undefined : usual)} />
      ${sampling[name] !== undefined && html`<${SliderField} label=${t(name)} value=${sampling[name]} ...${range} onInput=${(value) => set(name, value)} />`}
    </div>`)}
  </div></details>`;
}

export function Ideas({ taking }) {
  const { style, keywords, reference, n, cards } = ideas.value;
  const nothing = !style.trim() && !keywords.trim() && !reference;
  const chosen = cards.filter((card) => card.chosen && card.text.trim()).length;
  return html`<div class="stack" data-takes="ideas">
    <form class="stack" id="ideas" onSubmit=${(event) => { event.preventDefault(); if (!nothing) ask(); }}>
      <${TextField} label=${t("style")} value=${style} placeholder=${t("styleHint")} maxlength="200" onInput=${(text) => edit({ style: text })} />
      <${TextField} label=${t("keywords")} value=${keywords} placeholder=${t("keywordsHint")} onInput=${(text) => edit({ keywords: text })} />
    </form>
    <${Reference} taking=${taking} />
    <${Assistant} />
    <div class="row">
      <${Button} type="submit" form="ideas" icon="sparkles" disabled=${nothing || thinking.value} title=${nothing ? t("nothing") : undefined}>${thinking.value ? t("thinking") : cards.length ? t("again") : t("ask", { n })}<//>
      <${Stepper} label=${t("howMany")} less=${t("fewerIdeas")} more=${t("moreIdeas")} value=${n} maximum=${MOST_IDEAS} onChange=${(number) => edit({ n: number })} />
    </div>
    ${problem.value && html`<${Notice} problem=${problem.value} />`}
    ${cards.length > 0 && html`<ul class="idea-list" aria-live="polite" aria-busy=${thinking.value ? "true" : "false"}>${cards.map((card, index) => html`<${Card} key=${card.id} card=${card} number=${index + 1} />`)}</ul>
      ${notes.value.map((note) => html`<p class="small soft">${note}</p>`)}
      <div><${Button} icon="paintbrush" disabled=${chosen === 0 || sending.value} onClick=${paintChosen}>${t("paintChosen", { n: chosen })}<//></div>`}
  </div>`;
}
