// What of a picture was found by words: a mask of the server, kept there and drawn like any other stroke.
import { api } from "../../../core/api.js";
import { useEffect, useRef, useState } from "../../../core/html.js";
import { sendFile } from "../../../components/files.js";
import { sayProblem } from "../../../components/toasts.js";

/** By address: a canvas that is opaque where the mask is white. */
const masks = new Map();

/** As an operation on the mask: {kind: "found", words, url}. Raises Problem where nothing is found. */
async function find(picture, words, options) {
  const mask = await api.blob("POST", "/api/mask", { body: { image: `picture:${picture.id}`, words }, ...options });
  const { url } = await sendFile(mask, options);
  await load(url);
  return { kind: "found", words, url };
}

/** {busy, look(words)}; `onFound` is given the operation. What goes wrong is said. */
export function useFinding(picture, onFound) {
  const [busy, setBusy] = useState(false);
  const running = useRef(null);
  const found = useRef(onFound);
  found.current = onFound; // things may have been undone while it was looked for
  useEffect(() => () => running.current?.abort(), []);
  const look = async (words) => {
    if (!words.trim() || busy) return;
    const { signal } = (running.current = new AbortController());
    setBusy(true);
    try {
      found.current(await find(picture, words.trim(), { signal }));
    } catch (problem) {
      sayProblem(problem);
    } finally {
      setBusy(false);
    }
  };
  return { busy, look };
}

async function load(url) {
  if (masks.has(url)) return;
  const image = new Image();
  image.src = url;
  await image.decode();
  masks.set(url, opaqueWhereWhite(image));
}

function opaqueWhereWhite(image) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: image.naturalWidth, height: image.naturalHeight });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let at = 0; at < pixels.data.length; at += 4) {
    pixels.data[at + 3] = pixels.data[at];
    pixels.data.fill(255, at, at + 3);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** What was loaded for an address; nothing is drawn before. */
export const maskAt = (url) => masks.get(url);

/** The operations, once more when those are loaded that were found before this page was. */
export function useFound(operations) {
  const [loaded, setLoaded] = useState(null);
  const waiting = operations.filter(({ kind, url }) => kind === "found" && !masks.has(url));
  useEffect(() => {
    if (waiting.length) Promise.all(waiting.map(({ url }) => load(url))).then(() => setLoaded([...operations]), sayProblem);
  }, [operations]);
  return loaded?.length === operations.length && loaded.every((each, index) => each === operations[index]) ? loaded : operations;
}

/** The words that the mask rests on: of what was found since all was cleared. */
export const wordsOf = (operations) =>
  operations.slice(operations.findLastIndex(({ kind }) => kind === "clear") + 1).filter(({ kind }) => kind === "found").map(({ words }) => words).join(", ");
