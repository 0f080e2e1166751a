// What a picture that is given becomes: where a painting starts, a layout, what is varied, the reference of ideas, or colours.
import { api } from "../../core/api.js";
import { joined } from "../../components/colours.js";
import { change, changes, control, engine, ideas, palette, references, start } from "./draft.js";

const MOST_COLOURS = 10;
const FROM_PICTURE = 5;
const MOST_REFERENCES = 5;

export const mostColours = () => engine.value?.capabilities.palette || MOST_COLOURS;
export const mostReferences = () => engine.value?.capabilities.references || MOST_REFERENCES;

/** Add the main colours of a picture. Raises Problem. */
export async function takeColours(picture) {
  const { colours } = await api.post("/api/palettes", { image: picture.reference, colours: FROM_PICTURE });
  palette.value = joined(palette.value, colours.map((each) => each.hex), mostColours());
}

export function startFrom(picture) {
  // A size chosen for other pictures does not fit this one; the engine finds the nearest it can.
  if (changes.value.width) change({ width: undefined, height: undefined });
  start.value = picture;
}

/** What is known to be a map stays one only as long as it is that picture. */
export const follow = (picture) => (control.value = { ...picture, prepared: false });

/** One more to vary; of too many the first gives way. */
export function vary(picture) {
  const others = references.value.filter(({ reference }) => reference !== picture.reference);
  references.value = [...others, picture].slice(-mostReferences());
}

/** Ideas go by it. */
export const goByReference = (picture) => (ideas.value = { ...ideas.value, reference: picture });
