// What the hand holds: brush, eraser or rectangle, how thick, or words instead; and the way back.
import { html, useState } from "../../../core/html.js";
import { useKeys } from "../../../core/keys.js";
import { language } from "../../../core/words.js";
import { Button } from "../../../components/button.js";
import { Segmented } from "../../../components/field.js";
import { t } from "./words.js";

const THICKER = 1.25;

export const thicknesses = (picture) => {
  const side = Math.min(picture.width, picture.height);
  return { minimum: Math.max(2, Math.round(side / 100)), maximum: Math.max(8, Math.round(side / 2)), usual: Math.max(4, Math.round(side / 10)) };
};

/** `finding` is what useFinding gives. */
export function Toolbar({ picture, brush, history, finding, onBrush, rectangle, onRectangle, onMark }) {
  const { minimum, maximum } = thicknesses(picture);
  const resize = (size) => onBrush({ ...brush, size: Math.min(maximum, Math.max(minimum, Math.round(size))) });
  const smaller = () => resize(Math.min(brush.size - 1, brush.size / THICKER));
  const larger = () => resize(Math.max(brush.size + 1, brush.size * THICKER));
  useKeys([
    { keys: "[", does: t("smaller"), run: smaller },
    { keys: "]", does: t("larger"), run: larger },
    { keys: "b", does: t("paint"), run: () => onBrush({ ...brush, tool: "paint" }) },
    { keys: "x", does: t("erase"), run: () => onBrush({ ...brush, tool: "erase" }) },
    { keys: "m", does: t("rectangle"), run: () => onBrush({ ...brush, tool: "rectangle" }) },
    { keys: "w", does: t("words"), run: () => onBrush({ ...brush, tool: "words" }) },
    { keys: "mod+z", does: t("undo"), run: (event) => (event.shiftKey ? history.redo() : history.undo()) },
    { keys: "mod+y", does: t("redo"), run: history.redo },
  ], [brush, history.steps, history.canRedo, language.value]);
  const tools = ["paint", "erase", "rectangle", "words"].map((value) => ({ value, label: t(value) }));
  return html`<div class="edit-tools" role="toolbar" aria-label=${t("tool")}>
    <${Segmented} label=${t("tool")} value=${brush.tool} options=${tools} onChange=${(tool) => onBrush({ ...brush, tool })} />
    ${brush.tool === "rectangle" && html`<${Rectangle} picture=${picture} rectangle=${rectangle} onRectangle=${onRectangle} onMark=${onMark} />`}
    ${brush.tool === "words" && html`<${Words} finding=${finding} />`}
    ${(brush.tool === "paint" || brush.tool === "erase") && html`<label class="edit-size"><span class="small soft">${t("size")}</span><input type="range" min=${minimum} max=${maximum} value=${brush.size} aria-label=${t("size")} onInput=${(event) => resize(Number(event.currentTarget.value))} /></label>`}
    <div class="row edit-history">
      <${Button} kind="quiet" icon="undo-2" label=${t("undo")} disabled=${!history.canUndo} onClick=${history.undo} />
      <${Button} kind="quiet" icon="redo-2" label=${t("redo")} disabled=${!history.canRedo} onClick=${history.redo} />
      <${Button} kind="quiet" label=${t("invertMask")} onClick=${() => history.add({ kind: "invert" })}>${t("invert")}<//>
      <${Button} kind="quiet" label=${t("clearMask")} disabled=${!history.canUndo} onClick=${() => history.add({ kind: "clear" })}>${t("clear")}<//>
    </div>
  </div>`;
}

/** What is named is looked for, and marked. */
function Words({ finding }) {
  const [text, setText] = useState("");
  const submit = (event) => {
    event.preventDefault();
    finding.look(text);
  };
  return html`<form class="edit-words" onSubmit=${submit}>
    <input class="input" aria-label=${t("wordsLabel")} placeholder=${t("wordsPlaceholder")} maxlength="300" value=${text} onInput=${(event) => setText(event.currentTarget.value)} />
    <${Button} type="submit" icon="scan-search" aria-disabled=${finding.busy || !text.trim() ? "true" : undefined}>${t(finding.busy ? "finding" : "find")}<//>
  </form>`;
}

/** The same by numbers, for whoever draws without a hand. */
function Rectangle({ picture, rectangle, onRectangle, onMark }) {
  const most = { x: picture.width - 1, y: picture.height - 1, width: picture.width - rectangle.x, height: picture.height - rectangle.y };
  const set = (name, text) => {
    const next = { ...rectangle, [name]: Math.round(Math.min(most[name], Math.max(name === "x" || name === "y" ? 0 : 1, Number(text) || 0))) };
    onRectangle({ ...next, width: Math.min(next.width, picture.width - next.x), height: Math.min(next.height, picture.height - next.y) });
  };
  const field = (name, label) => html`<label class="edit-number"><span class="small soft">${t(label)}</span>
    <input class="input numbers" type="number" inputmode="numeric" min="0" max=${most[name]} value=${rectangle[name]} onChange=${(event) => { set(name, event.currentTarget.value); event.currentTarget.value = String(rectangle[name]); }} /></label>`;
  return html`<div class="row edit-numbers">${field("x", "left")}${field("y", "top")}${field("width", "width")}${field("height", "height")}
    <${Button} onClick=${() => onMark(false)}>${t("mark")}<//><${Button} kind="quiet" onClick=${() => onMark(true)}>${t("unmark")}<//></div>`;
}
