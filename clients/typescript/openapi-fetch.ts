// Asks a running service with openapi-fetch and the types of openapi-typescript, and checks the answers.
// Usage: node obj/openapi-fetch/openapi-fetch.js ADDRESS
import createClient from 'openapi-fetch';
import type { components, paths } from './obj/generated/api.js';
import { check, safetensors, spec } from './samples.js';

const client = createClient<paths, 'application/json' | 'application/problem+json'>({ baseUrl: process.argv[2] ?? '' });
const inputs = [[0], [0.25], [0.5], [0.75]];
const forum = (width = 10): components['schemas']['NetworkSpec'] => ({
  inputShape: [1],
  layers: [{ type: 'linear', outFeatures: width }, { type: 'tanh' }, { type: 'batchNorm', affine: false }, { type: 'linear', outFeatures: 1 }],
  seed: 7,
});

// A gradient: the sum's vanishes, and a finding says why.
const gradient = await client.POST('/v1/gradients', { body: { network: forum(), inputs, gradient: { kind: 'sum' } } });
const vanishing = gradient.data?.gradients as number[][];
check(vanishing.length === 4 && vanishing.flat().every(number => Math.abs(number) < 1e-4), 'a gradient that vanishes');
check(gradient.data?.diagnostics.findings.some(finding => finding.code === 'sum-gradient-vanishes') === true, 'the finding that says why');

// The same without the way through the statistics: the slope of the curve.
const detached = await client.POST('/v1/gradients', {
  body: { network: forum(), inputs, gradient: { kind: 'sum' }, batchNorm: { mode: 'trainDetached' } },
});
check((detached.data?.gradients as number[][]).flat().some(number => Math.abs(number) > 0.1), 'a slope');

// A comparison.
const comparison = await client.POST('/v1/gradients/compare', {
  body: { network: forum(), inputs, compare: [{ mode: 'train', kind: 'sum' }, { mode: { type: 'eval' }, kind: 'perSample' }] },
});
check(comparison.data?.results.length === 2 && comparison.data.results[0]?.kind === 'sum', 'two results, the first of kind sum');

// A loss with a derivative inside.
const objective = await client.POST('/v1/objectives', {
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
const stored = await client.POST('/v1/networks', { body: { network: forum(), name: 'client-fetch' } });
check(stored.data?.parameterCount === 31, '31 parameters');
const named = await client.POST('/v1/gradients', { body: { network: { name: 'client-fetch' }, inputs, gradient: { kind: 'sum' } } });
check(JSON.stringify(named.data?.gradients) === JSON.stringify(vanishing), 'the same gradient by name');

// A safetensors file, up and down.
const form = new FormData();
form.append('network', spec);
form.append('parameters', safetensors(), 'model.safetensors');
form.append('name', 'client-fetch-file');
const uploaded = await client.POST('/v1/networks/upload', { body: { network: spec }, bodySerializer: () => form });
check(uploaded.data !== undefined, 'a network');
const id = uploaded.data.id;
const forward = await client.POST('/v1/forward', { body: { network: { id }, inputs } });
check(JSON.stringify(forward.data?.outputs) === '[[1],[1.5],[2],[2.5]]', 'the numbers of the file: 2x + 1');
const parameters = await client.GET('/v1/networks/{id}/parameters', { params: { path: { id } } });
check(parameters.data !== undefined && '0.weight' in parameters.data, 'the parameters');

// A request that is wrong.
const refused = await client.POST('/v1/gradients', { body: { network: forum(0), inputs, gradient: { kind: 'sum' } } });
check(refused.response.status === 400 && refused.error?.detail?.includes('got 0') === true, 'a problem with its detail');
check(refused.error.errors?.['network.layers[0].outFeatures']?.length === 1, 'the path of what is wrong');

for (const [name, network] of [['client-fetch', stored.data.id], ['client-fetch-file', id]] as const) {
  await client.DELETE('/v1/names/{name}', { params: { path: { name } } });
  await client.DELETE('/v1/networks/{id}', { params: { path: { id: network } } });
}
