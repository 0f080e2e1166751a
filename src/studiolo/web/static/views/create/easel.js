// One painting on its way: its newest preview, what is being done, how far it is.
import { html, useEffect, useState } from "../../core/html.js";
import { link } from "../../core/router.js";
import { formatSeconds } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { dragPicture } from "../../components/files.js";
import { titleOf, typedTitleOf } from "../../components/titles.js";
import { stageOf, t } from "./words.js";

/** The newest of a row of pictures, each faded over the one before once it is decoded. */
function Crossfade({ source, alt }) {
  const [layers, setLayers] = useState([]);
  useEffect(() => {
    if (!source) return undefined;
    let wanted = true;
    const image = new Image();
    image.src = source;
    // A preview that is no longer there was overtaken by the next one.
    image.decode().then(() => wanted && setLayers((before) => [...before.slice(-1), source]), () => {});
    return () => (wanted = false);
  }, [source]);
  return layers.map((each, index) => html`<img key=${each} class="layer" src=${each} alt=${index === layers.length - 1 ? alt : ""} />`);
}

const beginning = (request) => (request.init_image?.startsWith("sha256:") ? `/api/sources/${request.init_image.slice(7)}` : null);

function Line({ job, onCancel }) {
  const { progress, count = 1 } = job;
  const percent = progress ? Math.round(progress.fraction * 100) : 0;
  const parts = progress
    ? [count > 1 && t("picture", { n: progress.index + 1, count }), stageOf(progress.stage), progress.total > 1 && t("stepOf", progress)]
    : [t("starting")];
  return html`<div class="line">
    <div class="row apart small soft numbers">
      <span>${parts.filter(Boolean).join(" · ")}</span>
      <span>${progress?.seconds_left >= 0.5 && t("left", { time: formatSeconds(progress.seconds_left) })}</span>
    </div>
    <div class="bar" role="progressbar" aria-label=${titleOf(job)} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}><span style=${{ width: `${percent}%` }}></span></div>
    <div class="row apart nowrap">
      <p class="words serif">${typedTitleOf(job)}</p>
      <${Button} icon="x" onClick=${onCancel}>${t("cancel")}<//>
    </div>
  </div>`;
}

export function Easel({ job, onCancel }) {
  const { width, height } = job.request;
  const source = job.progress?.preview_url ?? beginning(job.request);
  return html`<article class="easel" style=${{ "--ratio": width && height ? String(width / height) : "1" }}>
    <div class="picture canvas"><${Crossfade} source=${source} alt=${t("preview", { prompt: titleOf(job) })} /></div>
    <${Line} job=${job} onCancel=${onCancel} />
  </article>`;
}

/** What was painted last, as large as it was while it was painted. */
export function Finished({ picture }) {
  return html`<article class="easel" style=${{ "--ratio": String(picture.width / picture.height) }}>
    <a class=${`picture canvas ${picture.request.remove_background ? "checkered" : ""}`} href=${link(`/pictures/${picture.id}`)} draggable="true" onDragStart=${(event) => dragPicture(event, picture)}>
      <img class="layer" src=${picture.image_url} width=${picture.width} height=${picture.height} alt=${titleOf(picture)} draggable=${false} />
    </a>
    <div class="row apart nowrap"><p class="words serif">${typedTitleOf(picture)}</p><span class="small soft numbers">${picture.seed != null && t("seedOf", { seed: picture.seed })}</span></div>
    ${picture.notes.length > 0 && html`<p class="small soft easel-notes" title=${picture.notes.join(" ")}>${picture.notes.join(" ")}</p>`}
  </article>`;
}

/** Another one, on another device. */
export function Running({ job, onCancel }) {
  return html`<article class="running"><${Line} job=${job} onCancel=${onCancel} /></article>`;
}
