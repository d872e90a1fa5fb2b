// The networks that the service keeps, as presets: they are asked about by id, so that their parameters are used.

import { axesOf } from './points.js';
import { stateWith } from './presets.js';
import { written } from './request.js';
import { Refusal, get } from './service.js';

/** How many are listed; others are opened by a link. */
const most = 24;

/** States by id. An id never stands for another network. */
const loaded = new Map();

const isId = text => /^[0-9a-f]{64}$/.test(text);

/** The group of stored networks; null where there are none, or none can be had. */
export async function storedGroup() {
  try {
    const { items, next } = await get(`v1/networks?limit=${most}`);
    return items.length === 0 ? null : {
      name: 'Stored networks',
      about: 'Asked about with their stored parameters; once you edit the network it is a plain spec, whose parameters are drawn from its seed.'
        + (next === null ? '' : ` These are the first ${most}: #preset= and an id in the address opens any other.`),
      presets: items.map(({ id, name, inputShape, outputShape, parameterCount }) => ({
        id,
        name: name ?? `${id.slice(0, 12)}…`,
        about: `[${inputShape.join(', ')}] → [${outputShape.join(', ')}], ${parameterCount} parameter${parameterCount === 1 ? '' : 's'}`,
        load: () => storedState(id),
      })),
    };
  } catch (error) {
    if (error instanceof Refusal) {
      return null;
    }

    throw error;
  }
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
export async function findStored(id) {
  try {
    return isId(id) ? await storedState(id) : null;
  } catch (error) {
    if (error instanceof Refusal) {
      return null;
    }

    throw error;
  }
}

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
