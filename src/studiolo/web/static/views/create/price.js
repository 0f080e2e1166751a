// What the painting on this page would be asked for, to learn its price.
import { html } from "../../core/html.js";
import { Price } from "../../components/price.js";
import { changes, control, engine, palette, prompt, references, start } from "./draft.js";
import { requestOf, speaksWithoutWords } from "./request.js";

/** Words cost nothing more or less: one stands for all, so that typing asks nothing. */
const someWords = () => (prompt.value.trim() || !speaksWithoutWords(engine.value.capabilities, start.value, references.value) ? "picture" : "");

function asked() {
  if (!engine.value?.ready || !engine.value.capabilities) return "";
  const { seed, ...rest } = changes.value;
  return JSON.stringify({
    ...requestOf({ engine: engine.value, changes: rest, prompt: someWords(), negative: "", translation: null, palette: palette.value, start: start.value, control: control.value, references: references.value }),
    translate: false,
  });
}

export const PriceOfDraft = () => html`<${Price} body=${asked()} />`;
