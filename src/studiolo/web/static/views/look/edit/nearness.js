// Nearer by wheel or two fingers, around the place they are at; two fingers also move what is near.
import { useEffect, useRef, useState } from "../../../core/html.js";

const NEAREST = 8;
const WHEEL_SPEED = 0.0016;
const WHOLE = { scale: 1, x: 0, y: 0 };

/** {transform, handlers} for the room of `target`; `onPinch` is called when a second finger comes. */
export function useNearness(target, onPinch) {
  const [view, setView] = useState(WHOLE);
  const fingers = useRef(new Map());
  /** Scale by `factor` around a place on the screen, then move by pixels. */
  const change = (factor, clientX, clientY, moveX = 0, moveY = 0) => {
    const box = target.current.getBoundingClientRect();
    const [fromX, fromY] = [clientX - (box.left + box.width / 2), clientY - (box.top + box.height / 2)];
    setView((now) => {
      const scale = Math.min(NEAREST, Math.max(1, now.scale * factor));
      if (scale === 1) return WHOLE;
      const by = scale / now.scale - 1;
      return { scale, x: now.x - fromX * by + moveX, y: now.y - fromY * by + moveY };
    });
  };
  useEffect(() => {
    const room = target.current.parentElement.parentElement;
    const wheel = (event) => {
      event.preventDefault();
      change(Math.exp(-event.deltaY * WHEEL_SPEED * (event.deltaMode === 1 ? 20 : 1)), event.clientX, event.clientY);
    };
    room.addEventListener("wheel", wheel, { passive: false });
    return () => room.removeEventListener("wheel", wheel);
  }, []);
  const middle = () => {
    const [a, b] = [...fingers.current.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  const down = (event) => {
    if (event.pointerType !== "touch") return;
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (fingers.current.size === 2) onPinch();
  };
  const move = (event) => {
    if (!fingers.current.has(event.pointerId)) return;
    const two = fingers.current.size === 2;
    const before = two && middle();
    fingers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (!two) return;
    const after = middle();
    change(after.apart / Math.max(1, before.apart), after.x, after.y, after.x - before.x, after.y - before.y);
  };
  const up = (event) => fingers.current.delete(event.pointerId);
  return {
    transform: view.scale === 1 ? "" : `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
    handlers: { onPointerDownCapture: down, onPointerMove: move, onPointerUpCapture: up, onPointerCancelCapture: up },
  };
}
