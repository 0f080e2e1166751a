// The keyboard. A view registers what its keys do while it is shown; "?" lists what is registered.
import { signal, useLayoutEffect } from "./html.js";

export const shortcuts = signal([]);

/** While mounted: useKeys([{keys: "g", does: "Open the gallery", run}]). `keys` may be "mod+Enter" (Ctrl or ⌘). */
export function useKeys(list, dependencies = []) {
  // Before anything is shown: a key pressed at once must find what it does, as things are now.
  useLayoutEffect(() => {
    shortcuts.value = [...shortcuts.value, ...list];
    return () => (shortcuts.value = shortcuts.value.filter((each) => !list.includes(each)));
  }, dependencies);
}

const isWriting = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

function fits(event, keys) {
  const parts = keys.split("+");
  const key = keys === "+" ? "+" : parts.at(-1);
  const mod = parts.includes("mod");
  const shift = parts.includes("shift");
  if (mod !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
  if (parts.length > 1 && shift !== event.shiftKey && key.length > 1) return false;
  return event.key === key || (event.key.length === 1 && event.key.toLowerCase() === key.toLowerCase() && !shift);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  // The latest registered stands on top: a viewer over a gallery has its own arrows.
  for (const each of [...shortcuts.value].reverse()) {
    const shielded = isWriting(event.target) && each.keys !== "mod+Enter" && !each.whileWriting;
    if (!shielded && !document.querySelector("dialog[open]:not([data-keys])") && fits(event, each.keys)) {
      event.preventDefault();
      each.run(event);
      return;
    }
  }
});
