// The first visit: one sentence, and three prompts that the pocket painter paints well, drafted on the spot.
import { api, Problem } from "../../core/api.js";
import { html, useEffect, useState } from "../../core/html.js";
import { may } from "../../core/state.js";
import { prompt } from "./draft.js";
import { missing } from "./paint.js";
import { promptBox } from "./prompt.js";
import { t } from "./words.js";

const EXAMPLES = [
  { text: "two red apples left of a blue car in the snow", seed: 7 },
  { text: "a green owl on a book at night", seed: 7 },
  { text: "a yellow sailing boat on the sea at sunset", seed: 7 },
];
const SIDE_PX = 512;

/** What the pocket painter would begin with, or nothing yet. */
function Draft({ text, seed }) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    if (!may("generate")) return undefined;
    const stop = new AbortController();
    let made = null;
    const show = (blob) => setUrl((made = URL.createObjectURL(blob)));
    api.blob("POST", "/api/drafts", { body: { prompt: text, seed, width: SIDE_PX, height: SIDE_PX }, signal: stop.signal }).then(show, (error) => {
      // The words alone are enough of an example; what is wrong with the painter is said where one paints.
      if (!(error instanceof Problem) && error.name !== "AbortError") throw error;
    });
    return () => {
      stop.abort();
      if (made) URL.revokeObjectURL(made);
    };
  }, []);
  return html`<span class="picture">${url && html`<img src=${url} width=${SIDE_PX} height=${SIDE_PX} alt="" />`}</span>`;
}

export function Welcome() {
  const fill = (text) => {
    prompt.value = text;
    missing.value = false;
    promptBox.current.focus();
  };
  return html`<section class="welcome">
    <h2>${t("welcome")}</h2>
    <p class="soft">${t("tryOne")}</p>
    <ul>
      ${EXAMPLES.map((each) => html`<li key=${each.text}><button type="button" class="example" lang="en" onClick=${() => fill(each.text)}><${Draft} ...${each} /><span>${each.text}</span></button></li>`)}
    </ul>
  </section>`;
}
