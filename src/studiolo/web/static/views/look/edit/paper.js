import { html } from "../../../core/html.js";
import { titleOf } from "../../../components/titles.js";
import { styleOf, useFit } from "./fit.js";

/** The picture as it is, where nothing is drawn on it. */
export function Paper({ picture }) {
  const [room, size] = useFit(picture.width, picture.height);
  return html`<div class="edit-ground" ref=${room}><div class="edit-paper checkered" style=${styleOf(size)}>
    <img src=${picture.image_url} alt=${titleOf(picture)} width=${picture.width} height=${picture.height} draggable=${false} />
  </div></div>`;
}
