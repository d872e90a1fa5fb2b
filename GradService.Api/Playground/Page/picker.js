// The stored networks, folded away: a summary that says how many there are and which one is open, and below it a search over a list. The list is
// a grid as ARIA has it, one stop of Tab: arrows, Home and End go through it, Enter opens a network, Delete deletes it, Escape folds the list up.

import { element, newId } from './elements.js';
import { aboutOf, isFound, shortId, titleOf } from './listing.js';
import { messageOf } from './service.js';
import { deleteStored, storedNetworks } from './stored.js';

const number = value => value.toLocaleString('en');

/** The columns of the list. */
const [opening, deleting] = [0, 1];

export class StoredPicker {
  #rows = [];
  /** The row that has the list's stop of Tab. */
  #active = null;
  #openId = null;
  #listings = 0;

  #summary = element('summary', {});
  #count = element('p', { class: 'note', 'aria-live': 'polite' });
  #trouble = element('p', { class: 'fault', 'aria-live': 'assertive' });
  #grid = element('div', { class: 'stored-list', role: 'grid', 'aria-label': 'Networks', onkeydown: event => this.#step(event) });
  #search = element('input', {
    id: newId(), type: 'text', autocomplete: 'off', spellcheck: 'false', oninput: () => this.#filter(), onkeydown: event => this.#enterList(event),
  });
  #rest = element('p', { class: 'note' });
  #details = element('details', { class: 'stored', ontoggle: () => this.#toggled() }, this.#summary,
    element('div', { class: 'stored-panel' },
      element('p', { class: 'note' },
        'Asked about with their stored parameters; once you edit the network it is a plain spec, whose parameters are drawn from its seed.'),
      element('div', { class: 'field' }, element('label', { for: this.#search.id }, 'Search by name, start of the id, or shape like 1 → 1'), this.#search),
      this.#count, this.#rest, this.#trouble, this.#grid));

  /**
   * @param listing what is listed before the list is unfolded: see storedNetworks.
   * @param open called with the id of the network that is picked.
   */
  constructor(listing, open) {
    this.open = open;
    this.section = element('section', { 'aria-label': 'Stored networks' }, this.#details);
    this.#details.addEventListener('keydown', event => this.#foldAtEscape(event));
    this.#details.addEventListener('focusout', event => this.#foldUnless(event.relatedTarget ?? this.#details));
    document.addEventListener('pointerdown', event => this.#foldUnless(event.target));
    this.#show(listing);
  }

  /** Which network is open; null where it is none of these. */
  mark(id) {
    this.#openId = id;
    this.#rows.forEach(row => row.buttons[opening].setAttribute('aria-pressed', row.network.id === id));
    const open = this.#rows.find(row => row.network.id === id);
    this.#summary.querySelector('small').textContent = open ? `open: ${titleOf(open.network)}` : '';
  }

  /** The network that was stored last comes first. The focus stays in the list if it was there, also where its row is gone. */
  #show({ items, isAll }) {
    const { network, buttons } = this.#active ?? {};
    const [place, column] = [this.#shown().indexOf(this.#active), buttons?.indexOf(document.activeElement) ?? -1];
    const now = Date.now();
    this.#rows = items.toReversed().map(each => this.#row(each, now));
    this.#grid.replaceChildren(...this.#rows.map(row => row.element));
    this.#summary.replaceChildren(element('b', {}, `Stored networks: ${isAll ? '' : 'more than '}${number(items.length)}`), ' ', element('small', {}));
    this.#rest.textContent = isAll ? ''
      : `Only the first ${number(items.length)} that were stored are listed: #preset= and an id in the address opens any other.`;
    this.mark(this.#openId);
    this.#filter();
    if (column >= 0) {
      const shown = this.#shown();
      this.#focus(shown.find(row => row.network.id === network.id) ?? shown[Math.min(place, shown.length - 1)], column);
    }
  }

  #row(network, now) {
    const title = titleOf(network);
    const row = { network };
    row.buttons = [
      element('button', { type: 'button', class: 'stored-name', tabindex: '-1', 'aria-pressed': 'false', onclick: () => this.#pick(row) },
        element('b', {}, title), element('small', {}, aboutOf(network, now))),
      element('button', {
        type: 'button', class: 'sign', tabindex: '-1', title: 'Delete', 'aria-label': `Delete ${title}, ${shortId(network)}`,
        onclick: () => this.#delete(row),
      }, '×'),
    ];
    row.element = element('div', { role: 'row' }, row.buttons.map(button => element('div', { role: 'gridcell' }, button)));
    return row;
  }

  #shown = () => this.#rows.filter(row => !row.element.hidden);

  #filter() {
    this.#rows.forEach(row => row.element.hidden = !isFound(row.network, this.#search.value));
    const found = this.#shown();
    this.#grid.hidden = found.length === 0;
    this.#count.textContent = `${number(found.length)} of ${number(this.#rows.length)}`;
    this.#activate(found.find(row => row.network.id === this.#active?.network.id) ?? found.find(row => row.network.id === this.#openId) ?? found[0]);
  }

  #activate(row, column = opening) {
    this.#active?.buttons.forEach(button => button.tabIndex = -1);
    this.#active = row ?? null;
    if (row) {
      row.buttons[column].tabIndex = 0;
    }
  }

  /** Where there is no row, the search. */
  #focus(row, column = opening) {
    this.#activate(row, column);
    (row?.buttons[column] ?? this.#search).focus();
  }

  #enterList(event) {
    if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      this.#focus(this.#active);
    }
  }

  #step(event) {
    const shown = this.#shown();
    const place = shown.findIndex(each => each.buttons.includes(event.target));
    const column = shown[place].buttons.indexOf(event.target);
    const row = { ArrowDown: Math.min(place + 1, shown.length - 1), ArrowUp: place - 1, Home: 0, End: shown.length - 1 }[event.key];
    const to = { ArrowRight: deleting, ArrowLeft: opening }[event.key];
    if (row !== undefined || to !== undefined) {
      event.preventDefault();
      this.#focus(shown[row ?? place], to ?? column);
    } else if (event.key === 'Delete') {
      this.#delete(shown[place]);
    }
  }

  #pick(row) {
    this.#activate(row);
    this.#fold();
    this.open(row.network.id);
  }

  async #delete(row) {
    this.#focus(row, deleting);
    if (!confirm(`Delete ${titleOf(row.network)} (${shortId(row.network)}) from the service? Whoever asks about it by its id is refused then.`)) {
      return;
    }

    try {
      await deleteStored(row.network.id);
      this.#trouble.textContent = '';
      await this.#refresh();
    } catch (error) {
      this.#trouble.textContent = messageOf(error);
    }
  }

  /** What the service has now. */
  async #refresh() {
    const listing = ++this.#listings;
    const stored = await storedNetworks();
    if (listing === this.#listings) {
      this.#show(stored);
    }
  }

  #toggled() {
    if (this.#details.open) {
      this.#refresh().catch(error => this.#trouble.textContent = messageOf(error));
    } else {
      this.#search.value = this.#trouble.textContent = '';
      this.#filter();
    }
  }

  #fold() {
    this.#details.open = false;
    this.#summary.focus();
  }

  #foldAtEscape(event) {
    if (event.key === 'Escape' && this.#details.open) {
      event.stopPropagation();
      this.#fold();
    }
  }

  #foldUnless(goesTo) {
    if (!this.#details.contains(goesTo)) {
      this.#details.open = false;
    }
  }
}
