// The endless wall: only the rows one sees, and those nearly seen, are in the page.
import { html, useEffect, useLayoutEffect, useMemo, useRef, useSignalEffect, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { go } from "../../core/router.js";
import { formatDate, words } from "../../core/words.js";
import { hang, newWall, vertical, within } from "./rows.js";
import { choose, chooseAll, chooseNone, choosing, chosen } from "./selection.js";
import { more, shown } from "./source.js";
import { Tile } from "./tile.js";

const t = words({
  en: { pictures: "Pictures", move: "Move between pictures", choose: "Choose a picture", open: "Open the picture", all: "Choose all that are shown", none: "Choose none" },
  ko: { pictures: "그림", move: "그림 사이를 이동", choose: "그림 선택", open: "그림 열기", all: "보이는 그림 모두 선택", none: "선택 해제" },
});

export function Wall() {
  const { key, pictures, reasons, next, query } = shown.value;
  const root = useRef(null);
  const [width, setWidth] = useState(0);
  const [seen, setSeen] = useState([0, 0]);
  const [focused, setFocused] = useState(0);
  const wall = useWall(key, width, pictures, { captions: Boolean(query.q), months: !query.q, complete: !next });

  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(root.current);
    return () => watch.disconnect();
  }, []);
  useScroll(root, wall, setSeen, width);
  useWallKeys(wall, pictures, focused, setFocused, root);

  const focusedRow = wall.rows.findIndex((row) => row.items?.some((item) => item.index === focused));
  const numbers = new Set(wall.rows.slice(seen[0], seen[1] + 1).map((_, offset) => seen[0] + offset));
  if (focusedRow >= 0) numbers.add(focusedRow); // the keyboard's place stays in the page when it is scrolled away
  return html`<div class=${`wall ${choosing.value ? "choosing" : ""}`} ref=${root} role="list" aria-label=${t("pictures")} style=${{ height: `${wall.bottom}px` }}>
    ${[...numbers].sort((a, b) => a - b).map((number) => html`<${Row} key=${number} row=${wall.rows[number]} pictures=${pictures} reasons=${reasons}
      focused=${focused} onFocus=${setFocused} />`)}
  </div>`;
}

function Row({ row, pictures, reasons, focused, onFocus }) {
  if (row.kind === "month") {
    const month = formatDate(`${row.month}-15T12:00:00Z`, { year: "numeric", month: "long" });
    return html`<div class="wall-month" role="presentation" style=${{ top: `${row.top}px` }}><h2>${month}</h2></div>`;
  }
  return row.items.map(({ index, left, width }) => pictures[index] && html`<${Tile} key=${pictures[index].id} picture=${pictures[index]} index=${index}
    reason=${reasons.get(pictures[index].id)} current=${index === focused} chosen=${chosen.value.has(pictures[index].id)} onFocus=${onFocus}
    onChoose=${choose} top=${row.top} left=${left} width=${width} height=${row.imageHeight} />`);
}

/** The layout; laid out anew only for another width or another question, else continued. */
function useWall(key, width, pictures, { captions, months, complete }) {
  const kept = useRef(null);
  return useMemo(() => {
    const height = width < 600 ? 160 : Math.min(260, 180 + width / 20);
    const grown = kept.current?.key === key && kept.current.wall.width === width && pictures.length >= kept.current.pictures.length
      && kept.current.pictures.every((picture, index) => picture.id === pictures[index].id) && !kept.current.complete;
    const wall = grown ? kept.current.wall : newWall(Math.max(width, 200), height, { captions, months });
    hang(wall, pictures, complete);
    kept.current = { key, wall, pictures, complete };
    return { ...wall };
  }, [key, width, pictures, captions, months, complete]);
}

function useScroll(root, wall, setSeen, width) {
  const first = useRef(true);
  useLayoutEffect(() => {
    if (!width) return undefined;
    if (first.current && shown.value.scroll) scrollTo(0, shown.value.scroll);
    first.current = false;
    let asked = 0;
    const look = () => {
      asked = 0;
      const above = root.current.getBoundingClientRect().top;
      const [from, to] = within(wall.rows, -above - innerHeight / 2, -above + innerHeight * 1.5);
      setSeen((now) => (now[0] === from && now[1] === to ? now : [from, to]));
      shown.value.scroll = scrollY; // not news for anybody, so not through the signal
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

function useWallKeys(wall, pictures, focused, setFocused, root) {
  const now = useRef(null);
  now.current = { wall, pictures, focused };
  const moved = useRef(false);
  useEffect(() => {
    if (!moved.current) return;
    moved.current = false;
    const tile = root.current.querySelector(`[data-index="${focused}"]`);
    tile?.focus();
    tile?.scrollIntoView({ block: "nearest" });
  }, [focused]);
  const inside = (event) => root.current.contains(event.target) || event.target === document.body || event.target.id === "room";
  const step = (find) => (event) => {
    const { wall: rows, focused: at, pictures: all } = now.current;
    const target = find(rows.rows, at);
    if (!inside(event) || target === null || target < 0 || target >= all.length) return;
    moved.current = true;
    setFocused(target);
  };
  const current = () => now.current.pictures[now.current.focused];
  useKeys([
    { keys: "ArrowRight", does: t("move"), run: step((_, at) => at + 1) },
    { keys: "ArrowLeft", run: step((_, at) => at - 1) },
    { keys: "ArrowDown", run: step((rows, at) => vertical(rows, at, 1)) },
    { keys: "ArrowUp", run: step((rows, at) => vertical(rows, at, -1)) },
    { keys: "o", does: t("open"), run: () => current() && go(`/pictures/${current().id}`) },
    { keys: "x", does: t("choose"), run: () => current() && choose(current().id, now.current.focused) },
    { keys: "mod+a", does: t("all"), run: chooseAll },
    { keys: "Escape", does: t("none"), run: chooseNone },
  ]);
}
