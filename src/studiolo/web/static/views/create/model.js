// What an engine can do with the model that is set: asked once for each, as it differs from model to model.
import { api, Problem } from "../../core/api.js";
import { signal, useEffect } from "../../core/html.js";
import { abilities, changes, engine } from "./draft.js";

/** What is wrong with the model that is set, or empty. */
export const wrongModel = signal("");

export function useModel() {
  const name = engine.value?.name;
  const { model } = changes.value;
  useEffect(() => {
    wrongModel.value = "";
    const spec = `${name}:${model}`;
    if (!name || !model || spec in abilities.value) return undefined;
    const stop = new AbortController();
    api.get(`/api/engines/image/${encodeURIComponent(name)}`, { model }, { signal: stop.signal }).then(
      ({ capabilities }) => (abilities.value = { ...abilities.value, [spec]: capabilities }),
      (error) => {
        if (error instanceof Problem) wrongModel.value = error.message;
        else if (error.name !== "AbortError") throw error;
      },
    );
    return () => stop.abort();
  }, [name, model]);
}
