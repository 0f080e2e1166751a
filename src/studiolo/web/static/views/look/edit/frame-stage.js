// The picture with a frame around it, whose edges are pulled by mouse, finger or arrow keys.
import { html, useRef } from "../../../core/html.js";
import { titleOf } from "../../../components/titles.js";
import { useBox } from "./fit.js";
import { SIDES } from "./frame.js";
import { t } from "./words.js";

/** Of the room; the rest is there to pull into. */
const SHOWN = 0.78;
const OUTWARDS = { left: ["ArrowLeft", "ArrowRight"], right: ["ArrowRight", "ArrowLeft"], top: ["ArrowUp", "ArrowDown"], bottom: ["ArrowDown", "ArrowUp"] };
const CORNERS = [["left", "top"], ["right", "top"], ["left", "bottom"], ["right", "bottom"]];

/** `frame` is what plan() gave for `margins`; `step` is how far an arrow key pulls, `most` how far one can. */
export function FrameStage({ picture, frame, margins, step, most, onMargins }) {
  const [room, box] = useBox();
  const pull = useRef(null);
  const view = box && (pull.current?.view ?? fitted(box, frame));
  const clamp = (pixels) => Math.round(Math.min(most, Math.max(0, pixels)));
  const down = (sides) => (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pull.current = { sides, view, margins, x: event.clientX, y: event.clientY };
  };
  const move = (event) => {
    const now = pull.current;
    if (!now) return;
    const by = { left: now.x - event.clientX, right: event.clientX - now.x, top: now.y - event.clientY, bottom: event.clientY - now.y };
    onMargins({ ...margins, ...Object.fromEntries(now.sides.map((side) => [side, clamp(now.margins[side] + by[side] / now.view.scale)])) });
  };
  const up = () => {
    if (!pull.current) return;
    pull.current = null;
    onMargins({ ...margins }); // the room shows all of it again
  };
  const keys = (side) => (event) => {
    const way = { [OUTWARDS[side][0]]: 1, [OUTWARDS[side][1]]: -1 }[event.key];
    const to = way ? margins[side] + way * step : { Home: 0, End: most }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onMargins({ ...margins, [side]: clamp(to) });
  };
  const hand = (sides) => ({ onPointerDown: down(sides), onPointerMove: move, onPointerUp: up, onPointerCancel: up });
  return html`<div class="edit-ground extend-ground" ref=${room}>${view && html`
    <div class="extend-frame" style=${placedIn(view, frame)}>
      <img src=${picture.image_url} alt=${titleOf(picture)} style=${innerOf(frame)} draggable=${false} />
      ${SIDES.map((side) => html`<div key=${side} class=${`extend-handle ${side}`} role="slider" tabindex="0" aria-orientation=${side === "left" || side === "right" ? "horizontal" : "vertical"}
        aria-label=${t(side)} aria-valuemin="0" aria-valuemax=${most} aria-valuenow=${margins[side]} aria-valuetext=${t("edge", { side: t(side), pixels: margins[side] })} onKeyDown=${keys(side)} ...${hand([side])}></div>`)}
      ${CORNERS.map((sides) => html`<div key=${sides.join()} class=${`extend-corner ${sides.join(" ")}`} aria-hidden="true" title=${t("corner")} ...${hand(sides)}></div>`)}
    </div>`}
  </div>`;
}

/** How the frame is shown in its room: pixels of the room for each of the picture, and where the picture's corner is. */
function fitted(box, frame) {
  const painted = Math.min((box.width * SHOWN) / frame.width, (box.height * SHOWN) / frame.height);
  const left = (box.width - frame.width * painted) / 2 + frame.x * painted;
  const top = (box.height - frame.height * painted) / 2 + frame.y * painted;
  return { scale: painted * frame.scale, left, top };
}

function placedIn(view, frame) {
  const painted = view.scale / frame.scale;
  return { left: `${view.left - frame.x * painted}px`, top: `${view.top - frame.y * painted}px`, width: `${frame.width * painted}px`, height: `${frame.height * painted}px` };
}

const percent = (part, whole) => `${(100 * part) / whole}%`;
const innerOf = ({ x, y, inner, width, height }) => ({ left: percent(x, width), top: percent(y, height), width: percent(inner.width, width), height: percent(inner.height, height) });
