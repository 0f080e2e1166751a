// The picture with its mask, drawn on by mouse, pen, finger or, as a rectangle, by the arrow keys.
import { html, useEffect, useLayoutEffect, useRef } from "../../../core/html.js";
import { formatNumber } from "../../../core/words.js";
import { theme } from "../../../core/state.js";
import { useNearness } from "../nearness.js";
import { styleOf, useFit } from "./fit.js";
import { drawn, drawOperation, drawSegment } from "./mask.js";
import { veil } from "./veil.js";
import { t } from "./words.js";

const SHARPEST = 1.5;
const KEY_STEP = 0.05;

/** `brush` is {tool: "paint" | "erase" | "rectangle" | "words", size}; `rectangle` is what the rectangle tool holds. */
export function Surface({ picture, operations, share, brush, rectangle, onOperation, onRectangle, onMark }) {
  const [room, size] = useFit(picture.width, picture.height);
  const paper = useRef(null);
  const canvas = useRef(null);
  const ring = useRef(null);
  const drawing = useDrawing({ canvas, picture, size, operations, brush, onOperation, onRectangle });
  const near = useNearness({ room, element: paper, onPinch: drawing.drop });
  const keys = (event) => {
    if (brush.tool !== "rectangle") return;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") onMark(false);
    else onRectangle(event.shiftKey ? resized(rectangle, by, picture) : moved(rectangle, by, picture));
  };
  const follow = (event) => {
    if (!ring.current) return;
    const box = canvas.current.getBoundingClientRect();
    const side = brush.size * (box.width / picture.width);
    const ground = room.current.getBoundingClientRect();
    ring.current.style.cssText = `width:${side}px;height:${side}px;translate:${event.clientX - ground.left - side / 2}px ${event.clientY - ground.top - side / 2}px`;
    ring.current.hidden = event.pointerType === "touch";
  };
  const leave = () => ring.current && (ring.current.hidden = true);
  const percent = formatNumber(share, { style: "percent", maximumFractionDigits: 1 });
  const about = `${t("surface", { share: percent })} ${t({ rectangle: "rectangleHow", words: "wordsHow" }[brush.tool] ?? "how")}`;
  return html`<div class="edit-ground" ref=${room} ...${near.handlers} onPointerMove=${(event) => { follow(event); near.handlers.onPointerMove(event); }} onPointerLeave=${(event) => { leave(); near.handlers.onPointerLeave(event); }}>
    <div class="edit-paper" ref=${paper} style=${{ ...styleOf(size), transform: near.transform }}>
      <img src=${picture.image_url} alt="" width=${picture.width} height=${picture.height} draggable=${false} />
      <canvas ref=${canvas} class=${brush.tool} tabindex="0" role="application" aria-label=${about} onKeyDown=${keys} ...${drawing.handlers}></canvas>
      ${brush.tool === "rectangle" && html`<div class="edit-rectangle" style=${boxOf(rectangle, picture)}></div>`}
    </div>
    ${(brush.tool === "paint" || brush.tool === "erase") && html`<div class="edit-ring" ref=${ring} hidden></div>`}
  </div>`;
}

const boxOf = ({ x, y, width, height }, picture) => ({
  left: `${(100 * x) / picture.width}%`, top: `${(100 * y) / picture.height}%`, width: `${(100 * width) / picture.width}%`, height: `${(100 * height) / picture.height}%`,
});
const within = (value, lowest, highest) => Math.round(Math.min(highest, Math.max(lowest, value)));
const stepOf = (picture) => [Math.max(1, Math.round(picture.width * KEY_STEP)), Math.max(1, Math.round(picture.height * KEY_STEP))];

function moved(rectangle, [x, y], picture) {
  const [stepX, stepY] = stepOf(picture);
  return { ...rectangle, x: within(rectangle.x + x * stepX, 0, picture.width - rectangle.width), y: within(rectangle.y + y * stepY, 0, picture.height - rectangle.height) };
}

function resized(rectangle, [x, y], picture) {
  const [stepX, stepY] = stepOf(picture);
  return { ...rectangle, width: within(rectangle.width + x * stepX, 1, picture.width - rectangle.x), height: within(rectangle.height + y * stepY, 1, picture.height - rectangle.y) };
}

/** The hand on the canvas: what is being drawn is seen at once, and given on when the hand is lifted. */
function useDrawing({ canvas, picture, size, operations, brush, onOperation, onRectangle }) {
  const state = useRef({});
  const now = state.current;
  const redraw = () => {
    now.waiting ??= requestAnimationFrame(() => {
      now.waiting = null;
      now.paint?.(canvas.current.getContext("2d"), now.mask);
    });
  };
  useEffect(() => () => cancelAnimationFrame(now.waiting), []);
  useLayoutEffect(() => {
    if (!size) return;
    const density = Math.min(devicePixelRatio, SHARPEST);
    now.mask = drawn(operations, picture, Math.max(size.width, size.height) * density);
    const { width, height } = now.mask;
    Object.assign(canvas.current, { width, height });
    now.paint = veil({ width, height }, { tint: getComputedStyle(canvas.current).getPropertyValue("--accent"), density });
    redraw();
  }, [operations, size?.width, size?.height, picture.id, theme.value]);
  const point = (event) => {
    const box = canvas.current.getBoundingClientRect();
    const scale = picture.width / box.width;
    const pressure = event.pointerType === "pen" && event.pressure > 0 ? 2 * event.pressure : 1;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale, Math.max(1, brush.size * pressure)].map((value) => Math.round(value * 10) / 10);
  };
  const down = (event) => {
    if (event.button !== 0 || !event.isPrimary || brush.tool === "words") return;
    canvas.current.setPointerCapture(event.pointerId);
    now.points = [point(event)];
    if (brush.tool === "rectangle") return;
    drawOperation(now.mask.getContext("2d"), stroke(), picture);
    redraw();
  };
  const stroke = () => ({ kind: "stroke", erase: brush.tool === "erase", points: now.points });
  const move = (event) => {
    if (!now.points || !event.isPrimary) return;
    if (brush.tool === "rectangle") return onRectangle(between(now.points[0], point(event), picture));
    const context = now.mask.getContext("2d");
    context.globalCompositeOperation = brush.tool === "erase" ? "destination-out" : "source-over";
    for (const each of event.getCoalescedEvents?.() ?? [event]) {
      const next = point(each);
      drawSegment(context, now.points.at(-1), next);
      now.points.push(next);
    }
    context.globalCompositeOperation = "source-over";
    redraw();
  };
  const up = () => {
    if (now.points && brush.tool !== "rectangle") onOperation(stroke());
    now.points = null;
  };
  /** Two fingers are no brush: what the first one drew is taken back. */
  const drop = () => {
    if (!now.points) return;
    now.points = null;
    now.mask = drawn(operations, picture, Math.max(now.mask.width, now.mask.height));
    redraw();
  };
  return { drop, handlers: { onPointerDown: down, onPointerMove: move, onPointerUp: up, onPointerCancel: drop } };
}

function between([x1, y1], [x2, y2], { width, height }) {
  const [left, right] = [within(Math.min(x1, x2), 0, width - 1), within(Math.max(x1, x2), 1, width)];
  const [top, bottom] = [within(Math.min(y1, y2), 0, height - 1), within(Math.max(y1, y2), 1, height)];
  return { x: left, y: top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}
