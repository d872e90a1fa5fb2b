// A stored network in words, and whether a search finds it.

const relative = new Intl.RelativeTimeFormat('en');
const units = Object.entries({ year: 31557600, month: 2629800, day: 86400, hour: 3600, minute: 60 });

/** "2 hours ago"; the clocks of service and browser may differ. */
function ago(time, now) {
  const seconds = (now - Date.parse(time)) / 1000;
  const [unit, length] = units.find(each => seconds >= each[1]) ?? [];
  return unit ? relative.format(-Math.floor(seconds / length), unit) : 'just now';
}

const whatItIs = ({ inputShape, outputShape, parameterCount }) =>
  `${inputShape.join('×')} → ${outputShape.join('×')}, ${parameterCount.toLocaleString('en')} parameter${parameterCount === 1 ? '' : 's'}`;

/** Its name, or else what it is. */
export const titleOf = network => network.name ?? whatItIs(network);

/** Enough of the id to tell networks apart at sight. */
export const shortId = network => network.id.slice(0, 8);

/** The rest of what one knows it by. */
export function aboutOf(network, now) {
  const others = network.names.filter(name => name !== network.name);
  return [
    network.name && whatItIs(network), others.length > 0 && `also ${others.join(', ')}`, `stored ${ago(network.createdAt, now)}`, shortId(network),
  ].filter(part => part).join(' · ');
}

/** A shape may be typed as 2×3×3, 2x3x3, 2, 3, 3 or [2, 3, 3], and an arrow as → or ->. A name has none of these signs but x. */
const plain = text => text.toLowerCase().replace(/[[\]]/g, '').replace(/\s*(?:→|->)\s*/g, '>').replace(/\s*[×,]\s*/g, 'x').trim();

/** Whether each word of a search is part of a name, the beginning of the id, or a shape. */
export function isFound({ id, names, inputShape, outputShape }, search) {
  const [from, to] = [inputShape.join('x'), outputShape.join('x')];
  return plain(search).split(/\s+/).every(word =>
    id.startsWith(word) || names.some(name => name.includes(word)) || [from, to, `>${to}`].includes(word) || `${from}>${to}`.startsWith(word));
}
