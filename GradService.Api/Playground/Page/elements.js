// Elements of the page, made without HTML text, so that nothing typed or answered is ever read as HTML.

/** An element with attributes, listeners ("onclick") and children; absent attributes and children are left out. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      made.addEventListener(key.slice(2), value);
    } else if (value === true) {
      made.setAttribute(key, '');
    } else if (value !== false && value !== undefined && value !== null) {
      made.setAttribute(key, value);
    }
  }

  made.append(...children.flat(Infinity).filter(child => child !== undefined && child !== null && child !== false));
  return made;
}

let count = 0;

/** An id that nothing else on the page has. */
export const newId = () => `e${++count}`;
