// How long a prompt may be: as the studio reads it, or less where the engine takes less.
import { computed } from "../../core/html.js";
import { formatNumber } from "../../core/words.js";
import { engine, prompt, translation } from "./draft.js";
import { promptOf } from "./request.js";

const MOST_CHARACTERS = 2000;
/** From this part of it on the page says how much room is left. */
const NEARLY = 0.9;

const most = computed(() => Math.min(MOST_CHARACTERS, engine.value?.capabilities?.prompt_characters ?? MOST_CHARACTERS));
/** As the server counts: by characters, not by the halves that some are written with here. */
const lengthOf = (text) => [...text].length;

/** What the engine will read. */
export const read = computed(() => promptOf(prompt.value, translation.value));
export const tooLong = (text) => lengthOf(text) > most.value;
export const nearlyTooLong = (text) => lengthOf(text) > NEARLY * most.value;
/** {n, most, engine} of a text, for a sentence. */
export const limitOf = (text) => ({ n: formatNumber(lengthOf(text)), most: formatNumber(most.value), engine: engine.value.name });
/** Whether the limit is the engine's own. */
export const engineLimits = computed(() => most.value < MOST_CHARACTERS);
