// The way of files into the gallery, as one sees it: a button, a place to drop, how far it is, and a report.
import { html, useEffect, useRef, useState } from "../../core/html.js";
import { may } from "../../core/state.js";
import { formatNumber, words } from "../../core/words.js";
import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { closeReport, importFiles, importing, stopImport } from "./importing.js";

const t = words({
  en: {
    import: "Import", drop: "Drop pictures to hang them here", kinds: "PNG, JPEG, WebP, or a .zip from an export",
    running: "Importing {n} of {total}", stop: "Stop", close: "Close the report",
    added: ({ n, text }) => (n === 1 ? "1 picture was imported." : `${text} pictures were imported.`),
    already: ({ n, text }) => (n === 1 ? "1 was here already." : `${text} were here already.`),
    failed: ({ n, text }) => (n === 1 ? "1 could not be taken:" : `${text} could not be taken:`),
  },
  ko: {
    import: "가져오기", drop: "여기에 놓으면 갤러리에 담습니다", kinds: "PNG, JPEG, WebP 또는 내보낸 .zip 파일",
    running: "가져오는 중 {n}/{total}", stop: "중지", close: "결과 닫기",
    added: "그림 {text}장을 가져왔습니다.", already: "{text}장은 이미 있습니다.", failed: "{text}개는 가져오지 못했습니다:",
  },
});
const counted = (name, n) => t(name, { n, text: formatNumber(n) });

export function ImportButton() {
  const input = useRef(null);
  const chosen = (event) => {
    importFiles([...event.currentTarget.files]);
    event.currentTarget.value = "";
  };
  return may("edit") && html`<${Button} icon="upload" onClick=${() => input.current.click()}>${t("import")}<//>
    <input ref=${input} type="file" multiple accept="image/*,.zip" hidden aria-label=${t("import")} onChange=${chosen} />`;
}

/** While files are held over the page, it says what will become of them. */
export function ImportVeil() {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!may("edit")) return undefined;
    const holdsFiles = (event) => event.dataTransfer.types.includes("Files") && !document.querySelector("dialog[open]");
    const heard = {
      dragover: (event) => {
        if (!holdsFiles(event)) return;
        event.preventDefault();
        setOver(true);
      },
      dragleave: (event) => event.relatedTarget === null && setOver(false),
      drop: (event) => {
        setOver(false);
        if (!holdsFiles(event)) return;
        event.preventDefault();
        if (event.dataTransfer.files.length) importFiles([...event.dataTransfer.files]);
      },
    };
    for (const [name, callback] of Object.entries(heard)) document.addEventListener(name, callback);
    return () => { for (const [name, callback] of Object.entries(heard)) document.removeEventListener(name, callback); };
  }, []);
  return over && html`<div class="import-veil" aria-hidden="true"><div><${Icon} name="image-plus" /><p>${t("drop")}</p><p class="small soft">${t("kinds")}</p></div></div>`;
}

/** How far an import is, and what became of it. */
export function ImportReport() {
  const now = importing.value;
  if (!now) return null;
  if (!now.ended) {
    const share = (now.done + now.fraction) / now.total;
    const text = t("running", { n: formatNumber(Math.min(now.done + 1, now.total)), total: formatNumber(now.total) });
    return html`<section class="import-report card" aria-label=${t("import")}>
      <p class="numbers">${text}</p>
      <div class="bar" role="progressbar" aria-label=${text} aria-valuenow=${Math.round(100 * share)} aria-valuemin="0" aria-valuemax="100"><span style=${{ width: `${100 * share}%` }}></span></div>
      <${Button} kind="quiet" onClick=${stopImport}>${t("stop")}<//>
    </section>`;
  }
  return html`<section class="import-report card" aria-label=${t("import")}>
    <div role="status">
      <p>${[counted("added", now.added), now.already > 0 && counted("already", now.already)].filter(Boolean).join(" ")}</p>
      ${now.failed.length > 0 && html`<p>${counted("failed", now.failed.length)}</p>
        <ul class="import-failed small">${now.failed.map(({ name, why }) => html`<li><strong>${name}</strong> ${why}</li>`)}</ul>`}
    </div>
    <${Button} kind="quiet" icon="x" label=${t("close")} onClick=${closeReport} />
  </section>`;
}
