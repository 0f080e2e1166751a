import { html, useLayoutEffect, useRef } from "../core/html.js";

const GROWS = CSS.supports("field-sizing", "content");

/** A text area as tall as its text; some browsers do that by themselves. */
export function GrowingText({ value, onInput, inputRef, class: more = "", ...rest }) {
  const own = useRef(null);
  const ref = inputRef ?? own;
  useLayoutEffect(() => {
    if (GROWS) return;
    ref.current.style.height = "auto";
    ref.current.style.height = `${ref.current.scrollHeight + 2}px`;
  }, [value]);
  return html`<textarea class=${`growing ${more}`} ref=${ref} value=${value} onInput=${(event) => onInput(event.currentTarget.value)} ...${rest}></textarea>`;
}
