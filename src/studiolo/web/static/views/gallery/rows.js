// Rows of pictures that keep their shapes and fill the width, as on a wall; a month begins a new row.
// Pure arithmetic: what is below is laid out once, however long the gallery is.

const GAP = 8;
const HEADING = 64;
const CAPTION = 26;

/** An empty wall for a width in px; `height` is how high rows are to be, about. */
export function newWall(width, height, { captions = false, months = true } = {}) {
  return { width, height, captions, months, rows: [], total: 0, bottom: 0, waiting: [], month: null };
}

/** Lay out the pictures that came since the last call; `complete` closes the last row. */
export function hang(wall, pictures, complete) {
  for (; wall.total < pictures.length; wall.total++) {
    const picture = pictures[wall.total];
    const month = wall.months ? picture.created.slice(0, 7) : null;
    if (month !== wall.month) {
      close(wall, false);
      wall.month = month;
      wall.rows.push({ kind: "month", month, top: wall.bottom, height: HEADING });
      wall.bottom += HEADING;
    }
    wall.waiting.push({ index: wall.total, ratio: Math.min(3, Math.max(0.4, picture.width / picture.height)) });
    if (widthOf(wall.waiting, wall.height) >= wall.width) close(wall, true);
  }
  if (complete) close(wall, false);
  return wall;
}

const widthOf = (items, height) => items.reduce((sum, item) => sum + item.ratio * height + GAP, -GAP);

function close(wall, fill) {
  const items = wall.waiting;
  if (!items.length) return;
  const ratios = items.reduce((sum, item) => sum + item.ratio, 0);
  const height = fill ? (wall.width - GAP * (items.length - 1)) / ratios : Math.min(wall.height, (wall.width - GAP * (items.length - 1)) / ratios);
  let left = 0;
  const placed = items.map((item) => {
    const width = item.ratio * height;
    const at = { index: item.index, left, width };
    left += width + GAP;
    return at;
  });
  const caption = wall.captions ? CAPTION : 0;
  wall.rows.push({ kind: "pictures", month: wall.month, items: placed, top: wall.bottom, height: height + caption, imageHeight: height });
  wall.bottom += height + caption + GAP;
  wall.waiting = [];
}

/** Numbers of the first and last row that touch top…bottom (px), by halving. */
export function within(rows, top, bottom) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].top + rows[middle].height < top) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last + 1 < rows.length && rows[last + 1].top <= bottom) last++;
  return [low, last];
}

/** Number of the row with the picture of that number, or -1. */
export const rowOf = (rows, index) => rows.findIndex((row) => row.items && index >= row.items[0].index && index <= row.items.at(-1).index);

/** The picture above or below another: in the next row, whose middle is nearest. */
export function vertical(rows, index, by) {
  const at = rowOf(rows, index);
  if (at < 0) return null;
  const here = rows[at].items.find((item) => item.index === index);
  const middle = here.left + here.width / 2;
  for (let next = at + by; next >= 0 && next < rows.length; next += by) {
    if (rows[next].kind !== "pictures") continue;
    return rows[next].items.reduce((best, item) => (Math.abs(item.left + item.width / 2 - middle) < Math.abs(best.left + best.width / 2 - middle) ? item : best)).index;
  }
  return null;
}
