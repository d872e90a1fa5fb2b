// The numbers: a line for each answer, and all points.

import { element } from './elements.js';
import { digits } from './values.js';

const most = 500;
const widest = 4;

const cell = value => element('td', {}, digits(value));
const table = (caption, heads, rows) => element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
  element('table', {},
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, heads.map(head => element('th', { scope: 'col' }, head)))),
    element('tbody', {}, rows)));

function span(array) {
  const values = array.flat(Infinity).filter(value => typeof value === 'number');
  return values.length === 0 ? ['–'] : [values.reduce((one, other) => Math.min(one, other)), values.reduce((one, other) => Math.max(one, other))];
}

const range = array => span(array).map(digits).join(' … ');

/** How far an answer is from the slope of the curve, where that was asked for too. */
function fromSlope(answer, index) {
  const slope = answer.results.findIndex(result => result.kind === 'perSample' && result.batchNorm.mode === 'trainDetached');
  const difference = answer.differences?.find(each => (each.first === index && each.second === slope) || (each.first === slope && each.second === index));
  return index === slope ? 'is it' : difference?.maxGradientDifference === undefined ? '–' : digits(difference.maxGradientDifference);
}

export function gradientSummary(answer, names) {
  return table('One line for each mode and kind', ['Mode, kind', 'Outputs', 'Derivatives', 'Norm', 'Off the slope of the curve', 'Sweeps', 'Time, ms'],
    answer.results.map((result, i) => element('tr', {},
      element('th', { scope: 'row' }, names[i]),
      element('td', {}, range(result.outputs)),
      element('td', {}, range(result.gradients)),
      cell(result.diagnostics.gradientNorm),
      element('td', {}, fromSlope(answer, i)),
      cell(result.diagnostics.passes),
      cell(result.diagnostics.timings.forwardMs + result.diagnostics.timings.gradientMs))));
}

export function objectiveSummary(answer, names) {
  const terms = answer.results.find(result => result.terms)?.terms.map(term => term.name) ?? [];
  return table('One line for each meaning of BatchNorm', ['Meaning', 'Loss', ...terms, 'Cosine with c', 'Sweeps', 'Time, ms'],
    answer.results.map((result, i) => element('tr', {},
      element('th', { scope: 'row' }, names[i]),
      cell(result.value),
      terms.map((_, t) => cell(result.terms?.[t].value)),
      cell(result.gradientCosine),
      cell(result.diagnostics?.passes),
      cell(result.diagnostics && result.diagnostics.timings.forwardMs + result.diagnostics.timings.gradientMs))));
}

/** All points, each with its outputs and derivatives; of many columns the first. */
export function pointTable(answer, inputs, names) {
  const flat = array => [array].flat(Infinity).slice(0, widest);
  const labels = (name, count) => count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name}${i + 1}`);
  const width = array => flat(array[0]).length;
  const parts = answer.results.map(result => ({ ...result, m: width(result.outputs), d: width(result.gradients) }));
  const heads = [...labels('x', width(inputs)), ...parts.flatMap((part, i) =>
    [...labels('y', part.m), ...labels('∂y', part.d)].map(label => `${label} · ${names[i]}`))];
  const rows = inputs.slice(0, most).map((input, n) => element('tr', {},
    flat(input).map(value => element('th', { scope: 'row' }, digits(value))),
    parts.map(part => [...flat(part.outputs[n]), ...flat(part.gradients[n])].map(cell))));
  return element('div', {}, table('Every point', heads, rows),
    inputs.length > most
      ? element('p', { class: 'note' }, `The first ${most} of ${inputs.length} points; the copied request answers with all of them.`)
      : null);
}
