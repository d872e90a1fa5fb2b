// The layers as a list that one changes; its layers and fields are those that the service says it knows.

import { checkField, choice, signButton, textField } from './controls.js';
import { element } from './elements.js';
import { read, readList } from './values.js';

/** What a required field of a new layer says at first. */
const first = { outFeatures: 10, outChannels: 4, kernelSize: 3, groups: 2, outputSize: 1, count: 4, upscaleFactor: 2, shape: [1], dims: [0] };

/** What a list inside a layer begins with: it takes samples of any shape, and gives the same. */
const innermost = 'tanh';

const isList = field => field.type === 'layers';
const isBranches = field => field.type === 'lists of layers';
const isSwitch = field => field.type === 'boolean';

function newLayer(type, known, old = {}) {
  const layer = { type };
  for (const field of known.find(each => each.name === type)?.fields ?? []) {
    if (old[field.name] !== undefined && !(old[field.name] instanceof Array && old[field.name].some(Array.isArray) !== isBranches(field))) {
      layer[field.name] = old[field.name];
    } else if (field.required) {
      layer[field.name] = firstValue(field, known);
    }
  }

  return layer;
}

/** Of two branches the second is the identity. */
function firstValue(field, known) {
  return isList(field) ? [newLayer(innermost, known)]
    : isBranches(field) ? [[newLayer(innermost, known)], []]
    : first[field.name] ?? field.values?.[0] ?? field.minimum ?? 1;
}

/**
 * @param layers the list, which is changed in place.
 * @param path its path in the request.
 * @param known the layers of the capabilities.
 * @param edit.changed called after a value has changed.
 * @param edit.rebuild called after the list has: the form must be made anew, with the focus on the key given.
 */
export function layerList(layers, path, known, edit) {
  const items = layers.map((layer, index) => item(layers, layer, index, `${path}[${index}]`, path, known, edit));
  const select = choice('Layer to add', 'linear', known.map(each => each.name), path, () => {}, { key: `${path} add`, hidden: true });
  const add = () => {
    layers.push(newLayer(select.querySelector('select').value, known));
    edit.rebuild(`${path}[${layers.length - 1}] type`);
  };
  return element('div', { class: 'layers' },
    element('ol', {}, items),
    element('div', { class: 'adding' }, select, element('button', { type: 'button', 'data-key': `${path} add button`, onclick: add }, 'Add layer')));
}

function item(layers, layer, index, path, listPath, known, edit) {
  const fields = known.find(each => each.name === layer.type)?.fields ?? [];
  const plain = [...fields.filter(field => !isList(field) && !isBranches(field) && !isSwitch(field)), ...fields.filter(isSwitch)];
  const name = `layer ${index}, ${layer.type}`;
  const move = (to, key) => {
    layers.splice(to, 0, ...layers.splice(index, 1));
    const end = key === 'up' ? to === 0 : to === layers.length - 1;
    edit.rebuild(`${listPath}[${to}] ${end ? (key === 'up' ? 'down' : 'up') : key}`);
  };
  const remove = () => {
    layers.splice(index, 1);
    edit.rebuild(layers.length > 0 ? `${listPath}[${Math.min(index, layers.length - 1)}] remove` : `${listPath} add button`);
  };
  const type = choice(`Type of layer ${index}`, layer.type, known.map(each => each.name), path, chosen => {
    layers[index] = newLayer(chosen, known, layer);
    edit.rebuild(`${path} type`);
  }, { key: `${path} type`, hidden: true });
  return element('li', {}, element('div', { class: 'layer', role: 'group', 'aria-label': name },
    element('div', { class: 'layer-head' },
      element('span', { class: 'index', 'aria-hidden': 'true' }, index),
      type,
      signButton('↑', `Move ${name} up`, `${path} up`, () => move(index - 1, 'up'), index === 0),
      signButton('↓', `Move ${name} down`, `${path} down`, () => move(index + 1, 'down'), index === layers.length - 1),
      signButton('×', `Remove ${name}`, `${path} remove`, remove)),
    plain.length > 0 ? element('div', { class: 'layer-fields' }, plain.map(field => fieldOf(layer, field, `${path}.${field.name}`, edit))) : null,
    fields.filter(isList).map(field => inner(layer, field, `${path}.${field.name}`, known, edit)),
    fields.filter(isBranches).map(field => branches(layer[field.name], `${path}.${field.name}`, known, edit))));
}

function fieldOf(layer, field, path, edit) {
  const set = value => {
    if (value === undefined) {
      delete layer[field.name];
    } else {
      layer[field.name] = value;
    }

    edit.changed();
  };
  const value = layer[field.name];
  if (isSwitch(field)) {
    return checkField(field.name, value ?? field.default, path, checked => set(checked === field.default ? undefined : checked));
  }

  return field.values
    ? choice(field.name, value ?? field.default, field.values, path, set)
    : textField(field.name, value, path, set, {
      hint: field.default === undefined ? null : String(field.default),
      reader: text => text.trim() === 'null' ? null : field.type === 'integers' ? readList(text) : read(text),
    });
}

function inner(layer, field, path, known, edit) {
  const add = () => {
    layer[field.name] = [newLayer(innermost, known)];
    edit.rebuild(`${path}[0] type`);
  };
  return layer[field.name]?.length || field.required
    ? element('fieldset', { class: 'inner' }, element('legend', {}, field.name), layerList(layer[field.name] ??= [], path, known, edit))
    : element('button', { type: 'button', class: 'quiet', 'data-key': `${path} add button`, onclick: add }, `Add a ${field.name}`);
}

/** The branches of a layer, each a list that may be empty: the identity. */
function branches(lists, path, known, edit) {
  const add = () => {
    lists.push([newLayer(innermost, known)]);
    edit.rebuild(`${path}[${lists.length - 1}][0] type`);
  };
  const branch = (list, index) => {
    const remove = () => {
      lists.splice(index, 1);
      edit.rebuild(`${path} add button`);
    };
    return element('fieldset', { class: 'inner' },
      element('legend', {}, `branch ${index}${list.length === 0 ? ', the identity' : ''}`,
        lists.length > 1 ? signButton('×', `Remove branch ${index}`, `${path}[${index}] remove`, remove) : null),
      layerList(list, `${path}[${index}]`, known, edit));
  };
  return [...lists.map(branch), element('button', { type: 'button', class: 'quiet', 'data-key': `${path} add button`, onclick: add }, 'Add a branch')];
}
