// To the queue: one job for each prompt, with everything that is set.
import { api } from "../../core/api.js";
import { batch, signal } from "../../core/html.js";
import { meetJob } from "../../core/state.js";
import { spend } from "../../components/price.js";
import { announce } from "./announce.js";
import { changes, control, engine, ideas, negative, palette, prompt, references, start, translation } from "./draft.js";
import { limitOf, read, tooLong } from "./length.js";
import { requestOf, speaksWithoutWords } from "./request.js";
import { t } from "./words.js";

/** What the server said against the last try. */
export const problem = signal(null);
/** Whether a job is on its way to the server. */
export const sending = signal(false);
/** Whether there was nothing to paint. */
export const missing = signal(false);
/** What was tried last. */
let tried = () => Promise.resolve();

async function send(text, translated) {
  const body = requestOf({
    engine: engine.value, changes: changes.value, prompt: text, negative: negative.value, translation: translated,
    palette: palette.value, start: start.value, control: control.value, references: references.value,
    spend: spend.value,
  });
  meetJob(await api.post("/api/jobs", body));
}

async function guarded(work) {
  if (sending.value) return;
  tried = work;
  batch(() => { sending.value = true; problem.value = null; missing.value = false; });
  try {
    await work();
  } catch (error) {
    problem.value = error;
  } finally {
    sending.value = false;
  }
}

export function paint() {
  if (!prompt.value.trim() && !speaksWithoutWords(engine.value?.capabilities ?? {}, start.value, references.value)) {
    missing.value = true;
    return Promise.resolve();
  }
  if (tooLong(read.value)) {
    announce(t("limit", limitOf(read.value)));
    return Promise.resolve();
  }
  return guarded(async () => {
    await send(prompt.value, translation.value);
    announce(t("saidQueued", { n: 1 }));
  });
}

/** The same once more, with the settings as they are now. */
export const retry = () => guarded(tried);

/** A job for each chosen idea; those that are queued are chosen no more. */
export function paintChosen() {
  return guarded(async () => {
    const chosen = ideas.value.cards.filter((card) => card.chosen && card.text.trim());
    for (const card of chosen) {
      await send(card.text, null);
      const cards = ideas.value.cards.map((each) => (each.id === card.id ? { ...each, chosen: false, painted: true } : each));
      ideas.value = { ...ideas.value, cards };
    }
    announce(t("saidQueued", { n: chosen.length }));
  });
}
