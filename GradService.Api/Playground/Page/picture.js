// The picture is the service's own; the page only puts it in its place.

import { post } from './service.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Calls back when the picture should be asked for again: in other colours, or for another width. */
export function whenPictureMustChange(place, change) {
  dark.addEventListener('change', change);
  let width = widthOf(place);
  new ResizeObserver(() => {
    if (widthOf(place) !== width) {
      width = widthOf(place);
      change();
    }
  }).observe(place);
}

/** In steps, so that a moved window edge does not ask at each pixel. */
const widthOf = place => Math.min(Math.max(Math.floor(place.clientWidth / 20) * 20, 240), 1600);

/** As many rows as the panels need at a width at which they can be read. */
function sizeOf(place, panels) {
  const width = widthOf(place);
  const columns = Math.max(1, Math.min(panels, Math.floor(width / 260)));
  const rows = Math.ceil(panels / columns);
  return { width, height: Math.min(4000, rows * (columns === 1 ? 240 : 250)) };
}

/** The SVG of a picture that is described as request.js does. */
export async function fetchPicture(place, { of, request, panels }, signal) {
  const figure = { ...sizeOf(place, panels), theme: dark.matches ? 'dark' : 'light', format: 'svg' };
  const answer = await post('v1/figures', { of, request, figure }, signal);
  const parsed = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml');
  return document.adoptNode(parsed.documentElement);
}
