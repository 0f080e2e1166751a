// How large something of a shape is when it fits its room.
import { useLayoutEffect, useRef, useState } from "../../../core/html.js";

/** [ref of an element, its {width, height} in CSS pixels, or null before it is known]. */
export function useBox() {
  const room = useRef(null);
  const [box, setBox] = useState(null);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setBox({ width: contentRect.width, height: contentRect.height }));
    observer.observe(room.current);
    return () => observer.disconnect();
  }, []);
  return [room, box];
}

/** [ref of the room, {width, height} of what has this shape and fits in, or null before it is known]. */
export function useFit(width, height) {
  const [room, box] = useBox();
  if (!box) return [room, null];
  const scale = Math.min(box.width / width, box.height / height);
  return [room, { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) }];
}

export const styleOf = (size) => (size ? { width: `${size.width}px`, height: `${size.height}px` } : {});
