// From what is on the page to what the server is asked for, and back.

/** Steps that suit the numbers an engine declares; others follow from how wide their range is. */
const STEPS = { steps: 1, guidance_scale: 0.1 };
/** Ranges that stand beside what they measure: a picture, a refiner. */
const PLACED = ["strength", "control_strength", "similarity", "handover", "refiner_strength"];
/** The number that matters to each refiner. */
const OF_REFINER = { ensemble: "handover", image: "refiner_strength" };

const isRange = (value) =>
  value !== null && typeof value === "object" && ["minimum", "maximum", "default"].every((key) => typeof value[key] === "number");

const stepOf = (name, { minimum, maximum }) => STEPS[name] ?? (maximum - minimum <= 2 ? 0.01 : maximum - minimum <= 20 ? 0.1 : 1);
const given = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

/** A number that the engine lets one choose: {name, minimum, maximum, default, step}; null where it has no such knob. */
export const rangeOf = (capabilities, name) => (isRange(capabilities[name]) ? { name, ...capabilities[name], step: stepOf(name, capabilities[name]) } : null);

/** Every such number, but for those that belong to something else. */
export const rangesOf = (capabilities) =>
  Object.keys(capabilities).filter((name) => !PLACED.includes(name)).map((name) => rangeOf(capabilities, name)).filter(Boolean);

/** How far to leave what a painting starts from: a picture, or the engine's own draft; null where it has no such knob. */
export function strengthOf(capabilities, startsFromPicture) {
  const range = rangeOf(capabilities, "strength");
  if (!range || (!startsFromPicture && capabilities.draft_strength == null)) return null;
  return startsFromPicture ? range : { ...range, name: "draft_strength", default: capabilities.draft_strength };
}

/** The engine's second stages, the one it takes by itself first: "none" is always one. */
export const refinersOf = ({ refiners = [] }) => (refiners.length ? [...new Set([...refiners, "none"])] : []);

/** The second stage that is set, and the range of the number that matters to it, or null. */
export function refinerOf(capabilities, changes) {
  const all = refinersOf(capabilities);
  const name = all.includes(changes.refiner) ? changes.refiner : all[0];
  return { name, range: name in OF_REFINER ? rangeOf(capabilities, OF_REFINER[name]) : null };
}

export const takesControl = ({ controls = [] }) => controls.length > 0;
export const takesReferences = ({ references = 0 }) => references > 0;
/** Whether a part of the picture is painted, so that there is an edge to it. */
export const hasSeam = (start) => Boolean(start?.mask || start?.outpaint || start?.maskPrompt);
/** Whether the pictures alone say what to paint. */
export const speaksWithoutWords = (can, start, references) => hasSeam(start) || (takesReferences(can) && references.length > 0);

/** The model that is set, where the engine has it; of a service any name may be one. */
export function modelOf(engine, changes) {
  const { offline, models = [] } = engine.capabilities;
  return !offline || [...models, ...engine.models].includes(changes.model) ? changes.model : undefined;
}

/** Rows of options, as they were typed, as the engine is given them; those without a name are not written yet. */
export function optionsIn(rows = []) {
  const named = rows.filter(({ name }) => name.trim()).map(({ name, text }) => [name.trim(), valueOf(text)]);
  return named.length ? Object.fromEntries(named) : undefined;
}

/** The opposite. */
const rowsOf = (options) => Object.entries(options).map(([name, value]) => ({ name, text: typeof value === "string" && valueOf(value) === value ? value : JSON.stringify(value) }));

/** JSON where it is some, else the text itself. */
function valueOf(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** The body of POST /api/jobs. Defaults are left to the engine: they are its own. */
export function requestOf({ engine, changes, prompt, negative, translation, palette, start, control, references, spend }) {
  const can = engine.capabilities;
  const strength = strengthOf(can, Boolean(start));
  return given({
    ...wordsOf(prompt, translation),
    engine: [engine.name, modelOf(engine, changes)].filter(Boolean).join(":"),
    max_cost: spend,
    negative_prompt: can.negative_prompt && negative.trim() ? negative.trim() : undefined,
    ...(start?.outpaint ? {} : { width: changes.width, height: changes.height }), // there the margins say it
    count: changes.count,
    seed: changes.seed,
    scheduler: can.schedulers?.includes(changes.scheduler) ? changes.scheduler : undefined,
    strength: strength ? changes[strength.name] : undefined,
    palette: can.palette > 0 && palette.length ? palette.slice(0, can.palette) : undefined,
    options: optionsIn(changes.options),
    ...Object.fromEntries(rangesOf(can).map(({ name }) => [name, changes[name]])),
    ...startIn(can, changes, start),
    ...controlIn(can, changes, control),
    ...referencesIn(can, changes, references),
    ...stagesIn(can, changes),
  });
}

function startIn(can, changes, start) {
  if (!start) return {};
  return {
    init_image: start.reference,
    mask: start.mask?.reference,
    mask_prompt: start.maskPrompt,
    outpaint: start.outpaint,
    seam: hasSeam(start) && can.seams?.includes(changes.seam) ? changes.seam : undefined,
  };
}

function controlIn(can, changes, control) {
  if (!control || !takesControl(can)) return {};
  return {
    control_image: control.reference,
    control: can.controls.includes(changes.control) ? changes.control : undefined,
    control_strength: changes.control_strength,
    control_prepared: control.prepared || undefined,
  };
}

function referencesIn(can, changes, references) {
  if (!references.length || !takesReferences(can)) return {};
  return { references: references.slice(0, can.references).map(({ reference }) => reference), similarity: changes.similarity };
}

/** The second stage, and what is put into the model; rows without a name are not written yet. */
function stagesIn(can, changes) {
  const { range } = refinerOf(can, changes);
  const loras = (changes.loras ?? []).map(({ name, weight }) => ({ name: name.trim(), weight })).filter(({ name }) => name);
  return {
    refiner: refinersOf(can).includes(changes.refiner) ? changes.refiner : undefined,
    ...(range ? { [range.name]: changes[range.name] } : {}),
    loras: can.loras > 0 && loras.length ? loras.slice(0, can.loras) : undefined,
  };
}

/** What the engine reads. */
export const promptOf = (typed, translation) => wordsOf(typed, translation).prompt;

function wordsOf(typed, translation) {
  const prompt = typed.trim();
  if (!translation || translation.original !== prompt) return { prompt };
  if (translation.asTyped) return { prompt, translate: false };
  const english = translation.text.trim();
  return english ? { prompt: english, original_prompt: prompt, translate: false } : { prompt };
}

/** What of a picture's request are settings of its engine: the opposite of `requestOf`. */
export function changesOf(engine, request) {
  const can = engine.capabilities;
  const strength = strengthOf(can, Boolean(request.init_image));
  const placed = ["control", "control_strength", "similarity", "refiner", "handover", "refiner_strength", "seam"];
  const names = ["width", "height", "seed", "scheduler", ...placed, ...rangesOf(can).map(({ name }) => name)];
  const changes = given(Object.fromEntries(names.map((name) => [name, request[name]])));
  if (strength && request.strength != null) changes[strength.name] = request.strength;
  if (request.options && Object.keys(request.options).length) changes.options = rowsOf(request.options);
  if (request.loras?.length) changes.loras = request.loras;
  return changes;
}
