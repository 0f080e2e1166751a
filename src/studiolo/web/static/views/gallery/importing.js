// Pictures brought into the gallery: chosen or dropped anywhere, sent one after another, with a report of what
// became of each. It goes on while one walks through the house.
import { api, Unreachable } from "../../core/api.js";
import { signal } from "../../core/html.js";
import { fitsUpload } from "../../components/files.js";

/** {total, done, fraction, added, already, failed: [{name, why}], ended}, or null. */
export const importing = signal(null);
const waiting = [];
let stopping = null;

const update = (changes) => (importing.value = { ...importing.value, ...changes });

/** Take files into the gallery; those given while others are on their way join them. */
export async function importFiles(files) {
  if (importing.value && !importing.value.ended) {
    waiting.push(...files);
    return update({ total: importing.value.total + files.length });
  }
  waiting.splice(0, Infinity, ...files);
  stopping = new AbortController();
  importing.value = { total: files.length, done: 0, fraction: 0, added: 0, already: 0, failed: [], ended: false };
  while (waiting.length && !stopping.signal.aborted) await importNext(waiting.shift());
  return update({ ended: true });
}

async function importNext(file) {
  try {
    fitsUpload(file);
    const body = new FormData();
    body.append("file", file);
    const report = await api.upload("/api/pictures", body, { onProgress: (fraction) => update({ fraction }), signal: stopping.signal });
    const { added, already, failed } = importing.value;
    update({ added: added + report.added.length, already: already + report.already_here, failed: [...failed, ...report.failed] });
  } catch (problem) {
    if (problem.name === "AbortError") return;
    update({ failed: [...importing.value.failed, { name: file.name, why: problem.message }] });
    if (problem instanceof Unreachable) stopImport();
  }
  update({ done: importing.value.done + 1, fraction: 0 });
}

/** What came stays; the rest stays where it is. */
export function stopImport() {
  waiting.length = 0;
  stopping.abort();
}

export const closeReport = () => (importing.value = null);
