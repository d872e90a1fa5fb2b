// The batch that a set of points stands for.

/** More would make the page slow, not the service. */
const most = 20000;

/** A fault of what was typed: where, in the words of the request's paths, and what. */
export class PointFault extends Error {
  constructor(part, message) {
    super(message);
    this.part = part;
  }
}

/** Whether the points of a network of this shape can be spaced evenly: along a line or on a grid. */
export const axesOf = shape => Array.isArray(shape) && shape.length === 1 && (shape[0] === 1 || shape[0] === 2) ? shape[0] : 0;

/** Even spacing, both ends included, as numpy.linspace has it. */
function along({ from, to, count }, part) {
  for (const [name, value] of [['from', from], ['to', to]]) {
    if (typeof value !== 'number') {
      throw new PointFault(`${part}.${name}`, `Expected a number, got ${value === undefined ? 'nothing' : `'${value}'`}.`);
    }
  }

  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw new PointFault(`${part}.count`, `Expected a whole number from 1 to ${most}, got ${count === undefined ? 'nothing' : `'${count}'`}.`);
  }

  const step = count > 1 ? (to - from) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => i === count - 1 && count > 1 ? to : from + i * step);
}

function listed(text, shape) {
  if (!Array.isArray(shape) || !shape.every(size => Number.isInteger(size) && size > 0)) {
    throw new PointFault('', 'Give the shape of an input first.');
  }

  const size = shape.reduce((product, axis) => product * axis, 1);
  const lines = size === 1 ? text.split(/[\s,;]+/) : text.split('\n');
  return lines.map(line => line.trim()).filter(line => line !== '').map((line, index) => {
    const words = line.split(/[\s,;]+/).filter(word => word !== '');
    const values = words.map(Number);
    const wrong = words.find((_, i) => !Number.isFinite(values[i]));
    if (wrong !== undefined || values.length !== size) {
      const got = wrong === undefined ? values.length : `'${wrong}'`;
      throw new PointFault('list', `Sample ${index + 1}: expected ${size === 1 ? 'a number' : `${size} numbers`}, got ${got}.`);
    }

    return nested(values, shape);
  });
}

function nested(values, shape) {
  if (shape.length === 1) {
    return values;
  }

  const step = values.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) => nested(values.slice(i * step, (i + 1) * step), shape.slice(1)));
}

/** The samples, [N, D…]. On a grid the first input runs fastest. */
export function samples(points, shape) {
  const axes = axesOf(shape);
  if (points.form === 'listed' || axes === 0) {
    return listed(points.list, shape);
  }

  const [first, second] = points.axes.slice(0, axes).map((axis, i) => along(axis, `axes[${i}]`));
  if (second === undefined) {
    return first.map(x => [x]);
  }

  if (first.length * second.length > most) {
    throw new PointFault('axes[1].count', `Expected at most ${most} points on the grid, got ${first.length * second.length}.`);
  }

  return second.flatMap(y => first.map(x => [x, y]));
}
