// Parts of a view that are fetched when they are first shown: most visits need few of them.
import { Unreachable } from "../core/api.js";
import { html, useEffect, useState } from "../core/html.js";
import { sayProblem } from "./toasts.js";

/** A component that is not here yet: later(() => import("./ideas.js"), "Ideas"). */
export function later(load, name) {
  let part = null;
  return function Later(props) {
    const [Part, setPart] = useState(() => part);
    useEffect(() => {
      if (Part) return;
      load().then((module) => { part = module[name]; setPart(() => part); }, () => sayProblem(new Unreachable()));
    }, []);
    return Part && html`<${Part} ...${props} />`;
  };
}
