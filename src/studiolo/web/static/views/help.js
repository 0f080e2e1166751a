// The keyboard, as it works where the reader is.
import { html } from "../core/html.js";
import { shortcuts } from "../core/keys.js";
import { words } from "../core/words.js";
import { Dialog } from "../components/dialog.js";

const t = words({ en: { title: "Keyboard" }, ko: { title: "키보드" } });
const MAC = navigator.platform.startsWith("Mac");
const SHOWN = { mod: MAC ? "⌘" : "Ctrl", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", " ": "Space", Escape: "Esc" };

export function Help({ onClose }) {
  const known = new Map(shortcuts.value.filter((each) => each.does).map((each) => [each.keys, each]));
  return html`<${Dialog} title=${t("title")} onClose=${onClose}>
    <dl class="shortcuts">${[...known.values()].map(({ keys, does }) => html`
      <dt>${keys === "+" ? html`<kbd class="kbd">+</kbd>` : keys.split("+").map((key) => html`<kbd class="kbd">${SHOWN[key] ?? key}</kbd> `)}</dt><dd>${does}</dd>`)}
    </dl>
  <//>`;
}
