// The points of a batch: evenly along a line or on a grid, or typed one by one.

import { segments, textArea, textField } from './controls.js';
import { element } from './elements.js';
import { axesOf } from './points.js';

/**
 * @param points from, to and count of each axis, and the list; changed in place.
 * @param path the path of the samples in the request.
 */
export function batch(label, points, shape, path, edit) {
  const axes = axesOf(shape);
  const form = axes === 0 ? 'listed' : points.form;
  const choose = chosen => {
    points.form = chosen;
    edit.rebuild(`${label} ${chosen}`);
  };
  return element('div', { class: 'batch' },
    axes === 0 ? null : segments(label, form, [['even', axes === 1 ? 'Evenly spaced' : 'On a grid'], ['listed', 'Listed']], choose),
    form === 'listed'
      ? textArea(axes === 1 ? 'Points, separated by spaces' : 'One sample a line, its numbers separated by spaces', points.list, path, text => {
        points.list = text;
        edit.changed();
      })
      : points.axes.slice(0, axes).map((axis, i) => range(axis, `${path}.axes[${i}]`, i === 0 ? path : null, axes === 1 ? '' : ` x${'₁₂'[i]}`, edit)));
}

function range(axis, path, batchPath, name, edit) {
  return element('div', { class: 'fields' }, [['from', 'From'], ['to', 'To'], ['count', 'Count']].map(([part, words]) => {
    const field = textField(words + name, axis[part], `${path}.${part}`, value => {
      axis[part] = value;
      edit.changed();
    });
    // What the service says of the whole batch is shown at its size.
    if (part === 'count' && batchPath) {
      field.querySelector('input').setAttribute('data-also', batchPath);
    }

    return field;
  }));
}
