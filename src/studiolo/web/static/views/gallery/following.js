// What happens to the gallery elsewhere (another tab, a painter, the command line) shows here too.
import { listen } from "../../core/events.js";
import { sayProblem } from "../../components/toasts.js";
import { lookAgain, placeOf, retry, shown } from "./source.js";

const SOON_MS = 250; // many changes at once, as an import brings them, are one look
let waiting = null;
let range = null;

const widened = (range, ids) => {
  if (!ids.length || range?.length === 0) return []; // everything may have changed
  const all = [...(range ?? []), ...ids].sort();
  return [all[0], all.at(-1)];
};

function look() {
  const [oldest = null, newest = null] = range;
  range = waiting = null;
  if (!shown.value) return;
  if (shown.value.problem) retry();
  else if (shown.value.loading) soon([oldest, newest].filter(Boolean));
  else lookAgain(newest, oldest).catch(sayProblem);
}

function soon(ids) {
  range = widened(range, ids);
  clearTimeout(waiting);
  waiting = setTimeout(look, SOON_MS);
}

listen("gallery", ({ change, ids }) => {
  if (!shown.value) return;
  const { q, before: _start, ...filters } = shown.value.query;
  // A change of pictures that are not here matters only where it may bring them here.
  if (change === "changed" && !q && !Object.keys(filters).length && !ids.some((id) => placeOf(id) !== undefined)) return;
  soon(ids);
});

// A snapshot stands for all that may have been missed.
listen("snapshot", () => shown.value && soon([]));
