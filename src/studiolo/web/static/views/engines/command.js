import { html } from "../../core/html.js";
import { words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { say, sayProblem } from "../../components/toasts.js";

const t = words({ en: { copy: "Copy: {text}", copied: "Copied." }, ko: { copy: "복사: {text}", copied: "복사했습니다." } });

/** A command for a terminal, to copy. */
export function Command({ text }) {
  const copy = () => navigator.clipboard.writeText(text).then(() => say(t("copied")), sayProblem);
  return html`<div class="row engine-command"><code tabindex="0">${text}</code><${Button} kind="quiet" icon="copy" label=${t("copy", { text })} onClick=${copy} /></div>`;
}
