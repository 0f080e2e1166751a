// A larger frame around a picture, and what an engine is given to fill it.
import { allows, fitting, reaches } from "../../create/sizes.js";
import { fileOf } from "./mask.js";

/** How far the painting reaches into the picture, so that no seam is seen. */
const OVERLAP_PX = 16;
export const NOTHING = { left: 0, top: 0, right: 0, bottom: 0 };
export const SIDES = ["left", "top", "right", "bottom"];

const upTo = (pixels, multiple) => Math.ceil(pixels / multiple) * multiple;

/**
 * What becomes of a picture with `margins` (in its pixels): {width, height} of the painting, {x, y} of the picture in it,
 * {inner: {width, height}, scale} of the picture. `exact`: the engine grows pictures, and this one just as it is asked.
 * Otherwise it is the nearest size that the engine paints, with a hole around the picture.
 */
export function plan(picture, margins, { tasks, sizes }) {
  const wanted = { width: picture.width + margins.left + margins.right, height: picture.height + margins.top + margins.bottom };
  if (tasks.includes("outpainting") && (reaches(sizes, wanted.width, wanted.height) || !tasks.includes("inpainting"))) {
    return { ...wanted, exact: true, scale: 1, inner: { width: picture.width, height: picture.height }, x: margins.left, y: margins.top };
  }
  let size = { width: upTo(wanted.width, sizes.multiple), height: upTo(wanted.height, sizes.multiple) };
  let scale = 1;
  if (!allows(sizes, size.width, size.height)) {
    size = fitting(sizes, wanted.width, wanted.height);
    scale = Math.min(size.width / wanted.width, size.height / wanted.height);
  }
  const inner = { width: Math.min(size.width, Math.round(picture.width * scale)), height: Math.min(size.height, Math.round(picture.height * scale)) };
  return { ...size, exact: false, scale, inner, x: placed(size.width - inner.width, margins.left, margins.right), y: placed(size.height - inner.height, margins.top, margins.bottom) };
}

/** Of so much room before and after, how much is before. */
const placed = (room, before, after) => Math.round(before + after > 0 ? (room * before) / (before + after) : 0);

/** The margins that give a picture a shape, the same on both sides. */
export function marginsFor(picture, ratio) {
  const across = Math.max(0, picture.height * ratio - picture.width) / 2;
  const along = Math.max(0, picture.width / ratio - picture.height) / 2;
  return { left: across, right: across, top: along, bottom: along };
}

/** Whether there is anything to paint. */
export const isLarger = ({ width, height, inner }) => width > inner.width || height > inner.height;

/** {init_image, mask} as files: the picture in its place with its edges drawn out, and white where it is painted. */
export async function compose(picture, frame) {
  const image = new Image();
  image.src = picture.image_url;
  await image.decode();
  const [init, mask] = await Promise.all([fileOf(drawnOut(image, frame)), fileOf(holeOf(frame))]);
  return { init_image: init, mask };
}

function contextOf({ width, height }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  return context;
}

/** Engines that look at what lies under a mask find the nearest of the picture there, not a hole. */
function drawnOut(image, { width, height, x, y, inner }) {
  const context = contextOf({ width, height });
  const { naturalWidth: w, naturalHeight: h } = image;
  const columns = [[0, 1, 0, x], [0, w, x, inner.width], [w - 1, 1, x + inner.width, width - x - inner.width]];
  const rows = [[0, 1, 0, y], [0, h, y, inner.height], [h - 1, 1, y + inner.height, height - y - inner.height]];
  for (const [fromX, fromWidth, toX, toWidth] of columns) {
    for (const [fromY, fromHeight, toY, toHeight] of rows) {
      if (toWidth > 0 && toHeight > 0) context.drawImage(image, fromX, fromY, fromWidth, fromHeight, toX, toY, toWidth, toHeight);
    }
  }
  return context.canvas;
}

function holeOf({ width, height, x, y, inner }) {
  const context = contextOf({ width, height });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#000";
  context.fillRect(x, y, inner.width, inner.height);
  const [right, bottom] = [x + inner.width, y + inner.height];
  const deepX = Math.min(OVERLAP_PX, inner.width / 4);
  const deepY = Math.min(OVERLAP_PX, inner.height / 4);
  const fade = (present, fromX, fromY, toX, toY) => {
    if (!present) return;
    const gradient = context.createLinearGradient(fromX, fromY, toX, toY);
    gradient.addColorStop(0, "#fff");
    gradient.addColorStop(1, "rgb(255 255 255 / 0%)");
    context.fillStyle = gradient;
    const [left, top] = [Math.min(fromX, toX), Math.min(fromY, toY)];
    if (fromX === toX) context.fillRect(x, top, inner.width, deepY);
    else context.fillRect(left, y, deepX, inner.height);
  };
  fade(x > 0, x, y, x + deepX, y);
  fade(right < width, right, y, right - deepX, y);
  fade(y > 0, x, y, x, y + deepY);
  fade(bottom < height, x, bottom, x, bottom - deepY);
  return context.canvas;
}
