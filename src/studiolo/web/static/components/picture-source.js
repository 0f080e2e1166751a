// Where one picture is given: dropped here, chosen, from the gallery, or by its address.
import { html, useRef, useState } from "../core/html.js";
import { formatNumber, words } from "../core/words.js";
import { Button } from "./button.js";
import { dropped, isPictureDrag, ofGallery, pastedFile } from "./files.js";
import { GalleryChooser } from "./gallery-chooser.js";
import { Notice } from "./notice.js";

const t = words({
  en: {
    file: "File …", gallery: "Gallery …", address: "https:// address of a picture", fetch: "Fetch", sending: "Sending the picture",
    fetching: "Fetching the picture …", stop: "Stop",
  },
  ko: {
    file: "파일 …", gallery: "갤러리 …", address: "그림의 https:// 주소", fetch: "가져오기", sending: "그림을 올리는 중",
    fetching: "그림을 가져오는 중 …", stop: "중지",
  },
});

/** `taking` is what `usePictureTaking` gives: this is its form. */
export function PictureSource({ taking, hint, address = true }) {
  const [choosing, setChoosing] = useState(false);
  const [typed, setTyped] = useState("");
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const drop = (event) => {
    const what = dropped(event);
    setOver(false);
    event.preventDefault();
    event.stopPropagation();
    if (what) taking.take(what);
  };
  const paste = (event) => {
    const file = pastedFile(event);
    if (!file) return;
    event.preventDefault();
    taking.take({ file });
  };
  const hover = (event) => {
    if (!isPictureDrag(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const fetchTyped = (event) => {
    event.preventDefault();
    if (typed.trim()) taking.take({ address: typed.trim() });
  };
  return html`<div class=${`source ${over ? "over" : ""}`} onDragOver=${hover} onDragLeave=${() => setOver(false)} onDrop=${drop} onPaste=${paste}>
    ${hint && html`<p class="small soft">${hint}</p>`}
    <div class="row">
      <${Button} icon="upload" onClick=${() => input.current.click()}>${t("file")}<//>
      <${Button} icon="images" onClick=${() => setChoosing(true)}>${t("gallery")}<//>
    </div>
    <input ref=${input} type="file" accept="image/*" class="visually-hidden" tabindex="-1" aria-hidden="true"
      onChange=${(event) => { const [file] = event.currentTarget.files; event.currentTarget.value = ""; if (file) taking.take({ file }); }} />
    ${address && html`<form class="address" onSubmit=${fetchTyped}>
      <input class="input" type="url" inputmode="url" aria-label=${t("address")} placeholder=${t("address")} value=${typed} onInput=${(event) => setTyped(event.currentTarget.value)} />
      <${Button} type="submit" disabled=${!typed.trim()}>${t("fetch")}<//>
    </form>`}
    ${taking.busy && html`<${Sending} fraction=${taking.busy.fraction} onStop=${taking.stop} />`}
    ${taking.problem && html`<${Notice} problem=${taking.problem} />`}
    ${choosing && html`<${GalleryChooser} onClose=${() => setChoosing(false)} onChoose=${(picture) => { setChoosing(false); taking.take({ picture: ofGallery(picture) }); }} />`}
  </div>`;
}

function Sending({ fraction, onStop }) {
  const percent = fraction === null ? undefined : Math.round(fraction * 100);
  return html`<div class="row sending">
    <div class="grow">
      <p class="small numbers">${percent === undefined ? t("fetching") : `${t("sending")} · ${formatNumber(fraction, { style: "percent" })}`}</p>
      <div class=${`bar ${percent === undefined ? "unknown" : ""}`} role="progressbar" aria-label=${t("sending")} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}>
        <span style=${{ width: `${percent ?? 30}%` }}></span>
      </div>
    </div>
    <${Button} kind="quiet" onClick=${onStop}>${t("stop")}<//>
  </div>`;
}
