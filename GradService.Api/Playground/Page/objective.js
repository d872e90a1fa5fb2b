// A loss: its variables, its fields, its sets of points, and its terms.

import { batch } from './batch.js';
import { boundaryOf, setBoundary } from './boundary.js';
import { choice, segments, signButton, textArea, textField } from './controls.js';
import { element } from './elements.js';
import { readNames } from './values.js';

export function objectiveEditor(objective, shape, edit) {
  const set = (target, name) => value => {
    target[name] = value;
    edit.changed();
  };
  return element('div', {},
    boundarySwitch(objective, edit),
    element('div', { class: 'fields' },
      textField('Variables', objective.variables, 'variables', set(objective, 'variables'), { reader: readNames }),
      textField('Outputs', objective.outputs, 'outputs', set(objective, 'outputs'), { reader: readNames }),
      textArea('Fields, one a line, such as flux = u^2*u_x', objective.fields ?? '', 'fields', text => {
        // Without any, a loss is as it was before there were any.
        objective.fields = text === '' ? undefined : text;
        edit.changed();
      }, 1)),
    element('h3', {}, 'Points'),
    objective.sets.map((each, i) => element('div', { class: 'part', role: 'group', 'aria-label': `Points ${each.name}` },
      heading(objective.sets, i, `points ${each.name}`, `points[${i}]`, edit,
        textField('Name', each.name, `points[${i}].name`, set(each, 'name'), { reader: text => text.trim() })),
      batch(`Points ${i}`, each.points, shape, `points[${i}].inputs`, edit))),
    adder('Add a set of points', 'points', () => {
      objective.sets.push({
        name: `points${objective.sets.length}`,
        points: structuredClone(objective.sets[0]?.points ?? { form: 'listed', axes: [{}, {}], list: '' }),
      });
      edit.rebuild(`points[${objective.sets.length - 1}].name`);
    }),
    element('h3', {}, 'Terms'),
    objective.terms.map((term, i) => element('div', { class: 'part', role: 'group', 'aria-label': `Term ${term.name}` },
      heading(objective.terms, i, `term ${term.name}`, `terms[${i}]`, edit,
        textField('Name', term.name, `terms[${i}].name`, set(term, 'name'), { reader: text => text.trim() })),
      element('div', { class: 'fields' },
        textField('Residual', term.residual, `terms[${i}].residual`, set(term, 'residual'), { reader: text => text, wide: true }),
        choice('On', term.on, objective.sets.map(each => each.name), `terms[${i}].on`, set(term, 'on')),
        textField('Weight', term.weight, `terms[${i}].weight`, set(term, 'weight'), { hint: '1' })))),
    adder('Add a term', 'terms', () => {
      objective.terms.push({ name: `term${objective.terms.length}`, on: objective.sets[0]?.name ?? '', residual: objective.outputs[0] ?? '', weight: 1 });
      edit.rebuild(`terms[${objective.terms.length - 1}].residual`);
    }));
}

/** Where the loss has one of the two boundaries. */
function boundarySwitch(objective, edit) {
  const boundary = boundaryOf(objective);
  return boundary && segments('Boundary', boundary, [['soft', 'Soft boundary'], ['hard', 'Hard boundary']], chosen => {
    setBoundary(objective, chosen);
    edit.rebuild(`Boundary ${chosen}`);
  });
}

const heading = (list, index, name, path, edit, field) => element('div', { class: 'part-head' }, field,
  signButton('×', `Remove ${name}`, `${path} remove`, () => {
    list.splice(index, 1);
    edit.rebuild(`${path.split('[')[0]} add button`);
  }));

const adder = (words, path, press) =>
  element('button', { type: 'button', class: 'quiet', 'data-path': path, 'data-key': `${path} add button`, onclick: press }, words);
