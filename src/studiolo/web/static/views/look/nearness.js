// A picture comes nearer by wheel or two fingers, around the place they are at, and is moved when it is near.
import { useEffect, useRef, useState } from "../../core/html.js";

export const NEAREST = 8;
const WHEEL_SPEED = 0.0016;
/** A trackpad's pinch comes as small turns of the wheel with Ctrl. */
const PINCH_SPEED = 0.01;
const LINE_PX = 20;
const WHOLE = { scale: 1, x: 0, y: 0 };

/**
 * {scale, transform, handlers, nearer(factor, clientX?, clientY?), whole} of `element` in `room`, both refs. With
 * `drags`, one finger or the mouse moves it; `onPinch` is called when a second finger comes.
 */
export function useNearness({ room, element, drags = false, onPinch = () => {} }) {
  const [view, setView] = useState(WHOLE);
  const fingers = useRef(new Map());
  /** Scale by `factor` around a place on the screen, then move by pixels, but not out of the room. */
  const change = (factor, clientX, clientY, moveX = 0, moveY = 0) => {
    const box = element.current.getBoundingClientRect();
    const [fromX, fromY] = [clientX - (box.left + box.width / 2), clientY - (box.top + box.height / 2)];
    const { offsetWidth: width, offsetHeight: height } = element.current;
    const { clientWidth: roomWidth, clientHeight: roomHeight } = room.current;
    setView((now) => {
      const scale = Math.min(NEAREST, Math.max(1, now.scale * factor));
      if (scale === 1) return WHOLE;
      const by = scale / now.scale - 1;
      return { scale, x: kept(now.x - fromX * by + moveX, width * scale, roomWidth), y: kept(now.y - fromY * by + moveY, height * scale, roomHeight) };
    });
  };
  const nearer = (factor, clientX, clientY) => {
    const box = room.current.getBoundingClientRect();
    change(factor, clientX ?? box.left + box.width / 2, clientY ?? box.top + box.height / 2);
  };
  useEffect(() => {
    const ground = room.current;
    const wheel = (event) => {
      event.preventDefault();
      const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1);
      change(Math.exp(-pixels * (event.ctrlKey ? PINCH_SPEED : WHEEL_SPEED)), event.clientX, event.clientY);
    };
    ground.addEventListener("wheel", wheel, { passive: false });
    return () => ground.removeEventListener("wheel", wheel);
  }, []);
  return { scale: view.scale, transform: view.scale === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${view.scale})`, nearer, whole: () => setView(WHOLE), handlers: handlersOf({ fingers: fingers.current, drags, change, onPinch }) };
}

/** Where the middle may be, so that no ground shows on one side while the picture goes on at the other. */
const kept = (at, size, room) => Math.min(Math.max(0, (size - room) / 2), Math.max(-Math.max(0, (size - room) / 2), at));

function handlersOf({ fingers, drags, change, onPinch }) {
  const middle = () => {
    const all = [...fingers.values()];
    const x = all.reduce((sum, each) => sum + each.x, 0) / all.length;
    const y = all.reduce((sum, each) => sum + each.y, 0) / all.length;
    return { x, y, apart: all.length > 1 ? Math.max(1, Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y)) : 1 };
  };
  const down = (event) => {
    if (event.pointerType !== "touch" && !(drags && event.button === 0)) return;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 2) onPinch();
  };
  const move = (event) => {
    if (!fingers.has(event.pointerId)) return;
    const before = middle();
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.size === 1 && !drags) return;
    const after = middle();
    change(after.apart / before.apart, after.x, after.y, after.x - before.x, after.y - before.y);
  };
  const up = (event) => fingers.delete(event.pointerId);
  return { onPointerDownCapture: down, onPointerMove: move, onPointerUpCapture: up, onPointerCancelCapture: up, onPointerLeave: up };
}
