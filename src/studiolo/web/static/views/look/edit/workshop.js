// A room for editing: the picture under the tool, the words beside it, then what came of it.
import { html, useState } from "../../../core/html.js";
import { useKeys } from "../../../core/keys.js";
import { go } from "../../../core/router.js";
import { session } from "../../../core/state.js";
import { language } from "../../../core/words.js";
import { Button } from "../../../components/button.js";
import { Compare } from "./compare.js";
import { styleOf, useFit } from "./fit.js";
import { draftOf, keepDraft, painters, usePainting } from "./painting.js";
import { Panel } from "./panel.js";
import { Result } from "./result.js";
import { t } from "./words.js";

/**
 * `room(engine)` is shown while nothing is painted; `compose(form, engine)` resolves to the job, with its picture and mask as
 * files or references; `missing(engine)` says what is still to be done; `before(job)` is the address of what it began with.
 */
export function Workshop({ tool, picture, title, label, hint, prompt, room, notes, missing, compose, before, onDone }) {
  const [form, setForm] = useState({ prompt, count: 1, strength: null, engine: "", ...draftOf(tool, picture.id).form });
  const [shown, setShown] = useState(null);
  const [tried, setTried] = useState(0);
  const painting = usePainting(tool, picture.id);
  const engines = painters();
  const engine = engines.find(({ name }) => name === form.engine) ?? engines.find(({ name }) => name === session.value.defaults.engine.split(":")[0]) ?? engines[0];
  const change = (fields) => {
    const next = { ...form, ...fields };
    setForm(next);
    keepDraft(tool, picture.id, { form: next });
  };
  const lacking = engine && (missing(engine) || (form.prompt.trim() ? "" : t("needPrompt")));
  const paint = () => {
    if (painting.active || !engine) return;
    setTried(tried + 1);
    if (!lacking) painting.paint(() => compose(form, engine));
  };
  const { job } = painting;
  const leave = () => {
    if (!painting.active) painting.forget(); // what was made is in the gallery; next time begins anew
    onDone();
  };
  const open = (query) => {
    painting.forget();
    go(`/pictures/${result.id}`, query, { replace: true });
  };
  useKeys([{ keys: "Escape", does: t("done"), run: leave }], [painting.active, job, language.value]);
  const pictures = job?.state === "done" ? job.pictures : [];
  const result = pictures.find(({ id }) => id === shown) ?? pictures[0];
  return html`<div class="look edit">
    <section class="look-room" aria-label=${title}>
      <div class="look-bar"><${Button} kind="quiet" icon="arrow-left" onClick=${leave}>${t("done")}<//></div>
      ${result ? html`<${Compare} key=${result.id} before=${before(job)} after=${result} />` : painting.active ? html`<${Preview} job=${job} picture=${picture} before=${job && before(job)} />` : engine && room(engine)}
    </section>
    <aside class="look-side" aria-label=${title}>
      ${result ? html`<${Result} title=${title} pictures=${pictures} shown=${result} onShow=${setShown} onEdit=${() => open({ tool })} onLook=${() => open({})} onAgain=${painting.forget} />`
        : html`<${Panel} title=${title} label=${label} hint=${hint} form=${form} onForm=${change} engines=${engines} engine=${engine} missing=${lacking} painting=${{ ...painting, tried }} onPaint=${paint}>${engine && notes(engine)}<//>`}
    </aside>
  </div>`;
}

/** What has come of it so far, over what it began with. */
function Preview({ job, picture, before }) {
  const { width, height } = job?.request.width ? job.request : picture;
  const [room, size] = useFit(width, height);
  const preview = job?.progress?.preview_url;
  return html`<div class="edit-ground" ref=${room}><div class="edit-paper" style=${styleOf(size)}>
    <img src=${before ?? picture.image_url} alt="" draggable=${false} />${preview && html`<img src=${preview} alt="" draggable=${false} />`}
  </div></div>`;
}
