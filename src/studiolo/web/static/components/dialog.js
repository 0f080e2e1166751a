import { html, useEffect, useId, useRef } from "../core/html.js";
import { words } from "../core/words.js";
import { Button } from "./button.js";

const t = words({ en: { close: "Close" }, ko: { close: "닫기" } });

/** The browser's own dialog: it keeps the keyboard inside, closes on Escape, and gives the focus back. */
export function Dialog({ title, onClose, wide = false, children }) {
  const ref = useRef(null);
  const titleId = useId();
  useEffect(() => {
    const element = ref.current;
    const before = document.activeElement;
    element.showModal();
    return () => {
      element.close();
      before?.focus?.();
    };
  }, []);
  const closeOutside = (event) => event.target === ref.current && onClose();
  return html`<dialog ref=${ref} class=${`dialog ${wide ? "wide" : ""}`} aria-labelledby=${titleId}
      onCancel=${(event) => { event.preventDefault(); onClose(); }} onMouseDown=${closeOutside}>
    <div class="dialog-head"><h2 id=${titleId}>${title}</h2><${Button} kind="quiet" icon="x" label=${t("close")} onClick=${onClose} /></div>
    <div class="dialog-body">${children}</div>
  </dialog>`;
}
