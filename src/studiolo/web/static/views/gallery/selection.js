// Which pictures are chosen, and what is done with all of them at once.
import { api } from "../../core/api.js";
import { computed, signal } from "../../core/html.js";
import { say, sayProblem } from "../../components/toasts.js";
import { words } from "../../core/words.js";
import { placeOf, refresh, remove, shown } from "./source.js";

const MOST_AT_ONCE = 500;

const t = words({
  en: {
    trashed: ({ n }) => (n === 1 ? "1 picture is in the trash." : `${n} pictures are in the trash.`),
    restored: ({ n }) => (n === 1 ? "1 picture is back." : `${n} pictures are back.`),
    undo: "Undo",
  },
  ko: { trashed: "그림 {n}장을 휴지통으로 옮겼습니다.", restored: "그림 {n}장을 되돌렸습니다.", undo: "되돌리기" },
});

export const chosen = signal(new Set());
export const choosing = computed(() => chosen.value.size > 0);
let anchor = null; // id of the picture that was chosen before

/** Choose a picture or leave it; `range`: all from the one before to this. */
export function choose(id, index, { range = false } = {}) {
  const next = new Set(chosen.value);
  const begin = placeOf(anchor);
  if (range && begin !== undefined) {
    const [from, to] = [Math.min(begin, index), Math.max(begin, index)];
    for (const picture of shown.value.pictures.slice(from, to + 1)) next.add(picture.id);
  } else if (next.has(id)) next.delete(id);
  else next.add(id);
  anchor = id;
  chosen.value = next;
}

export function chooseAll() {
  chosen.value = new Set(shown.value.pictures.map((picture) => picture.id));
}

export function chooseNone() {
  chosen.value = new Set();
  anchor = null;
}

/** Change pictures on the server, then here. */
export async function change(ids, changes) {
  for (let from = 0; from < ids.length; from += MOST_AT_ONCE) {
    const { pictures } = await api.patch("/api/pictures", { ids: ids.slice(from, from + MOST_AT_ONCE), ...changes });
    refresh(pictures);
  }
}

/** Into the trash, with a way back. */
export async function trash(ids) {
  const putBack = remove(ids);
  chooseNone();
  try {
    await change(ids, { trashed: true });
  } catch (problem) {
    putBack();
    throw problem;
  }
  const undo = () => change(ids, { trashed: false }).then(() => { putBack(); say(t("restored", { n: ids.length })); }, sayProblem);
  say(t("trashed", { n: ids.length }), { action: { label: t("undo"), run: undo } });
}

/** Out of the trash. */
export async function restore(ids) {
  await change(ids, { trashed: false });
  remove(ids);
  chooseNone();
  say(t("restored", { n: ids.length }));
}
