// What the numbers mean, in the service's own words.

import { element } from './elements.js';

const weight = { error: 0, warning: 1, info: 2 };
const sentence = code => (code[0].toUpperCase() + code.slice(1)).replaceAll('-', ' ');

/** Findings of the results, a finding that several results share told once. */
function gathered(results, names) {
  const cards = new Map();
  results.forEach((result, i) => result.diagnostics?.findings.forEach(finding => {
    const card = cards.get(finding.code + finding.message) ?? { ...finding, of: [] };
    card.of.push(names[i]);
    cards.set(finding.code + finding.message, card);
  }));
  return [...cards.values()].sort((one, other) => weight[one.severity] - weight[other.severity]);
}

const card = ({ code, severity, message, of = [] }, all) => element('li', { class: `finding ${severity}` },
  element('p', { class: 'finding-head' },
    element('span', { class: 'severity' }, severity),
    element('strong', {}, sentence(code)),
    element('code', {}, code)),
  element('p', {}, message),
  of.length > 0
    ? element('p', { class: 'of' }, of.length === all && all > 1 ? 'All answers' : of.map(name => element('span', { class: 'chip' }, name)))
    : null);

/** @returns how many there are by severity. */
export function showFindings(place, answer, names) {
  const cards = gathered(answer.results, names);
  const across = answer.findings ?? [];
  const refused = answer.results.flatMap((result, i) => result.error
    ? [{ code: 'not-computed', severity: 'error', message: result.error.detail ?? result.error.title, of: [names[i]] }]
    : []);
  const open = place.querySelector('details')?.open;
  place.replaceChildren(
    cards.length + refused.length > 0
      ? element('ul', { class: 'findings' }, [...refused, ...cards].map(each => card(each, names.length)))
      : element('p', { class: 'note' }, 'Nothing to remark: these numbers mean what they seem to.'),
    across.length > 0
      ? element('details', { open }, element('summary', {}, `How the answers compare with each other (${across.length})`),
        element('ul', { class: 'findings' }, across.map(each => card(each, 0))))
      : '');
  const all = [...cards, ...refused];
  return { warning: all.filter(each => each.severity !== 'info').length, info: all.filter(each => each.severity === 'info').length };
}
