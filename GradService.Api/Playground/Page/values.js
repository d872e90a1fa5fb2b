// What is typed, as the value that a request has. The service alone decides whether it is a good one, and says so.

const number = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

function readOne(text) {
  const value = Number(text);
  // Longer integers would be rounded on the way; as they stand the service says what it takes.
  return number.test(text) && Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value)) ? value : text;
}

/** "3" is a number, "3, 5" a list, "" nothing, and the rest is text. */
export function read(text) {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed.includes(',') ? trimmed.split(',').map(part => readOne(part.trim())) : readOne(trimmed);
}

/** As read, where a list is wanted whatever its length. */
export function readList(text) {
  const value = read(text);
  return typeof value === 'number' ? [value] : value;
}

/** As read, where names are wanted. */
export const readNames = text => text.split(',').map(part => part.trim()).filter(part => part !== '');

/** What read would have read. */
export const show = value => value === undefined ? '' : Array.isArray(value) ? value.join(', ') : String(value);

/** A number for people: four digits, and a minus sign. */
export function digits(value) {
  if (typeof value !== 'number') {
    return value === undefined || value === null ? '–' : String(value);
  }

  const size = Math.abs(value);
  const text = value === 0 ? '0' : size >= 1e-3 && size < 1e5 ? Number(value.toPrecision(4)).toString() : value.toExponential(2).replace('e+', 'e');
  return text.replaceAll('-', '−');
}
