// Where pictures are made: the prompt and what belongs to it, beside the wall they are hung on.
import { html } from "../../core/html.js";
import { usePictureTaking } from "../../components/picture-taking.js";
import { Announcements } from "./announce.js";
import { DropVeil } from "./drops.js";
import { Groups, reveal } from "./groups.js";
import { useLinks } from "./links.js";
import { Prompt } from "./prompt.js";
import { follow, goByReference, startFrom, takeColours, vary } from "./taking.js";
import { Wall } from "./wall.js";
import { Work } from "./work.js";

export function Create() {
  useLinks();
  const takings = {
    start: usePictureTaking(startFrom), control: usePictureTaking(follow), references: usePictureTaking(vary),
    ideas: usePictureTaking(goByReference), palette: usePictureTaking(takeColours),
  };
  const take = (name, what) => {
    reveal(name);
    takings[name].take(what);
  };
  return html`<div class="view create">
    <div class="hand">
      <${Prompt} />
      <${Groups} takings=${takings} />
    </div>
    <div class="hang">
      <${Work} />
      <${Wall} />
    </div>
    <${DropVeil} onTake=${take} />
    <${Announcements} />
  </div>`;
}
