// The left side: all of the state as controls. It is made anew when its structure changes; while one types it stays as it is.

import { batch } from './batch.js';
import { choice, textField } from './controls.js';
import { element } from './elements.js';
import { layerList } from './layers.js';
import { modePicker, variantPicker } from './modes.js';
import { objectiveEditor } from './objective.js';
import { axesOf } from './points.js';
import { read, readList } from './values.js';

/** What is folded away; on a phone all but the network, so that the results are near. */
const folded = new Set(matchMedia('(max-width: 900px)').matches ? ['Points', 'Modes', 'Meanings of BatchNorm'] : []);

function section(name, ...content) {
  const made = element('details', { class: 'section', open: !folded.has(name) }, element('summary', {}, element('h2', {}, name)), ...content);
  made.addEventListener('toggle', () => folded[made.open ? 'delete' : 'add'](name));
  return made;
}

/** Gives the focus to the control with the key, with the caret behind what is typed; whether there is such a control. */
export function focusControl(place, key) {
  const control = [...place.querySelectorAll('[data-key]')].find(each => each.getAttribute('data-key') === key);
  control?.focus();
  if (isTyped(control)) {
    control.setSelectionRange(control.value.length, control.value.length);
  }

  return control !== undefined;
}

/** Whether a control is text, which changes with each key. */
export const isTyped = control => control?.matches('input[type=text], textarea') ?? false;

/** Puts the controls of a state into a place; "changed" is called after each edit. */
export function showForm(place, state, capabilities, changed) {
  const edit = {
    changed,
    rebuild: key => {
      showForm(place, state, capabilities, changed);
      focusControl(place, key);
      changed();
    },
  };
  const { network } = state;
  const stored = network.id
    ? element('p', { class: 'note' },
      'A stored network, with its parameters. Any change here makes it a plain spec, whose parameters are drawn from the seed.')
    : null;
  const detach = () => {
    delete network.id;
    stored?.remove();
  };
  const networkEdit = {
    changed: () => {
      detach();
      changed();
    },
    rebuild: key => {
      detach();
      edit.rebuild(key);
    },
  };
  const setShape = value => {
    const before = axesOf(network.inputShape);
    network.inputShape = value;
    if (axesOf(value) === before) {
      networkEdit.changed();
    } else {
      networkEdit.rebuild('network.inputShape');
    }
  };
  place.replaceChildren(
    section('Network', stored,
      element('div', { class: 'fields' },
        textField('Input shape', network.inputShape, 'network.inputShape', setShape, { reader: readList, hint: '1' }),
        textField('Seed', network.seed, 'network.seed', value => {
          network.seed = value;
          networkEdit.changed();
        }, { reader: read, hint: '0' }),
        choice('Precision', network.dtype, capabilities.dtypes, 'network.dtype', value => {
          network.dtype = value;
          networkEdit.changed();
        })),
      layerList(network.layers, 'network.layers', capabilities.layers, networkEdit)),
    ...state.task === 'objective'
      ? [section('Loss', objectiveEditor(state.objective, network.inputShape, edit)),
        section('Meanings of BatchNorm', variantPicker(state, capabilities, edit))]
      : [section('Points', batch('Points', state.points, network.inputShape, 'inputs', edit)), section('Modes', modePicker(state, capabilities, edit))]);
}
