// The browser's history of the page: an edit is an entry, so that Back undoes it and Forward does it again.

/** Who types on in the same field within this many milliseconds goes on with the same edit. */
const pause = 1000;

/** The edit that is on top: the field that it is typed into, null where it is no typing; when it was last typed; and the fragment below it. */
let top = { field: null, time: 0, below: null };

/** The fragment of a state that is no edit, but what the address stands for. */
export function settle(fragment) {
  top = { field: null, time: 0, below: null };
  if (fragment !== location.hash) {
    history.replaceState(null, '', fragment);
  }
}

/**
 * An edit has led to the fragment.
 * @param field the key of the field that was typed into, null for any other edit.
 */
export function record(fragment, field) {
  const now = Date.now();
  const goesOn = field !== null && field === top.field && now - top.time < pause;
  const below = goesOn ? top.below : location.hash;
  if (fragment === location.hash) {
    top.time = goesOn ? now : top.time;
  } else if (goesOn || location.hash === top.below) {
    // An entry that is as the one below it, since its edit was taken back by hand, is used anew.
    history.replaceState(null, '', fragment);
    top = { field, time: now, below: top.below };
  } else {
    history.pushState(null, '', fragment);
    top = { field, time: now, below };
  }
}
