// The state of the page, and the link that reproduces it. A key is no part of it.

import { firstPreset, named } from './presets.js';
import { findStored, loadedState } from './stored.js';

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The id of the preset that a state is, unchanged; undefined where it is none. */
export function presetOf(state) {
  const { id } = state.network;
  return id ? (same(loadedState(id), state) ? id : undefined) : named.find(preset => same(preset.state, state))?.id;
}

/** A page with more layers would take minutes to show; the service takes no more by default. */
const mostLayers = 1000;

/** "#preset=forum", or "#state=" and the state itself. */
export function toFragment(state) {
  const preset = presetOf(state);
  if (preset) {
    return `#preset=${preset}`;
  }

  const bytes = new TextEncoder().encode(JSON.stringify(state));
  const text = btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
  return `#state=${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** The state that a link stands for; null where it stands for none, or for a stored network that is not to be had. */
export async function fromFragment(fragment) {
  const [name, text] = [fragment.slice(1, fragment.indexOf('=')), fragment.slice(fragment.indexOf('=') + 1)];
  if (name === 'preset') {
    return named.find(each => each.id === text)?.load() ?? findStored(text);
  }

  const state = name === 'state' ? decoded(text) : null;
  if (state?.network.id === undefined) {
    return state;
  }

  // What the network is, the service says and not the link.
  const stored = await findStored(state.network.id);
  return stored && { ...state, network: stored.network };
}

/** The state that is written in a link; null where none is. */
function decoded(text) {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));
    const state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return isLike(state, firstPreset.state) && typeof (state.objective.fields ?? '') === 'string'
      && state.network.layers.every(isLayer) && counted(state.network.layers) <= mostLayers ? state : null;
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError || error instanceof TypeError) {
      return null;
    }

    throw error;
  }
}

/** Layers with those inside of them; it stops to count where there are too many. */
function counted(layers) {
  let [count, rest] = [0, [layers]];
  while (rest.length > 0 && count <= mostLayers) {
    const list = rest.pop();
    count += list.length;
    if (count <= mostLayers) {
      rest = rest.concat(list.flatMap(listsIn));
    }
  }

  return count;
}

/** The lists of layers inside a layer; branches are a list of such lists. */
const listsIn = layer => [layer.layers, layer.shortcut].filter(list => list !== undefined)
  .flatMap(list => Array.isArray(list) && list.some(Array.isArray) ? list : [list]);

const isLayer = layer => typeof layer?.type === 'string' && listsIn(layer).every(list => Array.isArray(list) && list.every(isLayer));

/** Whether all that the page reads from a state is there, as it is in the model; where the model has a number, whatever was typed. */
function isLike(value, model) {
  if (Array.isArray(model)) {
    return Array.isArray(value) && (typeof model[0] !== 'object' || 'type' in model[0] || value.every(each => isLike(each, model[0])));
  }

  if (typeof model !== 'object') {
    return typeof model === 'number' ? typeof value !== 'object' : typeof value === typeof model;
  }

  return typeof value === 'object' && value !== null
    && Object.keys(model).every(key => isLike(value[key], model[key]) || (key === 'inputShape' && typeof value[key] !== 'object'));
}
