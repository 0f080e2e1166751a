// The endless wall: only the rows one sees, and those nearly seen, are in the page.
import { html, signal, useLayoutEffect, useMemo, useRef, useState } from "../../core/html.js";
import { formatDate, words } from "../../core/words.js";
import { hang, newWall, rowOf, within } from "./rows.js";
import { choose, choosing, chosen } from "./selection.js";
import { more, placeOf, shown } from "./source.js";
import { Tile } from "./tile.js";
import { useWallKeys } from "./wall-keys.js";

const t = words({ en: { pictures: "Pictures" }, ko: { pictures: "그림" } });

/** The month ("2026-11") of the first row in sight. */
export const monthInSight = signal(null);

export function Wall() {
  const { pictures, hits, next, query } = shown.value;
  const root = useRef(null);
  const [width, setWidth] = useState(0);
  const [seen, setSeen] = useState([0, 0]);
  const [at, setAt] = useState(shown.value.at); // by id: its place changes when pictures come and go
  const current = Math.max(0, placeOf(at) ?? 0);
  const wall = useWall(width, pictures, { captions: Boolean(query.q), months: !query.q, complete: !next });

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(root.current);
    return () => watch.disconnect();
  }, []);
  useScroll(root, wall, setSeen, width);
  const goTo = useWallKeys(root, wall, pictures, current, setAt);

  const numbers = new Set(wall.rows.slice(seen[0], seen[1] + 1).map((_, offset) => seen[0] + offset));
  const row = rowOf(wall.rows, current);
  if (wall.rows[row]) numbers.add(row); // the keyboard's place stays in the page when it is scrolled away
  return html`<div class=${`wall ${choosing.value ? "choosing" : ""}`} ref=${root} role="list" aria-label=${t("pictures")} style=${{ height: `${wall.bottom}px` }}>
    ${[...numbers].sort((a, b) => a - b).flatMap((number) => inRow(wall.rows[number], { pictures, hits, current, onFocus: goTo }))}
  </div>`;
}

/** A month, or tiles: by their own keys, so that they stay what they are when rows are hung anew. */
function inRow(row, { pictures, hits, current, onFocus }) {
  if (row.kind === "month") {
    const month = formatDate(`${row.month}-15T12:00:00Z`, { year: "numeric", month: "long" });
    return [html`<div key=${row.month} class="wall-month" role="listitem" style=${{ top: `${row.top}px` }}><h2>${month}</h2></div>`];
  }
  return row.items.map(({ index, left, width }) => pictures[index] && html`<${Tile} key=${pictures[index].id} picture=${pictures[index]} index=${index}
    hit=${hits.get(pictures[index].id)} current=${index === current} chosen=${chosen.value.has(pictures[index].id)} onFocus=${onFocus}
    onChoose=${choose} top=${row.top} left=${left} width=${width} height=${row.imageHeight} />`);
}

/** The layout; laid out anew only for another width or other pictures, else continued. */
function useWall(width, pictures, { captions, months, complete }) {
  const kept = useRef(null);
  return useMemo(() => {
    const height = width < 600 ? 160 : Math.min(260, 180 + width / 20);
    const before = kept.current;
    const grown = before?.width === width && !before.complete && pictures.length >= before.pictures.length
      && before.pictures.every((picture, index) => picture.id === pictures[index].id);
    const wall = grown ? before.wall : newWall(Math.max(width, 200), height, { captions, months });
    if (width) hang(wall, pictures, complete);
    kept.current = { width, wall, pictures, complete };
    return { ...wall };
  }, [width, pictures, captions, months, complete]);
}

function useScroll(root, wall, setSeen, width) {
  const anchor = useRef(null); // the first picture in sight, and where its row hung
  useLayoutEffect(() => {
    if (!width) return undefined;
    if (!anchor.current) restore(root.current, wall);
    else keepPlace(anchor.current, wall);
    let asked = 0;
    const look = () => {
      asked = 0;
      const above = root.current.getBoundingClientRect().top;
      const [from, to] = within(wall.rows, -above - innerHeight / 2, -above + innerHeight * 1.5);
      setSeen((now) => (now[0] === from && now[1] === to ? now : [from, to]));
      shown.value.scroll = scrollY; // not news for anybody, so not through the signal
      const first = wall.rows[within(wall.rows, -above, -above)[0]];
      monthInSight.value = first?.month ?? null;
      anchor.current = { id: above < 0 && first?.items ? shown.value.pictures[first.items[0].index]?.id : null, top: first?.top };
      if (-above + innerHeight * 3 > wall.bottom) more();
    };
    const soon = () => { asked ||= requestAnimationFrame(look); };
    look();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(asked);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
    };
  }, [wall, width]);
}

/** Back from a picture: where one was, with the picture one looked at last in sight. */
function restore(root, wall) {
  const { scroll, at } = shown.value;
  scrollTo(0, scroll);
  const row = wall.rows[rowOf(wall.rows, placeOf(at))];
  if (!row) return;
  const top = root.getBoundingClientRect().top + row.top;
  if (top < 0 || top + row.height > innerHeight) scrollBy(0, top - Math.max(0, innerHeight - row.height) / 2);
}

/** Pictures that came or went above, and another width, do not move what one is looking at. */
function keepPlace({ id, top }, wall) {
  const row = id && wall.rows[rowOf(wall.rows, placeOf(id))];
  if (row && row.top !== top) scrollBy(0, row.top - top);
}
