// From what is on the page to what the server is asked for, and back.

/** Steps that suit the numbers an engine declares; others follow from how wide their range is. */
const STEPS = { steps: 1, guidance_scale: 0.1, strength: 0.01 };
/** A range that belongs to pictures one starts from, or to the engine's own draft. */
const STRENGTH = "strength";

const isRange = (value) =>
  value !== null && typeof value === "object" && ["minimum", "maximum", "default"].every((key) => typeof value[key] === "number");

const stepOf = (name, { minimum, maximum }) => STEPS[name] ?? (maximum - minimum <= 2 ? 0.01 : maximum - minimum <= 20 ? 0.1 : 1);

/** Every number the engine lets one choose: [{name, minimum, maximum, default, step}]. */
export function rangesOf(capabilities) {
  return Object.entries(capabilities)
    .filter(([name, value]) => isRange(value) && name !== STRENGTH)
    .map(([name, range]) => ({ name, ...range, step: stepOf(name, range) }));
}

/** How far to leave what a painting starts from: a picture, or the engine's own draft; null where it has no such knob. */
export function strengthOf(capabilities, startsFromPicture) {
  const range = capabilities.strength;
  if (!range || (!startsFromPicture && capabilities.draft_strength == null)) return null;
  const name = startsFromPicture ? "strength" : "draft_strength";
  return { ...range, name, default: startsFromPicture ? range.default : capabilities.draft_strength, step: STEPS.strength };
}

/** The body of POST /api/jobs. Defaults are left to the engine: they are its own. */
export function requestOf({ engine, changes, prompt, negative, translation, palette, start }) {
  const can = engine.capabilities;
  const strength = strengthOf(can, Boolean(start));
  const scheduler = can.schedulers?.includes(changes.scheduler) ? changes.scheduler : undefined;
  const request = {
    ...wordsOf(prompt, translation),
    engine: can.models?.includes(changes.model) ? `${engine.name}:${changes.model}` : engine.name,
    negative_prompt: can.negative_prompt && negative.trim() ? negative.trim() : undefined,
    width: changes.width,
    height: changes.height,
    count: changes.count,
    seed: changes.seed,
    scheduler,
    strength: strength ? changes[strength.name] : undefined,
    init_image: start?.reference,
    mask: start?.mask?.reference,
    palette: can.palette > 0 && palette.length ? palette.slice(0, can.palette) : undefined,
    options: changes.options,
  };
  for (const { name } of rangesOf(can)) request[name] = changes[name];
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

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
  const names = ["width", "height", "seed", "scheduler", ...rangesOf(can).map(({ name }) => name)];
  const changes = Object.fromEntries(names.filter((name) => request[name] != null).map((name) => [name, request[name]]));
  if (strength && request.strength != null) changes[strength.name] = request.strength;
  if (request.options && Object.keys(request.options).length) changes.options = request.options;
  return changes;
}
