// How a mask looks over a picture: tinted and hatched, with an edge of light and dark, so that it is seen on
// every ground and without colours.

const HATCH_PX = 9;

function layer({ width, height }) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  return canvas.getContext("2d");
}

function hatching(tint, density) {
  const side = Math.round(HATCH_PX * density);
  const tile = layer({ width: side, height: side });
  tile.globalAlpha = 0.5;
  tile.fillStyle = tint;
  tile.fillRect(0, 0, side, side);
  tile.globalAlpha = 0.75;
  tile.strokeStyle = "#fff";
  tile.lineWidth = 1.25 * density;
  for (const shift of [-side, 0, side]) {
    tile.beginPath();
    tile.moveTo(shift - 2, side + 2);
    tile.lineTo(shift + side + 2, -2);
    tile.stroke();
  }
  return tile.canvas;
}

function spread(target, mask, distance) {
  for (const [x, y] of [[-1, -1], [1, -1], [-1, 1], [1, 1]]) target.drawImage(mask, x * distance, y * distance);
}

function fillWithin(context, colour, { width, height }) {
  context.globalCompositeOperation = "source-in";
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "source-over";
}

/** Draws veils of one size: `paint(context, mask)`, where mask is a canvas that is opaque where it is marked. */
export function veil(size, { tint, density }) {
  const scratch = layer(size);
  const pattern = scratch.createPattern(hatching(tint, density), "repeat");
  const clear = (context) => context.clearRect(0, 0, size.width, size.height);
  return (context, mask) => {
    clear(context);
    spread(context, mask, 2 * density);
    fillWithin(context, "#fff", size);
    clear(scratch);
    spread(scratch, mask, density);
    fillWithin(scratch, "#14110d", size);
    context.drawImage(scratch.canvas, 0, 0);
    context.globalCompositeOperation = "destination-out";
    context.drawImage(mask, 0, 0);
    context.globalCompositeOperation = "source-over";
    clear(scratch);
    scratch.drawImage(mask, 0, 0);
    fillWithin(scratch, pattern, size);
    context.drawImage(scratch.canvas, 0, 0);
  };
}
