// Short messages at the bottom; one that can be undone stays longer, and all are read aloud.
import { html, signal } from "../core/html.js";
import { words } from "../core/words.js";
import { Button } from "./button.js";

const t = words({ en: { dismiss: "Dismiss" }, ko: { dismiss: "지우기" } });
const shown = signal([]);
let count = 0;

/** Say something. `action` is {label, run}; gives the way to take the message back. */
export function say(text, { action = null, seconds = action ? 10 : 5 } = {}) {
  const id = ++count;
  const remove = () => (shown.value = shown.value.filter((each) => each.id !== id));
  shown.value = [...shown.value.slice(-2), { id, text, action, remove }];
  setTimeout(remove, seconds * 1000);
  return remove;
}

/** Say what went wrong and what to do about it; an abort was somebody's wish, and is no news. */
export function sayProblem(problem) {
  if (problem.name === "AbortError") return;
  console.info(problem.message, problem.requestId ?? "");
  say([problem.message, problem.hint].filter(Boolean).join(" "), { seconds: 12 });
}

export function Toasts() {
  return html`<div class="toasts" role="status" aria-live="polite">
    ${shown.value.map(({ id, text, action, remove }) => html`<div class="toast" key=${id}>
      <p>${text}</p>
      ${action && html`<${Button} onClick=${() => { remove(); action.run(); }}>${action.label}<//>`}
      <${Button} icon="x" label=${t("dismiss")} onClick=${remove} />
    </div>`)}
  </div>`;
}
