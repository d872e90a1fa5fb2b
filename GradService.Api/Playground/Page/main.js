// The page: a state, the form that changes it, and what the service answers to it.

import { Conversation } from './conversation.js';
import { codeTabs, copyButton } from './copying.js';
import { element } from './elements.js';
import { clearFaults, showFaults } from './faults.js';
import { showFindings } from './findings.js';
import { focusControl, isTyped, showForm } from './form.js';
import { record, settle } from './history.js';
import { variantName } from './modes.js';
import { StoredPicker } from './picker.js';
import { fetchPicture, whenPictureMustChange } from './picture.js';
import { firstPreset, named, ownGroup } from './presets.js';
import { Unfinished, requestOf } from './request.js';
import { Refusal, addressOf, get, key, messageOf, post } from './service.js';
import { fromFragment, presetOf, toFragment } from './state.js';
import { orNull, pageSize, storedNetworks, storedState } from './stored.js';
import { gradientSummary, objectiveSummary, pointTable } from './tables.js';

const at = id => document.getElementById(id);
const [form, results, picture, status] = ['form', 'results', 'picture', 'status'].map(at);

let state = null;
let capabilities = null;
let openings = 0;
let picker = null;

const say = text => status.textContent = text;
const showCode = codeTabs(at('code'), say);
const conversation = new Conversation(ask, tell);

async function ask(signal) {
  let request;
  try {
    request = requestOf(state, capabilities);
    showCode(addressOf(request.path), request.body, key.get() !== '');
    const started = performance.now();
    const [answer, drawn] = await Promise.all([
      post(request.path, request.body, signal).then(response => response.json()),
      fetchPicture(picture, request.picture, signal).catch(notDrawn),
    ]);
    showAnswer(request, answer, drawn, performance.now() - started);
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }

    showRefusal(error);
  }
}

/** What cannot be drawn can still be answered; what cannot be answered is told with the answer. */
function notDrawn(error) {
  if (error instanceof Refusal) {
    return element('p', { class: 'note' }, error.message);
  }

  throw error;
}

function showAnswer({ body, picture: { of } }, answer, drawn, time) {
  const isLoss = of === 'objectives';
  const names = isLoss
    ? answer.results.map(({ variant }) => `${variant.letter ? `${variant.letter}: ` : ''}${variantName(variant)}`)
    : body.compare.map(({ mode, kind }) => `${mode}, ${kind}`);
  clearFaults(form);
  at('refusal').hidden = true;
  picture.replaceChildren(drawn);
  const counts = showFindings(at('findings'), answer, names);
  const open = at('numbers').querySelector('details')?.open;
  const points = isLoss ? null : element('details', { open }, element('summary', {}, `Every point (${body.inputs.length})`));
  at('numbers').replaceChildren(isLoss ? objectiveSummary(answer, names) : gradientSummary(answer, names), points ?? '');
  const fill = () => points.childElementCount === 1 && points.open && points.append(pointTable(answer, body.inputs, names));
  points?.addEventListener('toggle', fill);
  const counted = (count, word) => `${count} ${word}${count === 1 ? '' : 's'}`;
  say(`${counted(names.length, 'answer')}, ${counted(counts.warning, 'warning')}, ${counted(counts.info, 'remark')}, in ${Math.round(time)} ms`);
}

function showRefusal(error) {
  const isKnown = error instanceof Refusal || error instanceof Unfinished;
  const faults = showFaults(form, isKnown ? error.errors : {});
  const told = error instanceof Unfinished ? null : messageOf(error);
  const list = faults.map(({ path, message, control }) => element('li', {},
    control ? element('button', { type: 'button', class: 'to-fault', onclick: () => control.focus() }, path) : element('code', {}, path), ` ${message}`));
  at('refusal').replaceChildren(
    element('strong', {}, error instanceof Refusal ? error.title : error instanceof Unfinished ? error.message : 'No answer.'),
    list.length > 0 ? element('ul', {}, list) : element('p', {}, told));
  at('refusal').hidden = false;
  at('answer').classList.add('stale');
  at('answer').hidden = picture.childElementCount === 0;
  at('again').hidden = faults.length > 0;
  say('Refused: see below.');
  if (error.status === 401) {
    askForKey();
  }
}

