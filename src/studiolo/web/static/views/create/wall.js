// What was painted last, or, where nothing was yet, how to begin.
import { html, useEffect } from "../../core/html.js";
import { link } from "../../core/router.js";
import { activeJobs } from "../../core/state.js";
import { Icon } from "../../components/icon.js";
import { JustifiedWall } from "../../components/justified.js";
import { typedTitleOf } from "../../components/titles.js";
import { Welcome } from "./welcome.js";
import { arrived, fresh, wall, watchWall } from "./pictures.js";
import { t } from "./words.js";

const caption = (picture) => html`<span>${typedTitleOf(picture)}</span>${picture.seed != null && html`<span class="numbers">${t("seedOf", { seed: picture.seed })}</span>`}`;

export function Wall() {
  useEffect(watchWall, []);
  if (!wall.value) return null;
  const pictures = wall.value.filter((picture) => picture !== fresh.value);
  if (wall.value.length === 0) return activeJobs.value.length ? null : html`<${Welcome} />`;
  return html`<section class="wall" aria-labelledby="wall-title">
    <h2 id="wall-title" class="visually-hidden">${t("wall")}</h2>
    <${JustifiedWall} label=${t("wall")} pictures=${pictures} caption=${caption} appears=${arrived} />
    <p class="all"><a href=${link("/gallery")}>${t("all")}<${Icon} name="arrow-right" /></a></p>
  </section>`;
}
