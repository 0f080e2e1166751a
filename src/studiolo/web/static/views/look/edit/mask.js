// A mask as what was done to make it: small enough to be remembered, undone by leaving out what came last,
// and drawn at any size. Everything is in the picture's pixels:
// {kind: "stroke", erase, points: [[x, y, width], …]}, {kind: "rectangle", erase, x, y, width, height},
// {kind: "found", words, url}, {kind: "invert"}, {kind: "clear"}.
import { maskAt } from "./found.js";

const MEASURED_PX = 256;

function line(context, points) {
  const [[x, y, width]] = points;
  context.beginPath();
  context.arc(x, y, width / 2, 0, 2 * Math.PI);
  context.fill();
  for (let at = 1; at < points.length; at += 1) drawSegment(context, points[at - 1], points[at]);
}

/** From one point of a stroke to the next. */
export function drawSegment(context, [fromX, fromY], [toX, toY, width]) {
  context.lineWidth = width;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

/** Opaque where the picture is painted anew, transparent elsewhere; the context is scaled to the picture's pixels. */
export function drawOperation(context, operation, { width, height }) {
  context.globalCompositeOperation = operation.erase ? "destination-out" : "source-over";
  if (operation.kind === "stroke") line(context, operation.points);
  else if (operation.kind === "rectangle") context.fillRect(operation.x, operation.y, operation.width, operation.height);
  else if (operation.kind === "found") drawFound(context, maskAt(operation.url), { width, height });
  else if (operation.kind === "clear") context.clearRect(0, 0, width, height);
  else {
    context.globalCompositeOperation = "xor";
    context.fillRect(0, 0, width, height);
  }
  context.globalCompositeOperation = "source-over";
}

function drawFound(context, mask, { width, height }) {
  if (mask) context.drawImage(mask, 0, 0, width, height);
}

/** A canvas whose longer side has `side` pixels (by default as many as the picture has), with all of it drawn. */
export function drawn(operations, size, side = Math.max(size.width, size.height)) {
  const scale = side / Math.max(size.width, size.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(size.width * scale));
  canvas.height = Math.max(1, Math.round(size.height * scale));
  const context = canvas.getContext("2d");
  context.scale(canvas.width / size.width, canvas.height / size.height);
  context.fillStyle = context.strokeStyle = "#fff";
  operations.forEach((operation) => drawOperation(context, operation, size));
  return canvas;
}

/** How much of the picture is marked, 0 to 1. */
export function coverage(operations, size) {
  if (operations.length === 0) return 0;
  const canvas = drawn(operations, size, MEASURED_PX);
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  let sum = 0;
  for (let at = 3; at < pixels.length; at += 4) sum += pixels[at];
  return sum / (255 * width * height);
}

/** As the server reads it: a PNG of the picture's size, white where it is painted anew, black elsewhere. */
export function toFile(operations, size) {
  const canvas = drawn(operations, size);
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "#000";
  context.fillRect(0, 0, size.width, size.height);
  return fileOf(canvas);
}

export const fileOf = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
