// The keyboard on the wall: arrows go from picture to picture.
import { useLayoutEffect, useRef } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { go } from "../../core/router.js";
import { language, words } from "../../core/words.js";
import { vertical } from "./rows.js";
import { choose, chooseAll, chooseNone } from "./selection.js";
import { placeOf, shown } from "./source.js";

const t = words({
  en: { move: "Move between pictures", choose: "Choose a picture", open: "Open the picture", all: "Choose all that are shown", none: "Choose none", range: "Choose up to this picture" },
  ko: { move: "그림 사이를 이동", choose: "그림 선택", open: "그림 열기", all: "보이는 그림 모두 선택", none: "선택 해제", range: "이 그림까지 선택" },
});

/** Keys of the wall while it is shown; gives what moves the current place to a picture's number. */
export function useWallKeys(root, wall, pictures, current, setAt) {
  const now = useRef(null);
  now.current = { wall, pictures, current };
  const moved = useRef(placeOf(shown.value.at) !== undefined); // back from a picture, the keyboard goes on there
  // As soon as it is drawn: a focus that comes after the next key would take that key's step back.
  useLayoutEffect(() => {
    if (!moved.current) return;
    const tile = root.current.querySelector(`[data-index="${current}"]`);
    if (!tile) return;
    moved.current = false;
    tile.focus({ preventScroll: true });
    tile.scrollIntoView({ block: "nearest" });
  }, [current, wall]);
  const goTo = (index) => {
    now.current.current = index; // keys come faster than the wall is drawn
    shown.value.at = now.current.pictures[index].id;
    setAt(shown.value.at);
  };
  const inside = (event) => root.current.contains(event.target) || event.target === document.body || event.target.id === "room";
  const step = (find) => (event) => {
    const target = find(now.current.wall.rows, now.current.current);
    if (!inside(event) || target === null || target < 0 || target >= now.current.pictures.length) return;
    moved.current = true;
    goTo(target);
  };
  const here = () => now.current.pictures[now.current.current];
  const pick = (range) => () => here() && choose(here().id, now.current.current, { range });
  useKeys([
    { keys: "ArrowRight", does: t("move"), run: step((_, at) => at + 1) },
    { keys: "ArrowLeft", run: step((_, at) => at - 1) },
    { keys: "ArrowDown", run: step((rows, at) => vertical(rows, at, 1)) },
    { keys: "ArrowUp", run: step((rows, at) => vertical(rows, at, -1)) },
    { keys: "o", does: t("open"), run: () => here() && go(`/pictures/${here().id}`) },
    { keys: "x", does: t("choose"), run: pick(false) },
    { keys: "shift+X", does: t("range"), run: pick(true) },
    { keys: "mod+a", does: t("all"), run: chooseAll },
    { keys: "Escape", does: t("none"), run: chooseNone },
  ], [language.value]);
  return goTo;
}
