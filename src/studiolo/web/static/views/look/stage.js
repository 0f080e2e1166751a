// The picture itself: fits the room, comes nearer by wheel, pinch, double click or keys, moves when near.
import { html, useEffect, useRef, useState } from "../../core/html.js";
import { useKeys } from "../../core/keys.js";
import { formatNumber, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import Panzoom from "../../vendor/panzoom.js";

const t = words({
  en: { nearer: "Nearer", farther: "Farther", whole: "Whole picture", scale: "Zoom" },
  ko: { nearer: "확대", farther: "축소", whole: "전체 보기", scale: "배율" },
});
const MOST = 8;
const SWIPE_PX = 60;

export function Stage({ picture, onPrevious, onNext }) {
  const image = useRef(null);
  const zoom = useRef(null);
  const [scale, setScale] = useState(1);
  useEffect(() => {
    const element = image.current;
    const ground = element.parentElement;
    const panzoom = Panzoom(element, { maxScale: MOST, minScale: 1, panOnlyWhenZoomed: true, cursor: "zoom-in" });
    zoom.current = panzoom;
    const wheel = (event) => panzoom.zoomWithWheel(event);
    const changed = () => {
      const now = panzoom.getScale();
      setScale(now);
      const { x, y } = panzoom.getPan();
      if (now === 1 && (x || y)) panzoom.pan(0, 0, { force: true, silent: true }); // the whole picture hangs in the middle
      panzoom.setOptions({ cursor: now > 1 ? "grab" : "zoom-in" });
    };
    ground.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("panzoomchange", changed);
    return () => {
      ground.removeEventListener("wheel", wheel);
      element.removeEventListener("panzoomchange", changed);
      panzoom.destroy();
    };
  }, []);
  const nearer = () => zoom.current.zoomIn();
  const farther = () => zoom.current.zoomOut();
  const whole = () => zoom.current.reset();
  const double = (event) => (scale > 1 ? whole() : zoom.current.zoomToPoint(2.5, event, { animate: true }));
  useKeys([
    { keys: "+", does: t("nearer"), run: nearer },
    { keys: "=", run: nearer },
    { keys: "-", does: t("farther"), run: farther },
    { keys: "0", does: t("whole"), run: whole },
  ]);
  const swipe = useSwipe(() => scale === 1, onPrevious, onNext);
  return html`<div class="stage">
    <div class="stage-ground" ...${swipe}>
      <img ref=${image} class="stage-picture" src=${picture.image_url} alt=${picture.prompt} width=${picture.width} height=${picture.height}
        style=${{ backgroundImage: `url(${picture.thumbnail_url})` }} onDblClick=${double} draggable=${false} />
    </div>
    <div class="stage-zoom" role="group" aria-label=${t("scale")}>
      <${Button} kind="quiet" icon="zoom-out" label=${t("farther")} disabled=${scale <= 1} onClick=${farther} />
      <button type="button" class="button quiet numbers" title=${t("whole")} onClick=${whole}>${formatNumber(scale, { style: "percent" })}</button>
      <${Button} kind="quiet" icon="zoom-in" label=${t("nearer")} disabled=${scale >= MOST} onClick=${nearer} />
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
