// Colours in an order: picked, pasted, taken from the screen; moved and removed by mouse, touch and keyboard.
import { html, useRef, useState } from "../core/html.js";
import { words } from "../core/words.js";
import { Button } from "./button.js";
import { joined, readColours } from "./colours.js";

const t = words({
  en: {
    palette: "Colours, the most important first", colour: "Colour {n}: {hex}", add: "Add a colour", screen: "From the screen", paste: "Paste colours: #264653, #2a9d8f …",
    earlier: "Move forward", later: "Move back", remove: "Remove", value: "Value", none: "There is no colour in this text; write them as #264653.", full: "There is room for {most} colours.",
    keys: "Arrow keys choose a colour, with Shift they move it; Delete removes it.", change: "Change the colour",
  },
  ko: {
    palette: "색, 중요한 것부터", colour: "색 {n}: {hex}", add: "색 추가", screen: "화면에서 고르기", paste: "색 붙여넣기: #264653, #2a9d8f …",
    earlier: "앞으로", later: "뒤로", remove: "빼기", value: "값", none: "색을 찾지 못했습니다. #264653처럼 적어 주세요.", full: "색은 {most}개까지 담을 수 있습니다.",
    keys: "화살표로 고르고, Shift와 함께 누르면 옮기고, Delete로 뺍니다.", change: "색 바꾸기",
  },
});
export function PaletteEditor({ colours, most, onChange }) {
  const [at, setAt] = useState(0);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState("");
  const list = useRef(null);
  const held = useRef(null);
  const chosen = Math.min(at, colours.length - 1);

  const add = (more) => {
    const fitting = joined(colours, more, most);
    setWrong(more.length === 0 ? t("none") : fitting.length < new Set([...colours, ...more]).size ? t("full", { most }) : "");
    onChange(fitting);
    setAt(fitting.length - 1);
    return more.length > 0;
  };
  const focus = (index) => {
    setAt(index);
    requestAnimationFrame(() => list.current?.querySelectorAll("button")[index]?.focus());
  };
  const move = (from, to) => {
    if (to < 0 || to >= colours.length) return;
    onChange(colours.toSpliced(from, 1).toSpliced(to, 0, colours[from]));
    setAt(to);
  };
  const remove = (index) => {
    onChange(colours.toSpliced(index, 1));
    setAt(Math.max(0, Math.min(index, colours.length - 2)));
  };
  const change = (hex) => onChange([...new Set(colours.with(chosen, hex))]);
  const keys = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const to = chosen + (by ?? 0);
    if (by && to >= 0 && to < colours.length) {
      event.preventDefault();
      if (event.shiftKey) move(chosen, to);
      focus(to);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      remove(chosen);
      focus(Math.max(0, chosen - 1));
    }
  };
  const paste = (event) => {
    const found = readColours(event.clipboardData.getData("text"));
    if (found.length === 0) return;
    event.preventDefault();
    add(found);
    setText("");
  };
  const pick = () => new EyeDropper().open().then(({ sRGBHex }) => add([sRGBHex]), () => {}); // Escape: nothing was picked
  const dropOn = (event, index) => {
    event.preventDefault();
    event.stopPropagation();
    if (held.current !== null) move(held.current, index);
    held.current = null;
  };
  const swatch = (hex, index) => html`<button type="button" role="option" key=${hex} class="swatch" style=${{ background: hex }} draggable="true"
    aria-label=${t("colour", { n: index + 1, hex })} title=${hex} aria-selected=${index === chosen ? "true" : "false"} tabindex=${index === chosen ? 0 : -1}
    onClick=${() => setAt(index)} onDragStart=${(event) => { held.current = index; event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", hex); }}
    onDragOver=${(event) => held.current !== null && event.preventDefault()} onDrop=${(event) => dropOn(event, index)} onDragEnd=${() => (held.current = null)}></button>`;
  const submit = (event) => {
    event.preventDefault();
    if (text.trim() && add(readColours(text))) setText("");
  };

  return html`<div class="palette-editor stack tight">
    ${colours.length > 0 && html`<div class="swatches" role="listbox" aria-orientation="horizontal" aria-label=${t("palette")} ref=${list} onKeyDown=${keys} title=${t("keys")}>
        ${colours.map(swatch)}
      </div>
      <div class="row swatch-tools">
        <label class="well" title=${t("change")}><input type="color" aria-label=${t("change")} value=${colours[chosen]} onChange=${(event) => change(event.currentTarget.value)} /></label>
        <input class="input numbers" aria-label=${t("value")} value=${colours[chosen]} spellcheck=${false}
          onChange=${(event) => { const [hex] = readColours(event.currentTarget.value.replace(/^#?/, "#")); if (hex) change(hex); event.currentTarget.value = hex ?? colours[chosen]; }} />
        <${Button} kind="quiet" icon="chevron-left" label=${t("earlier")} disabled=${chosen === 0} onClick=${() => move(chosen, chosen - 1)} />
        <${Button} kind="quiet" icon="chevron-right" label=${t("later")} disabled=${chosen === colours.length - 1} onClick=${() => move(chosen, chosen + 1)} />
        <${Button} kind="quiet" icon="x" label=${t("remove")} onClick=${() => remove(chosen)} />
      </div>`}
    ${colours.length < most && html`<div class="row">
        <label class="button adding"><input type="color" aria-label=${t("add")} value="#2a9d8f" onChange=${(event) => add([event.currentTarget.value])} /><span>${t("add")}</span></label>
        ${"EyeDropper" in globalThis && html`<${Button} icon="pipette" label=${t("screen")} onClick=${pick} />`}
      </div>
      <form onSubmit=${submit}><input class="input" aria-label=${t("paste")} placeholder=${t("paste")} value=${text} spellcheck=${false}
        onInput=${(event) => setText(event.currentTarget.value)} onPaste=${paste} /></form>`}
    <p class="small soft" role="status">${wrong || (colours.length >= most ? t("full", { most }) : "")}</p>
  </div>`;
}
