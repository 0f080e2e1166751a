// Options that only this engine has: their names, and values as JSON or as plain text.
import { html, useRef } from "../../core/html.js";
import { words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { change, changes, engine } from "./draft.js";
import { optionsIn } from "./request.js";

const t = words({
  en: {
    title: "The engine's own options", titleSet: "The engine's own options ({n})", add: "Add an option", name: "Name of option {n}", value: "Value of option {n}", remove: "Remove option {n}", names: "name",
    hint: "A number, true, false or JSON; anything else is text.", known: "It knows: {names}.", unknown: "{engine} does not know: {names}.",
  },
  ko: {
    title: "엔진 고유 옵션", titleSet: "엔진 고유 옵션 ({n})", add: "옵션 추가", name: "옵션 {n} 이름", value: "옵션 {n} 값", remove: "옵션 {n} 빼기", names: "이름",
    hint: "숫자, true, false, JSON을 적을 수 있고, 그 밖에는 글로 받습니다.", known: "쓸 수 있는 옵션: {names}.", unknown: "{engine} 엔진이 모르는 옵션: {names}.",
  },
});
const LIST = "engine-options";

export function Options() {
  const can = engine.value.capabilities;
  const rows = changes.value.options ?? [];
  const list = useRef(null);
  const known = (can.options ?? []).toSorted();
  if (!known.length && !can.open_ended && !rows.length) return null;
  const set = (options) => change({ options: options.length ? options : undefined });
  const edit = (index, fields) => set(rows.with(index, { ...rows[index], ...fields }));
  const focus = (index) => requestAnimationFrame(() => list.current?.querySelectorAll("[data-name], [data-add]")[index]?.focus());
  const add = () => {
    set([...rows, { name: "", text: "" }]);
    focus(rows.length);
  };
  const remove = (index) => {
    set(rows.toSpliced(index, 1));
    focus(Math.max(0, index - 1));
  };
  const strange = can.open_ended ? [] : Object.keys(optionsIn(rows) ?? {}).filter((name) => !known.includes(name));
  return html`<details class="options" open=${rows.length > 0}>
    <summary>${rows.length ? t("titleSet", { n: rows.length }) : t("title")}</summary>
    <div class="stack tight" ref=${list}>
      <datalist id=${LIST}>${known.map((name) => html`<option value=${name} />`)}</datalist>
      ${rows.map((row, index) => html`<div class="option" key=${index}>
        <input class="input" data-name list=${LIST} aria-label=${t("name", { n: index + 1 })} placeholder=${t("names")} spellcheck=${false} autocapitalize="none" value=${row.name} onInput=${(event) => edit(index, { name: event.currentTarget.value })} />
        <input class="input" aria-label=${t("value", { n: index + 1 })} spellcheck=${false} autocapitalize="none" value=${row.text} onInput=${(event) => edit(index, { text: event.currentTarget.value })} />
        <${Button} kind="quiet" icon="x" label=${t("remove", { n: index + 1 })} onClick=${() => remove(index)} />
      </div>`)}
      ${strange.length > 0 && html`<p class="wrong small" role="alert">${t("unknown", { engine: engine.value.name, names: strange.join(", ") })}</p>`}
      <div><${Button} icon="plus" data-add onClick=${add}>${t("add")}<//></div>
      <p class="hint small soft">${t("hint")} ${known.length > 0 && t("known", { names: known.join(", ") })}</p>
    </div>
  </details>`;
}
