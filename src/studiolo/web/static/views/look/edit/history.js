// What was done, and the way back and forth through it.
import { useState } from "../../../core/html.js";

/** {steps, add(step), undo, redo, canUndo, canRedo}; `onChange(steps)` hears of every change. */
export function useHistory(initial, onChange) {
  const [{ steps, undone }, setState] = useState({ steps: initial, undone: [] });
  const set = (next) => {
    setState(next);
    onChange(next.steps);
  };
  return {
    steps,
    canUndo: steps.length > 0,
    canRedo: undone.length > 0,
    add: (step) => set({ steps: [...steps, step], undone: [] }),
    undo: () => steps.length && set({ steps: steps.slice(0, -1), undone: [...undone, steps.at(-1)] }),
    redo: () => undone.length && set({ steps: [...steps, undone.at(-1)], undone: undone.slice(0, -1) }),
  };
}
