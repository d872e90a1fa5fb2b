// Which modes and kinds stand side by side. The modes, and what each does, are what the service says.

import { batch } from './batch.js';
import { checkField, choice } from './controls.js';
import { element } from './elements.js';

const kinds = [['sum', 'sum'], ['perSample', 'per sample']];

export function modePicker(state, capabilities, edit) {
  const has = (mode, kind) => state.entries.some(entry => entry.mode === mode && entry.kind === kind);
  const order = capabilities.modes.flatMap(mode => kinds.map(([kind]) => ({ mode: mode.name, kind })));
  const set = (mode, kind, on) => {
    state.entries = order.filter(entry => entry.mode === mode && entry.kind === kind ? on : has(entry.mode, entry.kind));
    if (mode === 'reference') {
      edit.rebuild(`compare ${mode} ${kind}`);
    } else {
      edit.changed();
    }
  };
  return element('div', { class: 'modes' },
    element('p', { class: 'note' }, element('b', {}, 'sum'), ': Σⱼ ∂yⱼ/∂xᵢ, what autograd gives for y.sum(). ', element('b', {}, 'per sample'), ': ∂yᵢ/∂xᵢ.'),
    capabilities.modes.map((mode, place) => element('fieldset', { class: 'mode' },
      element('legend', {}, mode.name),
      element('p', { class: 'note' }, mode.description),
      element('div', { class: 'checks' }, kinds.map(([kind, words]) => {
        const field = checkField(words, has(mode.name, kind), place === 0 && kind === 'sum' ? 'compare' : null, on => set(mode.name, kind, on));
        const box = field.querySelector('input');
        box.setAttribute('data-key', `compare ${mode.name} ${kind}`);
        box.setAttribute('aria-label', `${mode.name}, ${words}`);
        return field;
      })),
      mode.name === 'reference' && (has('reference', 'sum') || has('reference', 'perSample'))
        ? batch('Reference batch', state.reference, state.network.inputShape, 'batchNorm.referenceInputs', edit) : null)),
    choice('Picture', state.picture, [
      ['', 'Outputs and derivatives'], ['coupling', 'Coupling: how samples move each other’s outputs'],
    ], 'figure.kind', picture => {
      state.picture = picture;
      edit.changed();
    }));
}

export function variantPicker(state, capabilities, edit) {
  const chosen = new Set(state.objective.variants);
  const set = (letter, on) => {
    chosen[on ? 'add' : 'delete'](letter);
    state.objective.variants = capabilities.objectives.variants.map(variant => variant.letter).filter(each => chosen.has(each));
    edit.changed();
  };
  return element('div', { class: 'modes' }, capabilities.objectives.variants.map((variant, place) =>
    checkField(`${variant.letter}  ${variantName(variant)}`, chosen.has(variant.letter), place === 0 ? 'compare' : `variant ${variant.letter}`,
      on => set(variant.letter, on), variant.meaning)));
}

/** "trainDetached, perSample, statistics held". */
export const variantName = variant => [variant.mode, variant.derivative,
  variant.mode === 'trainDetached' && variant.throughStatistics === false ? 'not through statistics' : null].filter(part => part).join(', ');
