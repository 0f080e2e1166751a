// What this browser keeps between visits. A browser that keeps nothing (private windows, full storage)
// still works: it only forgets.

export function remembered(name, otherwise) {
  try {
    const text = localStorage.getItem(`studiolo.${name}`);
    return text === null ? otherwise : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof DOMException) return otherwise;
    throw error;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`studiolo.${name}`, JSON.stringify(value));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