/** "asking", "slow", "done" or "cancelled". */
function tell(what) {
  const isBusy = what === 'asking' || what === 'slow';
  results.setAttribute('aria-busy', isBusy);
  at('cancel').hidden = what !== 'slow';
  if (what === 'asking') {
    at('again').hidden = true;
    at('answer').hidden = false;
    at('answer').classList.remove('stale');
  } else if (what === 'slow') {
    at('answer').classList.add('stale');
    say('Computing…');
  } else if (what === 'cancelled') {
    at('again').hidden = false;
    at('again').focus();
    say('Cancelled. What is shown is the answer before.');
  } else if (at('refusal').hidden) {
    at('answer').classList.remove('stale');
  }
}

/** Asks about the state, whose fragment the address has by now. */
function changed() {
  at('broken-link').hidden = true;
  markPreset();
  conversation.askSoon();
}

/** What is still being opened would undo the edit. */
function edited() {
  const control = document.activeElement;
  openings++;
  record(toFragment(state), isTyped(control) ? control.getAttribute('data-key') : null);
  changed();
}

/** The focus stays where it was in the form; where that control is gone it begins anew. */
function start(newState, enter) {
  state = newState;
  const focused = form.contains(document.activeElement) ? document.activeElement.getAttribute('data-key') ?? '' : null;
  showForm(form, state, capabilities, edited);
  if (focused !== null && !focusControl(form, focused)) {
    form.querySelector('summary').focus();
  }

  enter(toFragment(state));
  changed();
}

/** As the link to the results has it. */
const isPlace = hash => at(hash.slice(1)) !== null;

/** Starts with what is loaded, and enters it in the history, unless something else is to be opened meanwhile; whether it did. */
async function open(load, enter) {
  const opening = ++openings;
  results.setAttribute('aria-busy', 'true');
  try {
    const opened = await load();
    if (opening === openings) {
      start(opened, enter);
      return true;
    }
  } catch (error) {
    if (opening === openings) {
      throw error;
    }
  }

  return false;
}

/** Opens what the address stands for; where that is nothing the first preset, and the page says so. */
async function openLinked() {
  const hasNoLink = location.hash.length <= 1 || isPlace(location.hash);
  const linked = fromFragment(location.hash);
  if (await open(async () => await linked ?? firstPreset.load(), settle)) {
    at('broken-link').hidden = hasNoLink || await linked !== null;
  }
}

/** Opens what is chosen on the page, which is an edit. */
const choose = load => open(load, fragment => record(fragment, null)).catch(notOpened);

function notOpened(error) {
  results.setAttribute('aria-busy', 'false');
  showRefusal(error);
}

function markPreset() {
  const id = presetOf(state);
  const current = named.find(each => each.id === id)?.of ?? id;
  document.querySelectorAll('[data-preset]').forEach(button => button.setAttribute('aria-pressed', button.dataset.preset === current));
  picker?.mark(state.network.id ?? null);
}

function showPresets(group) {
  at('presets').append(element('section', { 'aria-label': group.name },
    element('h2', {}, group.name),
    element('div', { class: 'preset-list' }, group.presets.map(preset => element('button', {
      type: 'button', 'data-preset': preset.id, 'aria-pressed': 'false', onclick: () => capabilities && choose(preset.load),
    }, element('b', {}, preset.name), element('small', {}, preset.about))))));
}

function askForKey() {
  at('key').hidden = false;
  at('key-text').focus();
}

/** What the service knows makes the form; without it there is none. */
async function begin() {
  try {
    capabilities = await get('v1/capabilities');
    await openLinked();
    const stored = await orNull(storedNetworks(pageSize));
    if (stored?.items.length > 0) {
      picker = new StoredPicker(stored, id => choose(() => storedState(id)));
      at('presets').append(picker.section);
      markPreset();
    }
  } catch (error) {
    notOpened(error);
  }
}

const again = () => state ? conversation.askSoon() : begin();

at('cancel').addEventListener('click', () => conversation.cancel());
at('again').addEventListener('click', again);
at('link').replaceChildren(copyButton('Copy link', () => location.href, say));
at('key-text').value = key.get();
at('key').hidden = key.get() === '';
at('key').addEventListener('submit', event => {
  event.preventDefault();
  key.set(at('key-text').value.trim());
  again();
});
form.addEventListener('submit', event => event.preventDefault());
document.addEventListener('keydown', event => event.key === 'Escape' && conversation.cancel());
document.querySelector('.skip').addEventListener('click', event => {
  // A place on the page is no entry of the history, all of which are edits.
  event.preventDefault();
  at('results-title').focus();
});
// Back, Forward, and a link that is opened in place of this one.
addEventListener('hashchange', () => {
  if (state && !isPlace(location.hash)) {
    openLinked().catch(notOpened);
  }
});
whenPictureMustChange(picture, () => state && conversation.askSoon());
showPresets(ownGroup);
begin();
