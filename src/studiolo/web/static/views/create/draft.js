// What is being written: kept in this browser, so that a reload loses nothing.
import { computed, effect, signal } from "../../core/html.js";
import { remember, remembered } from "../../core/memory.js";
import { engineNamed, enginesOf, session } from "../../core/state.js";

const all = {};

function kept(name, otherwise) {
  const value = signal(remembered(`create.${name}`, otherwise));
  effect(() => remember(`create.${name}`, value.value));
  all[name] = value;
  return value;
}

export const prompt = kept("prompt", "");
export const negative = kept("negative", "");
/** Of `original`: {original, text, language, gloss, untranslated, changed, asTyped}, or null. */
export const translation = kept("translation", null);
/** Name of the chosen engine, empty for the settings' one. */
export const chosenEngine = kept("engine", "");
/** What was changed from an engine's defaults, by engine. */
const changesOf = kept("settings", {});
/** Hex colours, the most important first. */
export const palette = kept("palette", []);
/** The picture to start from, and what of it is painted: {reference, url, width, height, mask?: {reference, url}, maskPrompt?, outpaint?: [left, top, right, bottom]}, or null. */
export const start = kept("start", null);
/** The picture whose layout is followed: {reference, url, width, height, prepared: whether it is the map itself}, or null. */
export const control = kept("control", null);
/** The pictures to make a variation of: [{reference, url, width, height}, …]. */
export const references = kept("references", []);
/** What ideas are asked for, and those that came: {style, keywords, reference, engine, n, sampling, cards: [{id, text, chosen, edited}]}. */
export const ideas = kept("ideas", { style: "", keywords: "", reference: null, engine: "", n: 3, sampling: {}, cards: [] });
/** Which groups are open. */
export const opened = kept("opened", {});

const find = (name) => (name ? engineNamed("image", name) : undefined);
/** What engines can do with models that were set, by "engine:model"; see model.js. */
export const abilities = signal({});
const chosen = computed(
  () => find(chosenEngine.value) ?? find(session.value?.defaults.engine) ?? enginesOf("image").find((each) => each.ready) ?? enginesOf("image")[0] ?? null,
);
/** The chosen engine, with what it can do with the model that is set. */
export const engine = computed(() => {
  const { value } = chosen;
  const capabilities = value && abilities.value[`${value.name}:${changesOf.value[value.name]?.model}`];
  return capabilities ? { ...value, capabilities } : value;
});
export const changes = computed(() => changesOf.value[engine.value?.name] ?? {});

/** Width and height as they will be asked for, or null: as the engine finds best for the picture one starts from. */
export function sizeNow() {
  const { width, height } = changes.value;
  if (start.value?.outpaint) return grown(start.value);
  if (width && height) return [width, height];
  return start.value ? null : engine.value.capabilities.sizes.default;
}

function grown({ width, height, outpaint: [left, top, right, bottom] }) {
  return [left + width + right, top + height + bottom];
}

/** Change settings of the engine; undefined goes back to its default. */
export function change(fields, name = engine.value.name) {
  const merged = Object.entries({ ...changesOf.value[name], ...fields }).filter(([, value]) => value !== undefined);
  changesOf.value = { ...changesOf.value, [name]: Object.fromEntries(merged) };
}

/** Nothing but these. */
export function resetChanges(name, fields) {
  changesOf.value = { ...changesOf.value, [name]: {} };
  change(fields, name);
}

export function backToDefaults() {
  resetChanges(engine.value.name, { count: changes.value.count }); // that stands elsewhere, beside the button
}

export const open = (name, whether = true) => (opened.value = { ...opened.value, [name]: whether });

/** The draft as it is, to go back to. */
export function snapshot() {
  const values = Object.entries(all).map(([name, value]) => [name, value.value]);
  return () => values.forEach(([name, value]) => (all[name].value = value));
}
