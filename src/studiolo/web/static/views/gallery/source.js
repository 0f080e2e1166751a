// The pictures a gallery shows, fetched page by page as one scrolls; kept while one looks at a picture,
// so that coming back finds everything in its place.
import { api } from "../../core/api.js";
import { computed, signal } from "../../core/html.js";
import { listen } from "../../core/events.js";

const PAGE = 120;
const SEARCHED = 200;

/** What is shown: {key, query, pictures, reasons, next, total, loading, problem, scroll}. */
export const shown = signal(null);
const places = computed(() => new Map((shown.value?.pictures ?? []).map((picture, index) => [picture.id, index])));

const update = (changes) => (shown.value = { ...shown.value, ...changes });
const keyOf = (query) => JSON.stringify(Object.entries(query).sort());

/** Show what answers `query` (filters, and q for a search). What is shown already stays as it is. */
export async function open(query) {
  const key = keyOf(query);
  if (shown.value?.key === key && !shown.value.problem) return;
  shown.value = { key, query, pictures: [], reasons: new Map(), next: null, total: null, loading: false, problem: null, scroll: 0 };
  await more();
  await count();
}

/** The next page, if there is one and none is on its way. */
export async function more() {
  const now = shown.value;
  if (!now || now.loading || now.problem || (now.pictures.length && !now.next)) return;
  update({ loading: true });
  try {
    const page = now.query.q ? await search(now.query) : await api.get("/api/pictures", { ...now.query, limit: PAGE, before: now.next ?? now.query.before });
    if (shown.value.key !== now.key) return; // another question was asked meanwhile
    const known = new Set(shown.value.pictures.map((picture) => picture.id));
    update({ pictures: [...shown.value.pictures, ...page.pictures.filter((picture) => !known.has(picture.id))], next: page.next, reasons: page.reasons ?? now.reasons, loading: false });
  } catch (problem) {
    if (shown.value.key === now.key) update({ loading: false, problem });
  }
}

async function search({ q, before: _unused, ...filters }) {
  const { hits } = await api.get("/api/pictures/search", { ...filters, q, limit: SEARCHED });
  return { pictures: hits.map((hit) => hit.picture), reasons: new Map(hits.map((hit) => [hit.picture.id, hit.reason])), next: null };
}

async function count() {
  const { key, query, pictures } = shown.value;
  if (query.q) return update({ total: pictures.length });
  const { before: _start, ...filters } = query;
  const { count: total } = await api.get("/api/pictures/count", filters);
  if (shown.value.key === key) update({ total });
}

/** Try again after a problem. */
export function retry() {
  update({ problem: null });
  return more();
}

/** The pictures before and after one, in the order in which they are shown. */
export function neighbours(id) {
  const at = places.value.get(id);
  if (at === undefined) return { previous: null, next: null };
  const pictures = shown.value.pictures;
  if (at > pictures.length - 10) more();
  return { previous: pictures[at - 1] ?? null, next: pictures[at + 1] ?? null };
}

/** Put changed pictures in the place of what was known of them. */
export function refresh(pictures) {
  if (!shown.value) return;
  const changed = new Map(pictures.map((picture) => [picture.id, picture]));
  update({ pictures: shown.value.pictures.map((picture) => changed.get(picture.id) ?? picture) });
}

/** Take pictures out of what is shown; gives the way to put them back where they were. */
export function remove(ids) {
  const gone = new Set(ids);
  const { key, pictures: before, total } = shown.value;
  const kept = before.filter((picture) => !gone.has(picture.id));
  update({ pictures: kept, total: total === null ? null : total - (before.length - kept.length) });
  return () => shown.value.key === key && update({ pictures: before, total });
}

async function lookAgain() {
  const now = shown.value;
  if (!now || now.query.q || now.query.before) return;
  const page = await api.get("/api/pictures", { ...now.query, limit: PAGE });
  if (shown.value.key !== now.key) return;
  // Newest first: what was loaded beyond this page is older, and stays.
  const fresh = new Set(page.pictures.map((picture) => picture.id));
  const last = page.pictures.at(-1)?.id ?? "";
  const older = page.next ? shown.value.pictures.filter((picture) => picture.id < last && !fresh.has(picture.id)) : [];
  update({ pictures: [...page.pictures, ...older], next: older.length ? now.next : page.next });
  await count();
}

let waiting = null;
listen("gallery", ({ change, ids }) => {
  if (!shown.value) return;
  if (change === "changed" && !ids.some((id) => places.value.has(id))) return;
  clearTimeout(waiting); // many at once, as an import brings them, are one look
  waiting = setTimeout(() => lookAgain().catch((problem) => update({ problem })), 250);
});
