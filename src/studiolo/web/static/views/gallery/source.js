// The pictures a gallery shows, fetched page by page as one scrolls; kept while one looks at a picture,
// so that coming back finds everything in its place.
import { api } from "../../core/api.js";
import { computed, signal } from "../../core/html.js";

const FIRST = 120; // soon there; those that follow are larger
const MOST = 500;
const SEARCHED = 200;

/** What is shown: {key, query, pictures, hits, next, total, loading, problem, scroll, at}; `at` is the picture one was at. */
export const shown = signal(null);
const places = computed(() => new Map((shown.value?.pictures ?? []).map((picture, index) => [picture.id, index])));

const update = (changes) => (shown.value = { ...shown.value, ...changes });
const keyOf = (query) => JSON.stringify(Object.entries(query).sort());

/** Where a picture stands among those that are shown, from 0; undefined if it does not. */
export const placeOf = (id) => places.value.get(id);

/** Show what answers `query` (filters, and q for a search). What is shown already stays as it is. */
export async function open(query) {
  const key = keyOf(query);
  if (shown.value?.key === key && !shown.value.problem) return;
  shown.value = { key, query, pictures: [], hits: new Map(), next: null, total: null, loading: false, problem: null, scroll: 0, at: null };
  await more();
}

/** The next page, if there is one and none is on its way. The first brings the count with it. */
export async function more() {
  const now = shown.value;
  if (!now || now.loading || now.problem || (now.pictures.length && !now.next)) return;
  update({ loading: true });
  try {
    const [page] = await Promise.all([fetchPage(now), now.pictures.length === 0 && count()]);
    if (shown.value.key !== now.key) return; // another question was asked meanwhile
    const fresh = page.pictures.filter((picture) => placeOf(picture.id) === undefined);
    update({ pictures: [...shown.value.pictures, ...fresh], next: page.next, hits: page.hits ?? now.hits, total: page.total ?? shown.value.total, loading: false });
  } catch (problem) {
    if (shown.value.key === now.key) update({ loading: false, problem });
  }
}

const fetchPage = ({ query, next }) => (query.q ? search(query) : api.get("/api/pictures", { ...query, limit: next ? MOST : FIRST, before: next ?? query.before }));

async function search({ q, before: _unused, ...filters }) {
  const { hits } = await api.get("/api/pictures/search", { ...filters, q, limit: SEARCHED });
  return { pictures: hits.map((hit) => hit.picture), hits: new Map(hits.map((hit) => [hit.picture.id, hit])), next: null, total: hits.length };
}

async function count() {
  const { key, query } = shown.value;
  if (query.q) return;
  const { before: _start, ...filters } = query;
  const { count: total } = await api.get("/api/pictures/count", filters);
  if (shown.value.key === key) update({ total });
}

/** Try again after a problem. */
export function retry() {
  update({ problem: null });
  return more();
}

/** Forget what is shown: the next visit asks anew. */
export const forget = () => (shown.value = null);

/** The pictures before and after one, in the order in which they are shown. */
export function neighbours(id) {
  const place = placeOf(id);
  if (place === undefined) return { previous: null, next: null };
  const { pictures } = shown.value;
  shown.value.at = id; // where one comes back to; not news for anybody, so not through the signal
  if (place > pictures.length - 10) more();
  return { previous: pictures[place - 1] ?? null, next: pictures[place + 1] ?? null };
}

/** Put changed pictures in the place of what was known of them. */
export function refresh(pictures) {
  if (!shown.value) return;
  const changed = new Map(pictures.map((picture) => [picture.id, picture]));
  update({ pictures: shown.value.pictures.map((picture) => changed.get(picture.id) ?? picture) });
}

const newestFirst = (a, b) => (a.id < b.id ? 1 : -1);

/** Take pictures out of what is shown; gives the way to put them back where they were. */
export function remove(ids) {
  if (!shown.value) return () => {};
  const { key, query, pictures: before } = shown.value;
  const gone = before.filter((picture) => ids.includes(picture.id));
  leave(new Set(gone.map((picture) => picture.id)));
  return () => {
    if (shown.value?.key !== key) return;
    const back = gone.filter((picture) => placeOf(picture.id) === undefined);
    const rank = new Map(before.map((picture, index) => [picture.id, index]));
    const order = query.q ? (a, b) => rank.get(a.id) - rank.get(b.id) : newestFirst;
    update({ pictures: [...shown.value.pictures, ...back].sort(order), total: shown.value.total === null ? null : shown.value.total + back.length });
  };
}

function leave(gone) {
  const { pictures, total } = shown.value;
  update({ pictures: pictures.filter((picture) => !gone.has(picture.id)), total: total === null ? null : total - gone.size });
}

/**
 * Ask again for what is shown from the picture `newest` to `oldest` (ids; null: without end), because something
 * happened there: pictures came, went or changed.
 */
export async function lookAgain(newest = null, oldest = null) {
  const now = shown.value;
  if (!now || now.loading) return;
  if (now.query.q) {
    const found = await search(now.query);
    if (shown.value?.key === now.key) update(found);
    return;
  }
  const last = now.next ? now.pictures.at(-1).id : ""; // what is older has not been fetched yet
  const end = oldest && oldest > last ? oldest : last;
  const start = (newest && now.pictures.findLast((picture) => picture.id > newest)?.id) || now.query.before;
  const { found, complete } = await between(now, start, end);
  if (shown.value?.key !== now.key) return;
  const asked = (id) => (!start || id < start) && id >= end;
  const pictures = [...shown.value.pictures.filter(({ id }) => !asked(id)), ...found.filter(({ id }) => asked(id))].sort(newestFirst);
  update({ pictures, next: complete ? null : shown.value.next });
  await count();
}

/** Pictures after `start` down to the id `end`; `complete` if there are no others. */
async function between({ query, pictures }, start, end) {
  const found = [];
  const expected = pictures.filter(({ id }) => (!start || id < start) && id >= end).length;
  for (let before = start; ; ) {
    const page = await api.get("/api/pictures", { ...query, before, limit: Math.min(MOST, expected + 20) });
    found.push(...page.pictures);
    if (!page.next) return { found, complete: end === "" };
    if (found.at(-1).id <= end) return { found, complete: false };
    before = page.next;
  }
}
