// What both programs send, and how they say what they expect.

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) {
    throw new Error(`Expected ${what}.`);
  }
}

/** The spec of a layer whose numbers are in the safetensors file. */
export const spec = JSON.stringify({ inputShape: [1], layers: [{ type: 'linear', outFeatures: 1 }] });

/** A file of two tensors, as safetensors.torch.save_file writes it: y = 2x + 1. */
export function safetensors(): Blob {
  const header = new TextEncoder().encode(JSON.stringify({
    '0.weight': { dtype: 'F32', shape: [1, 1], data_offsets: [0, 4] },
    '0.bias': { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
  }));
  return new Blob([new BigUint64Array([BigInt(header.length)]), header, new Float32Array([2, 1])]);
}
