// The server's API. Whatever goes wrong is a Problem: a sentence, and what to do.

export class Problem extends Error {
  constructor(document) {
    super(document.detail || document.title || "Something went wrong.");
    this.status = document.status ?? 0;
    this.error = document.error ?? "";
    this.hint = document.hint ?? "";
    this.field = document.field ?? "";
    this.requestId = document.request_id ?? "";
    this.retryAfter = document.retry_after_s ?? null;
  }
}

/** No answer at all: the server is not there. */
export class Unreachable extends Problem {
  constructor() {
    super({ error: "unreachable", detail: "The studio does not answer.", hint: "Is it still running? Start it with: studiolo serve" });
  }
}

const watchers = new Set();

/** Be told of every Problem with status 401, to show the login. */
export function onUnauthenticated(callback) {
  watchers.add(callback);
}

async function send(method, path, { body, query, signal, accept = "application/json" } = {}) {
  const address = query ? `${path}?${queryString(query)}` : path;
  const headers = { Accept: accept };
  let payload = body;
  if (body !== undefined && !(body instanceof Blob) && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    payload = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(address, { method, headers, body: payload, signal, credentials: "same-origin" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  return problemFrom(response.status, response.headers.get("Content-Type"), await response.text(), response.statusText);
}

function problemFrom(status, kind, text, title) {
  const document = kind?.includes("json") ? JSON.parse(text) : { title };
  const problem = new Problem({ status, ...document });
  if (problem.status === 401) watchers.forEach((callback) => callback(problem));
  return problem;
}

/** POST a file, or a form with one, and hear how much of it (0 to 1) has gone: fetch does not tell. */
function upload(path, file, { onProgress, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Accept", "application/json");
    if (!(file instanceof FormData)) request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(new DOMException("The upload was called off.", "AbortError"));
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText));
      else reject(problemFrom(request.status, request.getResponseHeader("Content-Type"), request.responseText, request.statusText));
    };
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

async function json(method, path, options) {
  const response = await send(method, path, options);
  return response.status === 204 ? null : response.json();
}

export const api = {
  get: (path, query, options) => json("GET", path, { query, ...options }),
  post: (path, body, options) => json("POST", path, { body, ...options }),
  put: (path, body, options) => json("PUT", path, { body, ...options }),
  patch: (path, body, options) => json("PATCH", path, { body, ...options }),
  delete: (path, options) => json("DELETE", path, options),
  blob: async (method, path, options) => (await send(method, path, { accept: "*/*", ...options })).blob(),
  stream,
  upload,
};

/** Server-sent events in the answer to a POST, as {event, data}. Abort `signal` to stop it. */
async function* stream(path, body, { signal } = {}) {
  const response = await send("POST", path, { body, signal, accept: "text/event-stream" });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let waiting = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      waiting += value.replaceAll("\r\n", "\n");
      const blocks = waiting.split("\n\n");
      waiting = blocks.pop();
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // it has ended or was aborted: nothing is left to tell it
  }
}

function parseEvent(block) {
  let event = "message";
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
  }
  return data.length ? { event, data: JSON.parse(data.join("\n")) } : null;
}

export function queryString(query) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") search.append(name, each);
    }
  }
  return search.toString();
}
