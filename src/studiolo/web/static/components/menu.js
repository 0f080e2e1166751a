// A button that opens a short list of actions; arrows move, Escape closes.
import { html, useEffect, useRef, useState } from "../core/html.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

export const LINE = "line";

/** Without what is null, and without lines that part nothing. */
function parted(items) {
  const shown = items.filter(Boolean);
  return shown.filter((each, index) => each !== LINE || (index > 0 && index < shown.length - 1 && shown[index - 1] !== LINE));
}

/** `items`: [{label, icon, run | href, disabled, download}], null is left out, LINE parts what comes before from what follows. */
export function Menu({ label, icon = "ellipsis", items, kind = "quiet", align = "right", children }) {
  const [open, setOpen] = useState(false);
  const root = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    root.current.querySelector(".menu-list button:not(:disabled), .menu-list a")?.focus();
    const outside = (event) => root.current.contains(event.target) || setOpen(false);
    addEventListener("pointerdown", outside);
    return () => removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current.querySelector("button").focus();
  };
  const move = (event) => {
    const each = [...root.current.querySelectorAll(".menu-list button:not(:disabled), .menu-list a")];
    const at = each.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      event.preventDefault();
      close();
    } else if (next !== undefined && open) {
      event.preventDefault();
      each.at(next % each.length)?.focus();
    }
  };
  return html`<div class="menu" ref=${root} onKeyDown=${move}>
    <${Button} kind=${kind} icon=${icon} label=${label} aria-haspopup="menu" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>${children}<//>
    ${open && html`<div class=${`menu-list ${align}`} role="menu" aria-label=${label}>
      ${parted(items).map((each) => each === LINE ? html`<hr />` : each.href
        ? html`<a role="menuitem" href=${each.href} download=${each.download} onClick=${close}>${each.icon && html`<${Icon} name=${each.icon} />`}${each.label}</a>`
        : html`<button type="button" role="menuitem" disabled=${each.disabled} onClick=${() => { close(); each.run(); }}>${each.icon && html`<${Icon} name=${each.icon} />`}${each.label}</button>`)}
    </div>`}
  </div>`;
}
