// A size that was refused, and the nearest one: one press takes it and paints.
import { html } from "../../core/html.js";
import { Button } from "../../components/button.js";
import { change } from "./draft.js";
import { retry } from "./paint.js";
import { t } from "./words.js";

/** How the server's hint names it; `round_size` is the field that would take it unseen. */
const NEAREST = /(\d+)x(\d+); round_size/;

export function Rounding({ problem }) {
  const found = NEAREST.exec(problem.hint);
  if (!found) return null;
  const [width, height] = found.slice(1).map(Number);
  const take = () => {
    change({ width, height });
    retry();
  };
  return html`<div><${Button} icon="scaling" onClick=${take}>${t("takeNearest", { width, height })}<//></div>`;
}
