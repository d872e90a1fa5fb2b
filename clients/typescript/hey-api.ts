// Asks a running service with the client that @hey-api/openapi-ts generates, and checks the answers.
// Usage: node obj/hey-api/hey-api.js ADDRESS
import { client } from './obj/generated/hey-api/client.gen.js';
import {
  compareGradients, deleteName, deleteNetwork, forward, getParameters, gradients, objectives, storeNetwork, uploadNetwork,
} from './obj/generated/hey-api/sdk.gen.js';
import type { NetworkSpec } from './obj/generated/hey-api/types.gen.js';
import { check, safetensors, spec } from './samples.js';

client.setConfig({ baseUrl: process.argv[2] ?? '' });
const inputs = [[0], [0.25], [0.5], [0.75]];
const forum = (width = 10): NetworkSpec => ({
  inputShape: [1],
  layers: [{ type: 'linear', outFeatures: width }, { type: 'tanh' }, { type: 'batchNorm', affine: false }, { type: 'linear', outFeatures: 1 }],
  seed: 7,
});

// A gradient: the sum's vanishes, and a finding says why.
const gradient = await gradients({ body: { network: forum(), inputs, gradient: { kind: 'sum' } } });
const vanishing = gradient.data?.gradients as number[][];
check(vanishing.length === 4 && vanishing.flat().every(number => Math.abs(number) < 1e-4), 'a gradient that vanishes');
check(gradient.data?.diagnostics.findings.some(finding => finding.code === 'sum-gradient-vanishes') === true, 'the finding that says why');

// The same without the way through the statistics: the slope of the curve.
const detached = await gradients({ body: { network: forum(), inputs, gradient: { kind: 'sum' }, batchNorm: { mode: 'trainDetached' } } });
check((detached.data?.gradients as number[][]).flat().some(number => Math.abs(number) > 0.1), 'a slope');

// A comparison.
const comparison = await compareGradients({
  body: { network: forum(), inputs, compare: [{ mode: 'train', kind: 'sum' }, { mode: { type: 'eval' }, kind: 'perSample' }] },
});
check(comparison.data?.results.length === 2 && comparison.data.results[0]?.kind === 'sum', 'two results, the first of kind sum');

// A loss with a derivative inside.
const objective = await objectives({
  body: {
    network: forum(),
    variables: ['x'],
    outputs: ['u'],
    points: [{ name: 'interior', inputs }],
    terms: [{ name: 'pde', on: 'interior', residual: 'u_xx + pi^2*sin(pi*x)' }],
  },
});
check(Number(objective.data?.value) > 0, 'a loss');
check((objective.data?.parameterGradients?.['0.weight'] as number[][]).length === 10, 'its gradients');

// A network that is stored, and used by its name.
const stored = await storeNetwork({ body: { network: forum(), name: 'client-hey' } });
check(stored.data?.parameterCount === 31, '31 parameters');
const named = await gradients({ body: { network: { name: 'client-hey' }, inputs, gradient: { kind: 'sum' } } });
check(JSON.stringify(named.data?.gradients) === JSON.stringify(vanishing), 'the same gradient by name');

// A safetensors file, up and down.
const uploaded = await uploadNetwork({ body: { network: spec, parameters: safetensors(), name: 'client-hey-file' } });
check(uploaded.data !== undefined, 'a network');
const id = uploaded.data.id;
const outputs = await forward({ body: { network: { id }, inputs } });
check(JSON.stringify(outputs.data?.outputs) === '[[1],[1.5],[2],[2.5]]', 'the numbers of the file: 2x + 1');
const parameters = await getParameters({ path: { id }, headers: { Accept: 'application/json' } });
check(parameters.data !== undefined && '0.weight' in parameters.data, 'the parameters');

// A request that is wrong.
const refused = await gradients({ body: { network: forum(0), inputs, gradient: { kind: 'sum' } } });
check(refused.response?.status === 400 && refused.error?.detail?.includes('got 0') === true, 'a problem with its detail');
check(refused.error?.errors?.['network.layers[0].outFeatures']?.length === 1, 'the path of what is wrong');

for (const [name, network] of [['client-hey', stored.data.id], ['client-hey-file', id]] as const) {
  await deleteName({ path: { name } });
  await deleteNetwork({ path: { id: network } });
}
