// Pictures dropped or pasted anywhere on the page. While one is held, the page says what it can become.
import { html, useEffect, useRef, useState } from "../../core/html.js";
import { Icon } from "../../components/icon.js";
import { dropped, isPictureDrag, pastedFile } from "../../components/files.js";
import { engine } from "./draft.js";
import { takesControl, takesReferences } from "./request.js";
import { t } from "./words.js";

const PLACES = [
  { name: "start", icon: "image", words: "dropStart" },
  { name: "control", icon: "pencil-ruler", words: "dropControl", takes: takesControl },
  { name: "references", icon: "blend", words: "dropReferences", takes: takesReferences },
  { name: "ideas", icon: "sparkles", words: "dropIdeas" },
  { name: "palette", icon: "palette", words: "dropPalette" },
];

const places = () => PLACES.filter(({ takes }) => !takes || (engine.value?.capabilities && takes(engine.value.capabilities)));

/** `onTake(place, what)` is given {file} or {picture} and the place's name. */
export function DropVeil({ onTake }) {
  const take = useRef(onTake);
  take.current = onTake;
  const [over, setOver] = useState(null);
  const shown = over !== null;
  useEffect(() => {
    const placeOf = (event) => event.target.closest?.("[data-drop]")?.dataset.drop ?? "start";
    const hover = (event) => {
      if (!isPictureDrag(event) || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      setOver(placeOf(event));
    };
    const leave = (event) => event.relatedTarget === null && setOver(null);
    const drop = (event) => {
      if (!isPictureDrag(event) || event.defaultPrevented) return setOver(null);
      event.preventDefault();
      setOver(null);
      const what = dropped(event);
      if (what) take.current(placeOf(event), what);
      return undefined;
    };
    const paste = (event) => {
      const file = event.defaultPrevented || document.querySelector("dialog[open]") ? null : pastedFile(event);
      if (!file) return;
      event.preventDefault();
      take.current(event.target.closest?.("[data-takes]")?.dataset.takes ?? "start", { file });
    };
    const heard = { dragover: hover, dragleave: leave, drop, dragend: () => setOver(null), paste };
    for (const [name, callback] of Object.entries(heard)) document.addEventListener(name, callback);
    return () => { for (const [name, callback] of Object.entries(heard)) document.removeEventListener(name, callback); };
  }, []);
  return shown && html`<div class="drop-veil" aria-hidden="true">
    ${places().map(({ name, icon, words }) => html`<div class=${`drop-place ${over === name ? "over" : ""}`} data-drop=${name} key=${name}><${Icon} name=${icon} />${t(words)}</div>`)}
  </div>`;
}
