// The networks that the service keeps. Each is a preset: they are asked about by id, so that their parameters are used.

import { axesOf } from './points.js';
import { stateWith } from './presets.js';
import { written } from './request.js';
import { Refusal, get, send } from './service.js';

/** How many the service is asked for at once, and how many are listed at most; others are opened by a link. */
export const pageSize = 500;
export const most = 2000;

/** States by id. An id never stands for another network. */
const loaded = new Map();

const isId = text => /^[0-9a-f]{64}$/.test(text);

/** Stored networks in the order in which they were stored, page by page up to a bound; isAll where there are no more. */
export async function storedNetworks(bound = most) {
  const items = [];
  let next = null;
  do {
    const page = await get(`v1/networks?limit=${pageSize}${next === null ? '' : `&after=${next}`}`);
    items.push(...page.items);
    next = page.next;
  } while (next !== null && items.length < bound);
  return { items, isAll: next === null };
}

/** What is asked for; null where the service refuses it. */
export async function orNull(asked) {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Refusal) {
      return null;
    }

    throw error;
  }
}

export async function deleteStored(id) {
  await send(`v1/networks/${id}`, { method: 'DELETE' });
  loaded.delete(id);
}

/** The state in which a stored network is opened. */
export async function storedState(id) {
  if (!loaded.has(id)) {
    const { network } = await get(`v1/networks/${id}`);
    loaded.set(id, stateWith({
      network: { id, inputShape: network.inputShape, layers: network.layers.map(written), dtype: network.dtype, seed: 0 },
      ...pointsFor(network.inputShape),
    }));
  }

  return structuredClone(loaded.get(id));
}

/** As storedState; null where the id is none, or its network is not to be had. */
export const findStored = async id => isId(id) ? orNull(storedState(id)) : null;

/** The state as it was loaded, if it has been. */
export const loadedState = id => loaded.get(id);

/** Where samples are neither on a line nor on a grid: some of them, and the picture that takes any number of inputs. */
function pointsFor(shape) {
  const axes = axesOf(shape);
  if (axes === 2) {
    return { points: { form: 'even', axes: [{ from: -3, to: 3, count: 15 }, { from: -3, to: 3, count: 15 }], list: '' } };
  }

  if (axes === 1) {
    return {};
  }

  const size = shape.reduce((product, axis) => product * axis, 1);
  const axis = { from: 0, to: 1, count: 2 };
  const points = { form: 'listed', axes: [axis, axis], list: spread(size <= 1000 ? 8 : 2, size) };
  return { points, reference: points, picture: 'coupling' };
}

/** Samples between -1 and 1 that are spread without a pattern, and the same each time. */
const spread = (count, size) => Array.from({ length: count }, (_, i) =>
  Array.from({ length: size }, (_, j) => (2 * ((0.5 + (i * size + j) * 0.6180339887) % 1) - 1).toFixed(2)).join(' ')).join('\n');
