// A room for editing: the picture under the tool, the words beside it, then what came of it.
import { html, useState } from "../../../core/html.js";
import { useKeys } from "../../../core/keys.js";
import { go } from "../../../core/router.js";
import { painters, preferred } from "../../../core/state.js";
import { language } from "../../../core/words.js";
import { Button } from "../../../components/button.js";
import { spend } from "../../../components/price.js";
import { Compare } from "./compare.js";
import { styleOf, useFit } from "./fit.js";
import { draftOf, keepDraft, usePainting } from "./painting.js";
import { Panel } from "./panel.js";
import { Result } from "./result.js";
import { t } from "./words.js";

/**
 * `tasks` are those of which an engine must do one. `room(engine)` is shown while nothing is painted; `compose(form, engine)`
 * resolves to the job, with its picture and mask as files or references, `priced(engine)` is what of that the price depends on; `missing(engine)` says what is still to be done.
 * `before(job)` is the address of what it began with, `boxOf(job)` where in the result that stands: all of it if not given.
 * A tool that asks for no words has no `label`.
 */
export function Workshop({ tool, tasks, picture, title, run = t("run"), label, hint, prompt, room, notes, missing = () => "", compose, priced = () => ({}), before, boxOf = () => undefined, onDone }) {
  const [form, setForm] = useState({ prompt, count: 1, strength: null, engine: "", ...draftOf(tool, picture.id).form });
  const [shown, setShown] = useState(null);
  const [tried, setTried] = useState(0);
  const painting = usePainting(tool, picture.id);
  const engines = [...new Set(tasks.flatMap(painters))];
  const engine = preferred(engines, form.engine);
  const change = (fields) => {
    const next = { ...form, ...fields };
    setForm(next);
    keepDraft(tool, picture.id, { form: next });
  };
  const lacking = engine && (missing(engine) || (label && !form.prompt.trim() ? t("needPrompt") : ""));
  const paint = () => {
    if (painting.active || !engine) return;
    setTried(tried + 1);
    if (!lacking) painting.paint(async () => ({ ...(await compose(form, engine)), max_cost: spend.value }));
  };
  /** What would be asked for, but for its words. */
  const bodyOf = ({ name, capabilities: { max_count: most } }) =>
    JSON.stringify({ engine: name, prompt: label ? "picture" : "", count: label ? Math.min(form.count, most) : 1, init_image: `picture:${picture.id}`, translate: false, ...priced(engine) });
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
      ${result ? html`<${Compare} key=${result.id} before=${before(job)} box=${boxOf(job)} after=${result} />` : painting.active ? html`<${Preview} job=${job} picture=${picture} before=${job && before(job)} box=${job && boxOf(job)} />` : engine && room(engine)}
    </section>
    <aside class="look-side" aria-label=${title}>
      ${result ? html`<${Result} title=${title} pictures=${pictures} shown=${result} onShow=${setShown} onEdit=${label && (() => open({ tool }))} onLook=${() => open({})} onAgain=${painting.forget} />`
        : html`<${Panel} title=${title} run=${run} label=${label} hint=${hint} form=${form} onForm=${change} engines=${engines} engine=${engine} missing=${lacking} painting=${{ ...painting, tried }} price=${engine && bodyOf(engine)} onPaint=${paint}>${engine && notes(engine)}<//>`}
    </aside>
  </div>`;
}

/** What has come of it so far, over what it began with. */
function Preview({ job, picture, before, box }) {
  const { width, height } = job?.request.width ? job.request : picture;
  const [room, size] = useFit(width, height);
  const preview = job?.progress?.preview_url;
  return html`<div class="edit-ground" ref=${room}><div class="edit-paper" style=${styleOf(size)}>
    <img src=${before ?? picture.image_url} alt="" style=${box} draggable=${false} />${preview && html`<img src=${preview} alt="" draggable=${false} />`}
  </div></div>`;
}
