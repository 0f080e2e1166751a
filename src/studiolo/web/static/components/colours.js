// Colours as they are written: #rrggbb.

const HEX = /(?<![0-9a-z])(?:#([0-9a-f]{3})|#?([0-9a-f]{6}))(?![0-9a-z])/gi;

/** Every colour in a text, as #rrggbb, whatever stands between them. */
export function readColours(text) {
  return [...text.matchAll(HEX)].map(([, short, long]) => `#${(long ?? short.replace(/./g, "$&$&")).toLowerCase()}`);
}

/** More colours after those there are: each once, and no more than fit. */
export const joined = (colours, more, most) => [...new Set([...colours, ...more])].slice(0, most);
