// Pictures hung in rows of one height, without measuring: the browser's own flex layout does it.
import { html } from "../core/html.js";
import { link } from "../core/router.js";
import { dragPicture } from "./files.js";
import { titleOf } from "./titles.js";

/** Width in pixels of a thumbnail: its longer side has 384. */
const thumbnailWidth = (ratio) => Math.round(384 * Math.min(1, ratio));

/** `row` is the wished height of a row in rem; `caption` gives what is said under the mouse. */
export function JustifiedWall({ label, pictures, row = 14, caption, appears = new Set() }) {
  return html`<ul class="justified" aria-label=${label}>
    ${pictures.map((picture) => {
      const ratio = Math.min(3, Math.max(0.4, picture.width / picture.height));
      return html`<li key=${picture.id} class=${`picture ${appears.has(picture.id) ? "appears" : ""}`} style=${{ flex: `${ratio} 1 ${ratio * row}rem`, aspectRatio: String(ratio) }}>
        <a href=${link(`/pictures/${picture.id}`)} draggable="true" onDragStart=${(event) => dragPicture(event, picture)}>
          <img src=${picture.thumbnail_url} srcset=${`${picture.thumbnail_url} ${thumbnailWidth(ratio)}w, ${picture.image_url} ${picture.width}w`} sizes=${`${Math.round(ratio * row * 16)}px`}
            width=${picture.width} height=${picture.height} alt=${titleOf(picture)} loading="lazy" decoding="async" draggable=${false} />
          ${caption && html`<span class="caption" aria-hidden="true">${caption(picture)}</span>`}
        </a>
      </li>`;
    })}
  </ul>`;
}
