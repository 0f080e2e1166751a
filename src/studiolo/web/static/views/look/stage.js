// The picture itself: fits the room, comes nearer by wheel, pinch, double click or keys, moves when near.
import { html, useRef, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { formatNumber, language, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { titleOf } from "../../components/titles.js";
import { NEAREST, useNearness } from "./nearness.js";

const t = words({
  en: { nearer: "Nearer", farther: "Farther", whole: "Whole picture", scale: "Zoom" },
  ko: { nearer: "확대", farther: "축소", whole: "전체 보기", scale: "배율" },
});
const STEP = 1.35;
const DOUBLE = 2.5;
const SWIPE_PX = 60;

export function Stage({ picture, onPrevious, onNext }) {
  const room = useRef(null);
  const image = useRef(null);
  const [here, setHere] = useState(false);
  const { scale, transform, handlers, nearer, whole } = useNearness({ room, element: image, drags: true });
  const double = (event) => (scale > 1 ? whole() : nearer(DOUBLE, event.clientX, event.clientY));
  useKeys([
    { keys: "+", does: t("nearer"), run: () => nearer(STEP) },
    { keys: "=", run: () => nearer(STEP) },
    { keys: "-", does: t("farther"), run: () => nearer(1 / STEP) },
    { keys: "0", does: t("whole"), run: whole },
  ], [language.value]);
  const swipe = useSwipe(() => scale === 1, onPrevious, onNext);
  return html`<div class="stage">
    <div class=${`stage-ground ${scale > 1 ? "near" : ""}`} ref=${room} ...${handlers} ...${swipe}>
      <img ref=${image} class=${`stage-picture ${here ? "checkered" : "awaited"}`} src=${picture.image_url} alt=${titleOf(picture)} onLoad=${() => setHere(true)} width=${picture.width} height=${picture.height}
        style=${{ "--ratio": picture.width / picture.height, backgroundImage: here ? undefined : `url(${picture.thumbnail_url})`, transform }} onDblClick=${double} draggable=${false} />
    </div>
    <div class="stage-zoom" role="group" aria-label=${t("scale")}>
      <${Button} kind="quiet" icon="zoom-out" label=${t("farther")} disabled=${scale <= 1} onClick=${() => nearer(1 / STEP)} />
      <button type="button" class="button quiet numbers" title=${t("whole")} onClick=${whole}>${formatNumber(scale, { style: "percent" })}</button>
      <${Button} kind="quiet" icon="zoom-in" label=${t("nearer")} disabled=${scale >= NEAREST} onClick=${() => nearer(STEP)} />
    </div>
  </div>`;
}

/** A finger that goes sideways over the whole picture turns the page. */
function useSwipe(active, onPrevious, onNext) {
  const start = useRef(null);
  return {
    onTouchStart: (event) => (start.current = event.touches.length === 1 && active() ? { x: event.touches[0].clientX, y: event.touches[0].clientY } : null),
    onTouchEnd: (event) => {
      if (!start.current || !active()) return;
      const x = event.changedTouches[0].clientX - start.current.x;
      const y = event.changedTouches[0].clientY - start.current.y;
      start.current = null;
      if (Math.abs(x) > SWIPE_PX && Math.abs(x) > 2 * Math.abs(y)) (x > 0 ? onPrevious : onNext)();
    },
  };
}
