// What narrows the wall: engine, tags, shape and size, days, seed.
import { api } from "../../core/api.js";
import { html, useEffect, useId, useState } from "../../core/html.js";
import { offeredEngines } from "../../core/state.js";
import { words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { SelectField, TextField } from "../../components/field.js";
import { sayProblem } from "../../components/toasts.js";

const t = words({
  en: { engine: "Engine", any: "Any", tags: "Tags", addTag: "Add a tag", remove: "Remove {tag}", from: "From", to: "To", minWidth: "Width from (px)", minHeight: "Height from (px)", seed: "Seed", clear: "Clear filters", filters: "Filters" },
  ko: { engine: "엔진", any: "모두", tags: "태그", addTag: "태그 추가", remove: "{tag} 빼기", from: "시작일", to: "종료일", minWidth: "최소 너비 (px)", minHeight: "최소 높이 (px)", seed: "시드", clear: "필터 지우기", filters: "필터" },
});

const NAMES = ["engine", "tag", "created_from", "created_to", "min_width", "min_height", "seed"];
/** How many filters an address has. */
export const filtersIn = (query) => NAMES.filter((name) => query[name] !== undefined && query[name] !== "").length;

// A day is the reader's own, from its first to its last moment.
const startOf = (day) => (day ? new Date(`${day}T00:00:00`).toISOString() : "");
const endOf = (day) => (day ? new Date(`${day}T23:59:59.999`).toISOString() : "");
const dayOf = (moment) => {
  if (!moment) return "";
  const date = new Date(moment);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
};
const whole = (text) => text.replace(/\D/g, "");

export function Filters({ query, onChange }) {
  const engines = [...new Set([...offeredEngines("image").map((engine) => engine.name), query.engine].filter(Boolean))];
  const clear = () => onChange(Object.fromEntries([...NAMES, "before"].map((name) => [name, ""])));
  const set = (changes) => onChange({ ...changes, before: "" });
  return html`<section class="gallery-filters card" aria-label=${t("filters")}>
    <${SelectField} label=${t("engine")} value=${query.engine ?? ""} onChange=${(engine) => set({ engine })}
      options=${[{ value: "", label: t("any") }, ...engines.map((name) => ({ value: name, label: name }))]} />
    <${Tags} tags=${query.tag ?? []} onChange=${(tags) => set({ tag: tags.join(",") })} />
    <${TextField} label=${t("from")} type="date" value=${dayOf(query.created_from)} onInput=${(day) => set({ created_from: startOf(day) })} />
    <${TextField} label=${t("to")} type="date" value=${dayOf(query.created_to)} onInput=${(day) => set({ created_to: endOf(day) })} />
    <${TextField} label=${t("minWidth")} inputmode="numeric" value=${query.min_width ?? ""} onInput=${(text) => set({ min_width: whole(text) })} />
    <${TextField} label=${t("minHeight")} inputmode="numeric" value=${query.min_height ?? ""} onInput=${(text) => set({ min_height: whole(text) })} />
    <${TextField} label=${t("seed")} inputmode="numeric" value=${query.seed ?? ""} onInput=${(text) => set({ seed: whole(text) })} />
    <${Button} kind="quiet" icon="x" onClick=${clear}>${t("clear")}<//>
  </section>`;
}

function Tags({ tags, onChange }) {
  const [known, setKnown] = useState([]);
  const [text, setText] = useState("");
  const id = useId();
  useEffect(() => {
    api.get("/api/tags").then((found) => setKnown(found.tags), sayProblem);
  }, []);
  const add = (tag) => {
    const clean = tag.trim().toLowerCase();
    setText("");
    if (clean && !tags.includes(clean)) onChange([...tags, clean]);
  };
  const typed = (value) => (known.some((each) => each.tag === value) ? add(value) : setText(value)); // chosen from the list
  return html`<div class="field gallery-tags">
    <label for=${id}>${t("tags")}</label>
    <div class="row">
      ${tags.map((tag) => html`<button type="button" class="chip" aria-label=${t("remove", { tag })} onClick=${() => onChange(tags.filter((each) => each !== tag))}>${tag} ×</button>`)}
      <input class="input" id=${id} list=${`${id}-known`} placeholder=${t("addTag")} value=${text} onInput=${(event) => typed(event.currentTarget.value)}
        onKeyDown=${(event) => event.key === "Enter" && add(text)} />
      <datalist id=${`${id}-known`}>${known.slice(0, 200).map(({ tag, count }) => html`<option value=${tag}>${count}</option>`)}</datalist>
    </div>
  </div>`;
}
