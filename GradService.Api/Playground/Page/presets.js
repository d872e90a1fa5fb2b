// What one can start from. A preset is a state of the page: see state.js.

import { setBoundary } from './boundary.js';

const line = (from, to, count) => ({ from, to, count });
const unit = (count, other = line(0, 1, 15)) => ({ form: 'even', axes: [line(0, 1, count), other], list: '0 0.25 0.5 0.75 1' });
const linear = outFeatures => ({ type: 'linear', outFeatures });
const tanh = { type: 'tanh' };
const plainBatchNorm = { type: 'batchNorm', affine: false };

const poissonLoss = boundary => setBoundary({
  variables: ['x'], outputs: [],
  sets: [{ name: 'interior', points: { form: 'even', axes: [line(0.025, 0.975, 20), line(0.025, 0.975, 20)], list: '' } }],
  terms: [{ name: 'pde', on: 'interior', residual: 'u_xx + pi^2*sin(pi*x)', weight: 1 }],
  variants: ['a', 'b', 'c', 'd', 'e', 'f'],
}, boundary);

/** What the presets leave as it is. */
const usual = {
  task: 'gradients',
  network: { inputShape: [1], layers: [linear(10), tanh, linear(1)], dtype: 'float32', seed: 0 },
  points: unit(100),
  entries: [
    { mode: 'train', kind: 'sum' }, { mode: 'train', kind: 'perSample' }, { mode: 'trainDetached', kind: 'perSample' },
    { mode: 'eval', kind: 'perSample' }, { mode: 'movingAverage', kind: 'perSample' },
  ],
  reference: { form: 'even', axes: [line(0, 0.5, 50), line(0, 0.5, 8)], list: '' },
  picture: '',
  objective: poissonLoss('soft'),
};

/** A state that differs from the usual one in the members given. */
export const stateWith = change => structuredClone({ ...usual, ...change });

const preset = (id, name, about, change) => ({ id, name, about, state: stateWith(change), load: async () => stateWith(change) });

const poisson = {
  task: 'objective',
  network: { inputShape: [1], layers: [linear(10), tanh, { type: 'batchNorm' }, linear(1)], dtype: 'float64', seed: 7 },
};

const ownPresets = [
  preset('forum', 'Forum, with BatchNorm', 'The forum’s second plot: the derivative makes no sense.', {
    network: { inputShape: [1], layers: [linear(10), tanh, plainBatchNorm, linear(1)], dtype: 'float32', seed: 7 },
  }),
  preset('forum-without', 'Forum, without', 'The forum’s first plot: curve and derivative fit.', {
    network: { inputShape: [1], layers: [linear(10), tanh, linear(1)], dtype: 'float32', seed: 11 },
  }),
  preset('three', 'Three BatchNorms', 'In float64: the statistics of each layer move those of the next.', {
    network: {
      inputShape: [1],
      layers: [
        linear(10), tanh, { type: 'batchNorm' }, linear(10), tanh, { type: 'batchNorm' }, linear(10), tanh, { type: 'batchNorm' }, linear(1),
      ],
      dtype: 'float64', seed: 7,
    },
  }),
  preset('two', 'Two inputs', 'A field over the plane, with its gradient.', {
    network: { inputShape: [2], layers: [linear(16), tanh, { type: 'batchNorm' }, linear(1)], dtype: 'float32', seed: 5 },
    points: { form: 'even', axes: [line(-3, 3, 15), line(-3, 3, 15)], list: '' },
  }),
  preset('poisson', 'Poisson, a loss', 'A PINN’s loss for u″ = −π² sin πx in each meaning of BatchNorm.', poisson),
];

/** The presets that are there before the service has answered. */
export const ownGroup = { name: 'Start from', presets: ownPresets };

/** States with an address of their own: the presets, and what a switch makes of one, whose button stays pressed. */
export const named = [
  ...ownPresets,
  { ...preset('poisson-hard', '', '', { ...poisson, objective: poissonLoss('hard') }), of: 'poisson' },
];

/** The preset that the page opens with. */
export const firstPreset = ownPresets[0];
