// What a picture that is given becomes: where a painting starts, the reference of ideas, or colours.
import { api } from "../../core/api.js";
import { joined } from "../../components/colours.js";
import { change, changes, engine, ideas, palette, start } from "./draft.js";

const MOST_COLOURS = 10;
const FROM_PICTURE = 5;

export const mostColours = () => engine.value?.capabilities.palette || MOST_COLOURS;

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

export const addReference = (picture) => (ideas.value = { ...ideas.value, reference: picture });
