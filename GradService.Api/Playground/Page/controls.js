// Labelled controls. A control knows the path in a request that it stands for, so that an error finds it.

import { element, newId } from './elements.js';
import { read, show } from './values.js';

/** A line of text that is a value: see values.js. */
export function textField(label, value, path, change, { reader = read, hint, wide } = {}) {
  const id = newId();
  const input = element('input', {
    id, type: 'text', value: show(value), 'data-path': path, 'data-key': path, autocomplete: 'off', spellcheck: 'false',
    placeholder: hint, oninput: () => change(reader(input.value)),
  });
  return element('div', { class: wide ? 'field wide' : 'field' }, element('label', { for: id }, label), input);
}

/** Several lines of text, as they are. */
export function textArea(label, value, path, change, rows = 5) {
  const id = newId();
  const area = element('textarea', { id, rows, 'data-path': path, 'data-key': path, spellcheck: 'false', oninput: () => change(area.value) });
  area.value = value;
  return element('div', { class: 'field wide' }, element('label', { for: id }, label), area);
}

export function checkField(label, checked, path, change, about) {
  const id = newId();
  const box = element('input', { id, type: 'checkbox', 'data-path': path, 'data-key': path, onchange: () => change(box.checked) });
  box.checked = checked;
  return element('div', { class: 'check' }, box, element('label', { for: id }, label, about ? element('small', {}, about) : null));
}

/** One of some values; an option is a value or [value, words]. */
export function choice(label, value, options, path, change, { key = path, hidden } = {}) {
  const id = newId();
  const select = element('select', { id, 'data-path': path, 'data-key': key, onchange: () => change(select.value) },
    options.map(option => {
      const [name, words] = Array.isArray(option) ? option : [option, option];
      return element('option', { value: name, selected: name === value }, words);
    }));
  if (!options.some(option => (Array.isArray(option) ? option[0] : option) === value)) {
    select.prepend(element('option', { value, selected: true }, String(value)));
  }

  return element('div', { class: 'field' }, element('label', { for: id, class: hidden ? 'unseen' : null }, label), select);
}

/** One of two or three ways, side by side. */
export function segments(label, value, options, change) {
  const name = newId();
  return element('fieldset', { class: 'segments' }, element('legend', { class: 'unseen' }, label),
    options.map(([option, words]) => {
      const input = element('input', { type: 'radio', name, value: option, 'data-key': `${label} ${option}`, onchange: () => change(option) });
      input.checked = option === value;
      return element('label', {}, input, element('span', {}, words));
    }));
}

/** A button with a sign on it and words for who cannot see what the sign stands beside. */
export const signButton = (sign, words, key, press, disabled = false) =>
  element('button', { type: 'button', class: 'sign', 'aria-label': words, title: words, 'data-key': key, disabled, onclick: press }, sign);
