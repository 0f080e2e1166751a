// Pictures that come by hand: a file chosen, dropped or pasted, one of the gallery, or an address.
import { api, Problem } from "../core/api.js";
import { formatNumber, words } from "../core/words.js";
import { session } from "../core/state.js";

const t = words({
  en: { large: "The file has {size} MB; the studio takes at most {most} MB.", smaller: "Make the picture smaller and try again.", kind: "“{name}” is no picture.", kinds: "Give a PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF file." },
  ko: { large: "파일 크기가 {size} MB입니다. 최대 {most} MB까지 올릴 수 있습니다.", smaller: "그림을 줄여서 다시 올려 주세요.", kind: "“{name}”은(는) 그림이 아닙니다.", kinds: "PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF 파일을 올려 주세요." },
});
/** What a picture of the gallery is called while it is dragged. */
const DRAGGED = "application/x-studiolo-picture";
const megabytes = (bytes) => formatNumber(bytes / 1e6, { maximumFractionDigits: 1 });

/** Raises Problem if the server will not take a file as large as this one: before it is sent. */
export function fitsUpload(file) {
  const most = session.value?.limits?.upload_bytes;
  if (most && file.size > most) {
    throw new Problem({ status: 413, error: "too-large", detail: t("large", { size: megabytes(file.size), most: megabytes(most) }), hint: t("smaller") });
  }
}

/** {reference, url, width, height} of a file, once the server has it. Raises Problem. */
export async function sendFile(file, options) {
  // What has no type may be a picture all the same; the server looks inside.
  if (file.type && !file.type.startsWith("image/")) throw new Problem({ status: 415, error: "unsupported", detail: t("kind", { name: file.name }), hint: t("kinds") });
  fitsUpload(file);
  return api.upload("/api/uploads", file, options);
}

export const sendAddress = (address, options) => api.post("/api/uploads", { address }, options);

export const ofGallery = (picture) => ({ reference: `picture:${picture.id}`, url: picture.image_url, width: picture.width, height: picture.height });

/** The first picture among what was pasted; text that comes with it goes where it is pasted. */
export function pastedFile(event) {
  const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
  const writing = event.target.closest?.("input, textarea");
  return writing && event.clipboardData.types.includes("text/plain") ? null : (files[0] ?? null);
}

export const dragPicture = (event, picture) => event.dataTransfer.setData(DRAGGED, JSON.stringify(ofGallery(picture)));
export const isPictureDrag = (event) => [...event.dataTransfer.types].some((type) => type === "Files" || type === DRAGGED);

/** What was dropped: {file}, {picture} of the gallery, or null. */
export function dropped(event) {
  const picture = event.dataTransfer.getData(DRAGGED);
  if (picture) return { picture: JSON.parse(picture) };
  const file = [...event.dataTransfer.files].find((each) => each.type.startsWith("image/")) ?? event.dataTransfer.files[0];
  return file ? { file } : null;
}
