// What one may set beside the prompt: beneath it where there is room, as sheets on a phone.
import { html, signal } from "../../core/html.js";
import { Dialog } from "../../components/dialog.js";
import { Disclosure } from "../../components/disclosure.js";
import { Icon } from "../../components/icon.js";
import { later } from "../../components/later.js";
import { media } from "../../components/media.js";
import { changes, control, engine, ideas, open, opened, palette, references, sizeNow, start } from "./draft.js";
import { takesControl, takesReferences } from "./request.js";
import { t } from "./words.js";

const Control = later(() => import("./control.js"), "Control");
const Ideas = later(() => import("./ideas.js"), "Ideas");
const Palette = later(() => import("./palette.js"), "Palette");
const References = later(() => import("./references.js"), "References");
const Settings = later(() => import("./settings.js"), "Settings");
const Start = later(() => import("./start.js"), "Start");

const narrow = media("(max-width: 60rem)");

const sheet = signal(null);

/** Show a group, wherever it is on a page of this width. */
export function reveal(name) {
  if (narrow.value) sheet.value = name;
  else open(name);
}

const Dots = () => palette.value.map((hex) => html`<span class="dot" key=${hex} style=${{ background: hex }}></span>`);
const Thumbs = ({ pictures }) => pictures.map(({ reference, url }) => html`<img class="dot-picture" key=${reference} src=${url} alt="" />`);
/** What the engine cannot do is there only as long as it is set, to be taken back. */
const offered = (takes, set) => set || (engine.value?.capabilities && takes(engine.value.capabilities));

function settingsInShort() {
  if (!engine.value) return "";
  const size = sizeNow();
  const { seed } = changes.value;
  return [size?.join(" × "), seed !== undefined && t("seedOf", { seed })].filter(Boolean).join(" · ");
}

const groups = (takings) => [
  { name: "ideas", icon: "sparkles", title: t("ideas"), summary: ideas.value.cards.length || null, body: html`<${Ideas} taking=${takings.ideas} />` },
  { name: "palette", icon: "palette", title: t("palette"), summary: palette.value.length > 0 && html`<${Dots} />`, body: html`<${Palette} taking=${takings.palette} />` },
  { name: "start", icon: "image", title: t("start"), short: t("startShort"), summary: start.value && html`<${Thumbs} pictures=${[start.value]} />`, body: html`<${Start} taking=${takings.start} />` },
  offered(takesControl, control.value) && { name: "control", icon: "pencil-ruler", title: t("control"), short: t("controlShort"), summary: control.value && html`<${Thumbs} pictures=${[control.value]} />`, body: html`<${Control} taking=${takings.control} />` },
  offered(takesReferences, references.value.length > 0) && { name: "references", icon: "blend", title: t("references"), short: t("referencesShort"), summary: references.value.length > 0 && html`<${Thumbs} pictures=${references.value} />`, body: html`<${References} taking=${takings.references} />` },
  { name: "settings", icon: "sliders-horizontal", title: t("settings"), summary: settingsInShort(), body: html`<${Settings} />` },
];

export function Groups({ takings }) {
  const all = groups(takings).filter(Boolean);
  const shown = all.find((each) => each.name === sheet.value);
  if (!narrow.value) return html`<div class="groups">${all.map(({ name, body, ...group }) => html`
    <${Disclosure} key=${name} ...${group} open=${Boolean(opened.value[name])} onToggle=${(whether) => open(name, whether)}>${body}<//>`)}</div>`;
  return html`<div class="group-row">
      ${all.map((each) => html`<button type="button" key=${each.name} class="group-button" aria-haspopup="dialog" onClick=${() => (sheet.value = each.name)}>
        <${Icon} name=${each.icon} /><span>${each.short ?? each.title}</span>${each.name !== "settings" && each.summary && html`<span class="summary">${each.summary}</span>`}
      </button>`)}
    </div>
    ${shown && html`<div class="sheet"><${Dialog} key=${shown.name} title=${shown.title} onClose=${() => (sheet.value = null)}>${shown.body}<//></div>`}`;
}
