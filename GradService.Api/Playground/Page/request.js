// What the page asks the service for, from its state.

import { PointFault, samples } from './points.js';

/** What was typed and is no request yet: messages by path, as the service's own errors have them. */
export class Unfinished extends Error {
  constructor(errors) {
    super('The points are not finished.');
    this.errors = errors;
  }
}

/** A stored network by its id, with the parameters that it has; any other as a spec. */
function network({ id, inputShape, layers, dtype, seed }) {
  return id ? { id } : { inputShape, layers: layers.map(written), dtype, seed };
}

/** A layer without lists that stand empty where they may be absent. */
export function written(layer) {
  const { shortcut, ...rest } = layer;
  const inner = rest.layers ? { ...rest, layers: rest.layers.map(each => Array.isArray(each) ? each.map(written) : written(each)) } : rest;
  return shortcut?.length ? { ...inner, shortcut: shortcut.map(written) } : inner;
}

/** Points by their paths; all faults among them are told at once. */
function allSamples(sets, shape) {
  const errors = {};
  const found = sets.map(([path, points]) => {
    try {
      return samples(points, shape);
    } catch (fault) {
      if (!(fault instanceof PointFault)) {
        throw fault;
      }

      errors[fault.part ? `${path}.${fault.part}` : path] = [fault.message];
      return null;
    }
  });
  if (Object.keys(errors).length > 0) {
    throw new Unfinished(errors);
  }

  return found;
}

function comparison(state) {
  const needsReference = state.entries.some(entry => entry.mode === 'reference');
  const sets = [['inputs', state.points], ...needsReference ? [['batchNorm.referenceInputs', state.reference]] : []];
  const [inputs, referenceInputs] = allSamples(sets, state.network.inputShape);
  return {
    network: network(state.network),
    inputs,
    ...needsReference ? { batchNorm: { referenceInputs } } : {},
    compare: state.entries,
  };
}

/** "u = x*(1-x)*n", one a line, as formulas by name. */
const readFields = text => Object.fromEntries(text.split('\n').filter(line => line.trim() !== '')
  .map(line => [line.split('=')[0].trim(), line.split('=').slice(1).join('=').trim()]));

function objectives(state, known) {
  const { variables, outputs, fields, sets, terms, variants } = state.objective;
  const inputs = allSamples(sets.map((set, i) => [`points[${i}].inputs`, set.points]), state.network.inputShape);
  const chosen = known.filter(variant => variants.includes(variant.letter));
  return {
    network: network(state.network),
    variables,
    outputs,
    ...fields ? { fields: readFields(fields) } : {},
    points: sets.map((set, i) => ({ name: set.name, inputs: inputs[i] })),
    terms,
    compare: chosen.map(({ mode, derivative, throughStatistics }) => ({ mode, derivative, throughStatistics })),
  };
}

/** The Jacobian of each mode once, which is what a picture of the coupling is made of. */
const coupling = body => ({ ...body, compare: [...new Set(body.compare.map(entry => entry.mode))].map(mode => ({ mode, kind: 'jacobian' })) });

/** The path and the body of the request; and of its picture, whose request it is, the body, and how many panels it has. */
export function requestOf(state, capabilities) {
  if (state.task === 'objective') {
    const body = objectives(state, capabilities.objectives.variants);
    return { path: 'v1/objectives/compare', body, picture: { of: 'objectives', request: body, panels: 2 } };
  }

  const body = comparison(state);
  const drawn = state.picture === 'coupling' ? coupling(body) : body;
  return { path: 'v1/gradients/compare', body, picture: { of: 'compare', request: drawn, panels: drawn.compare.length } };
}
