// The seed: new each time, or kept. Dice throw one and keep it.
import { html } from "../../core/html.js";
import { jobs } from "../../core/state.js";
import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { change, changes, engine } from "./draft.js";
import { t } from "./words.js";
import { wall } from "./pictures.js";

/** Small enough for every engine, so that a seed can be carried from one to another. */
const LARGEST_THROWN = 2 ** 31 - 2;

const thrown = () => {
  const most = Math.min(engine.value.capabilities.max_seed, LARGEST_THROWN) - (changes.value.count ?? 1) + 1;
  return Math.floor((crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32) * (most + 1));
};

/** Of the picture that was painted last: by a job of this visit, or the newest one there is. */
function lastSeed() {
  const painted = Object.values(jobs.value).flatMap((job) => job.pictures ?? []);
  const newest = [...painted, ...(wall.value ?? []).slice(0, 1)].toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
  return newest?.seed ?? null;
}

export function Seed() {
  const { seed } = changes.value;
  const locked = seed !== undefined;
  const last = lastSeed();
  const set = (event) => {
    const number = Number(event.currentTarget.value);
    if (event.currentTarget.value === "") return change({ seed: undefined });
    if (Number.isInteger(number)) change({ seed: Math.min(engine.value.capabilities.max_seed, Math.max(0, number)) });
    event.currentTarget.value = changes.value.seed ?? "";
    return undefined;
  };
  return html`<${Field} label=${t("seed")} hint=${engine.value.capabilities.seeded === false ? t("seedNumbers") : undefined}>${(id, about) => html`<div class="seed">
    <input class="input numbers" type="number" inputmode="numeric" id=${id} aria-describedby=${about} min="0" max=${engine.value.capabilities.max_seed} placeholder=${t("newSeed")} value=${seed ?? ""} onChange=${set} />
    <${Button} kind="quiet" icon=${locked ? "lock" : "lock-open"} label=${t(locked ? "unlock" : "lock")} aria-pressed=${locked ? "true" : "false"}
      onClick=${() => change({ seed: locked ? undefined : (last ?? thrown()) })} />
    <${Button} kind="quiet" icon="dices" label=${t("dice")} onClick=${() => change({ seed: thrown() })} />
  </div>
  ${last !== null && last !== seed && html`<button type="button" class="last-seed" onClick=${() => change({ seed: last })}>${t("lastSeed", { seed: last })}</button>`}`}<//>`;
}
