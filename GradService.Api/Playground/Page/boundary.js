// The boundary condition of the Poisson problem, u(0) = u(1) = 0: soft, by a term of the loss, or hard, by a field that is 0 there whatever
// the network is.

const points = { name: 'boundary', points: { form: 'listed', axes: [{ from: 0, to: 1, count: 2 }, { from: 0, to: 1, count: 2 }], list: '0 1' } };
const term = { name: 'bc', on: points.name, residual: 'u', weight: 100 };
const field = 'u = x*(1-x)*n';

const isOnBoundary = each => each.on === points.name;

/** "soft" or "hard"; null for a loss that has neither of the two. */
export function boundaryOf({ variables, outputs, fields, sets, terms }) {
  if (String(variables) !== 'x') {
    return null;
  }

  const isSoft = !fields && String(outputs) === 'u' && sets.some(set => set.name === points.name) && terms.some(isOnBoundary);
  return isSoft ? 'soft' : fields === field && String(outputs) === 'n' ? 'hard' : null;
}

/** Gives a loss the other boundary, in place. */
export function setBoundary(objective, boundary) {
  if (boundary === 'hard') {
    objective.outputs = ['n'];
    objective.fields = field;
    objective.sets = objective.sets.filter(set => set.name !== points.name);
    objective.terms = objective.terms.filter(each => !isOnBoundary(each));
  } else {
    objective.outputs = ['u'];
    delete objective.fields;
    objective.sets.push(structuredClone(points));
    objective.terms.push({ ...term });
  }

  return objective;
}
