// A prompt in a language the engine does not read, in English: shown, editable, or not used at all.
import { api } from "../../core/api.js";
import { html, signal, useEffect } from "../../core/html.js";
import { language } from "../../core/words.js";
import { Check } from "../../components/field.js";
import { GrowingText } from "../../components/growing.js";
import { Notice } from "../../components/notice.js";
import { engine, prompt, translation } from "./draft.js";
import { t } from "./words.js";

const PAUSE_MS = 500;
const ENGLISH = /\b(?:a|an|the|of|on|in|at|and|with|by|under|over|beside|between|two|three|four|red|green|blue|white|black|small|big)\b/i;
const FOREIGN = /[^\p{ASCII}\p{P}\p{S}\p{Emoji}]/u;

const busy = signal(false);
const problem = signal(null);

/** Worth asking the server about: not plainly English. What language it is, only the server can tell. */
export const mayBeForeign = (text) => /\p{L}{2}/u.test(text) && (FOREIGN.test(text) || !ENGLISH.test(text));

const readsAll = () => (engine.value?.capabilities.languages ?? []).length === 0;
const reads = (language) => engine.value.capabilities.languages.some((each) => each.split("-")[0] === language.split("-")[0]);

/** Keep `translation` at what is written. */
export function useTranslation() {
  const text = prompt.value.trim();
  const name = engine.value?.name;
  useEffect(() => {
    problem.value = null;
    if (translation.value?.original === text && !readsAll()) return undefined;
    if (!text || !name || readsAll() || !mayBeForeign(text)) {
      translation.value = null;
      return undefined;
    }
    const stop = new AbortController();
    const waiting = setTimeout(() => ask(text, stop.signal), PAUSE_MS);
    return () => {
      clearTimeout(waiting);
      stop.abort();
      busy.value = false;
    };
  }, [text, name]);
}

async function ask(text, signal) {
  busy.value = true;
  try {
    const found = await api.post("/api/translations", { text }, { signal });
    const asTyped = translation.value?.asTyped ?? false;
    const same = !found.changed && found.language === "en";
    translation.value = same || reads(found.language)
      ? null
      : { original: text, text: found.text, language: found.language, gloss: found.gloss, untranslated: found.untranslated, changed: found.changed, asTyped };
  } catch (error) {
    if (error.name === "AbortError") return;
    translation.value = null;
    problem.value = error;
  }
  busy.value = false;
}

/** Where it comes from and what was lost, in the reader's language. */
function about({ language: code, gloss, untranslated = [], changed }) {
  const name = code ? new Intl.DisplayNames(language.value, { type: "language" }).of(code) : "";
  if (!changed) return t("untranslated", { name });
  if (!name) return t("english");
  return [t(gloss ? "wordByWord" : "translated", { name }), untranslated.length > 0 && t("lost", { words: untranslated.join(", ") })].filter(Boolean).join(" ");
}

export function Translation() {
  const found = translation.value;
  const edit = (fields) => (translation.value = { ...translation.value, ...fields });
  if (problem.value) return html`<${Notice} problem=${problem.value} />`;
  if (!found) return html`<p class="translation soft small" role="status">${busy.value && t("translating")}</p>`;
  return html`<div class="translation stack tight" aria-busy=${busy.value ? "true" : "false"}>
    <p class="small soft" role="status">${about(found)}</p>
    ${found.changed && html`
      ${!found.asTyped && html`<${GrowingText} class="textarea" rows="1" lang="en" aria-label=${t("english")} value=${found.text} onInput=${(text) => edit({ text })} />`}
      <${Check} label=${t("asTyped")} checked=${found.asTyped} onChange=${(asTyped) => edit({ asTyped })} />`}
  </div>`;
}
