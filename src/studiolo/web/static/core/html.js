// What every view is written with: markup as tagged templates, state as signals.
import { h, render, createRef, Fragment } from "../vendor/preact.js";
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "../vendor/hooks.js";
import { batch, computed, effect, signal, untracked, useComputed, useSignal, useSignalEffect } from "../vendor/signals.js";
import htm from "../vendor/htm.js";

export const html = htm.bind(h);
export {
  batch, computed, createRef, effect, Fragment, render, signal, untracked, useCallback, useComputed, useEffect,
  useId, useLayoutEffect, useMemo, useRef, useSignal, useSignalEffect, useState,
};
