// The editing tools, fetched when the first one is used: #/pictures/ID?tool=brush.
import { useEffect, useState } from "../../core/html.js";
import { Unreachable } from "../../core/api.js";
import { go } from "../../core/router.js";

const STYLE = "/static/style/edit.css";
/** In the order they are offered, where an engine does one of the tasks. */
export const TOOLS = [
  { name: "brush", icon: "brush", tasks: ["inpainting"] },
  { name: "extend", icon: "expand", tasks: ["outpainting", "inpainting"] },
  { name: "enlarge", icon: "scaling", tasks: ["upscaling"] },
  { name: "cutout", icon: "scissors", tasks: ["background-removal"] },
];
const LOADS = {
  brush: () => import("./edit/brush.js").then(({ Brush }) => Brush),
  cutout: () => import("./edit/cutout.js").then(({ Cutout }) => Cutout),
  enlarge: () => import("./edit/enlarge.js").then(({ Enlarge }) => Enlarge),
  extend: () => import("./edit/extend.js").then(({ Extend }) => Extend),
};
/** The picture whose tool was opened from its page: leaving goes back there. */
let opened = null;

function style() {
  if (document.querySelector(`link[href="${STYLE}"]`)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const sheet = document.createElement("link");
    Object.assign(sheet, { rel: "stylesheet", href: STYLE, onload: resolve, onerror: () => reject(new Unreachable()) });
    document.head.append(sheet);
  });
}

/** {Tool} once it is there, or {problem}; nothing for no name. */
export function useTool(name) {
  const [found, setFound] = useState({});
  useEffect(() => {
    let here = true;
    if (name in LOADS && found.name !== name) {
      Promise.all([LOADS[name](), style()]).then(([Tool]) => here && setFound({ name, Tool }), () => here && setFound({ name, problem: new Unreachable() }));
    }
    return () => (here = false);
  }, [name]);
  return found.name === name ? found : {};
}

export const isTool = (name) => name in LOADS;

export function openTool(id, name) {
  opened = id;
  go(`/pictures/${id}`, { tool: name });
}

export function closeTool(id) {
  if (opened === id) history.back();
  else go(`/pictures/${id}`, {}, { replace: true });
  opened = null;
}
