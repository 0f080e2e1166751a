// Sizes: shapes to choose from, and what an engine allows.

const PRESETS = [
  [1024, 1024], [768, 768], [512, 512], [768, 1152], [384, 576], [1152, 768], [576, 384], [768, 1280], [384, 640], [1280, 768],
  [640, 384], [896, 1152], [448, 576], [1152, 896], [576, 448], [768, 1408], [384, 704], [1408, 768], [704, 384], [640, 1408],
  [320, 704], [1408, 640], [704, 320], [1152, 640], [1173, 640],
];
/** Called by the nearest well-known shape. */
const CALLED = { "1173:640": "16:9" };

const divisor = (a, b) => (b ? divisor(b, a % b) : a);

export function shapeOf(width, height) {
  const by = divisor(width, height);
  const shape = `${width / by}:${height / by}`;
  return CALLED[shape] ?? shape;
}

/** Those that an engine paints alone, where it has a list; none: whatever its limits allow. */
export const choicesOf = (sizes) => sizes.choices ?? [];

/** Of several the one with the smallest `distance`. */
const least = (all, distance) => all.reduce((best, each) => (distance(each) < distance(best) ? each : best));

/** As Sizes.allows on the server. */
export function allows(sizes, width, height) {
  const choices = choicesOf(sizes);
  if (choices.length) return choices.some((each) => each[0] === width && each[1] === height);
  const fits = [width, height].every((side) => side >= sizes.minimum && side <= sizes.maximum && side % sizes.multiple === 0);
  return fits && (sizes.max_pixels == null || width * height <= sizes.max_pixels) && shapely(sizes, width, height) && !tooFew(sizes, width, height);
}

const shapely = (sizes, width, height) => sizes.max_ratio == null || Math.max(width, height) <= sizes.max_ratio * Math.min(width, height);
const tooFew = (sizes, width, height) => width * height < (sizes.min_pixels ?? 0);

/** As Sizes.reaches on the server: whether it can be painted on a canvas that is padded to an allowed size. */
export function reaches(sizes, width, height) {
  const choices = choicesOf(sizes);
  if (choices.length) return choices.some(([across, down]) => width <= across && height <= down);
  const padded = [width, height].map((side) => Math.max(sizes.minimum, Math.ceil(side / sizes.multiple) * sizes.multiple));
  while ((!shapely(sizes, ...padded) || tooFew(sizes, ...padded)) && Math.min(...padded) < sizes.maximum) padded[padded[0] <= padded[1] ? 0 : 1] += sizes.multiple;
  return allows(sizes, ...padded);
}

const sized = ([width, height]) => ({ width, height });

/** The allowed size nearest to what was typed: the side that was not typed gives way first. */
export function nearest(sizes, width, height, typed = "width") {
  const choices = choicesOf(sizes);
  if (choices.length) return sized(least(choices, ([w, h]) => Math.abs(w - width) + Math.abs(h - height)));
  const lowest = Math.ceil(sizes.minimum / sizes.multiple) * sizes.multiple;
  const highest = Math.floor(sizes.maximum / sizes.multiple) * sizes.multiple;
  const side = (pixels) => Math.min(highest, Math.max(lowest, Math.round(pixels / sizes.multiple) * sizes.multiple));
  const size = { width: side(width), height: side(height) };
  const other = typed === "width" ? "height" : "width";
  while (sizes.max_pixels != null && size.width * size.height > sizes.max_pixels) {
    if (size[other] > lowest) size[other] -= sizes.multiple;
    else size[typed] -= sizes.multiple;
  }
  while (!shapely(sizes, size.width, size.height)) size[other] += size[other] > size[typed] ? -sizes.multiple : sizes.multiple;
  while (tooFew(sizes, size.width, size.height) && Math.min(size.width, size.height) < highest) {
    const more = { ...size, [other]: size[other] + sizes.multiple };
    if (more[other] <= highest && shapely(sizes, more.width, more.height)) size[other] = more[other];
    else size[typed] += sizes.multiple;
  }
  return size;
}

/** [{shape, width, height, sizes: [[w, h], …]}]: squares first, then upright and lying ones by turns. */
export function shapesFor(sizes) {
  const [width, height] = sizes.default;
  const fitting = choicesOf(sizes).length ? [...choicesOf(sizes)] : PRESETS.filter((each) => allows(sizes, ...each));
  if (!fitting.some(([w, h]) => w === width && h === height)) fitting.push([width, height]);
  const shapes = new Map();
  for (const size of fitting) {
    const shape = shapeOf(...size);
    shapes.set(shape, [...(shapes.get(shape) ?? []), size]);
  }
  return [...shapes].map(([shape, all]) => {
    const sorted = all.toSorted((a, b) => a[0] - b[0]);
    return { shape, width: all[0][0], height: all[0][1], sizes: sorted };
  });
}

/** Of a shape's sizes the one with about as many pixels as now. */
export const likeIn = (shape, pixels) => least(shape.sizes, ([width, height]) => Math.abs(width * height - pixels));

/** As Sizes.fitting on the server: the allowed size for a picture of that size that keeps its shape best. */
export function fitting(sizes, width, height) {
  const choices = choicesOf(sizes);
  if (choices.length) {
    const [shape, area] = [width / height, width * height];
    const off = ([w, h]) => [Math.abs(Math.log(w / h / shape)), Math.abs(Math.log((w * h) / area))];
    return sized(choices.toSorted((a, b) => off(a)[0] - off(b)[0] || off(a)[1] - off(b)[1])[0]);
  }
  let scale = Math.min(1, sizes.maximum / Math.max(width, height));
  if (sizes.max_pixels != null) scale = Math.min(scale, Math.sqrt(sizes.max_pixels / (width * height)));
  scale = Math.max(scale, sizes.minimum / Math.min(width, height), Math.sqrt((sizes.min_pixels ?? 0) / (width * height)));
  return nearest(sizes, width * scale, height * scale, width < height ? "width" : "height");
}
