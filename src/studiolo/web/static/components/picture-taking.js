// The way of a picture to the server: one at a time, with how far it is, or what went wrong.
import { useEffect, useRef, useState } from "../core/html.js";
import { sendAddress, sendFile } from "./files.js";

/** `take` is given {file}, {picture} or {address}; then onPicture({reference, url, width, height}). */
export function usePictureTaking(onPicture) {
  const [state, setState] = useState({});
  const running = useRef(null);
  useEffect(() => () => running.current?.abort(), []);
  const take = async ({ file, picture, address }) => {
    running.current?.abort();
    const stop = (running.current = new AbortController());
    setState({ busy: { fraction: file ? 0 : null } });
    const options = { signal: stop.signal, onProgress: (fraction) => setState({ busy: { fraction } }) };
    try {
      const { reference, url, width, height } = picture ?? (await (file ? sendFile(file, options) : sendAddress(address, options)));
      await onPicture({ reference, url, width, height });
      if (running.current === stop) setState({});
    } catch (problem) {
      if (running.current === stop) setState(problem.name === "AbortError" ? {} : { problem });
    }
  };
  return { ...state, take, stop: () => running.current?.abort() };
}
