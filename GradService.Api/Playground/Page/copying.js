// The request to copy, in one language or another, and the link.

import { languages } from './code.js';
import { element, newId } from './elements.js';

/** Copies a text, also where the page came without TLS and the browser has no clipboard for it. */
async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }

  const area = element('textarea', { class: 'unseen', 'aria-hidden': 'true' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}

/** A button that copies what is then there, and says so for a while. */
export function copyButton(words, text, say) {
  const button = element('button', {
    type: 'button', onclick: async () => {
      await copy(text());
      button.textContent = 'Copied';
      say(`${words}: copied.`);
      setTimeout(() => button.textContent = words, 1500);
    },
  }, words);
  return button;
}

/** Tabs with the request in each language; returns what puts another request there. */
export function codeTabs(place, say) {
  let request = null;
  const panel = element('pre', { id: newId(), role: 'tabpanel', tabindex: '0' }, element('code', {}));
  const tabs = languages.map((language, i) => element('button', {
    type: 'button', role: 'tab', id: newId(), 'aria-controls': panel.id, onclick: () => choose(i),
    onkeydown: event => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) {
        choose((i + step + languages.length) % languages.length);
        tabs[(i + step + languages.length) % languages.length].focus();
      }
    },
  }, language.name));
  let chosen = 0;
  const code = panel.firstChild;
  const show = () => code.textContent = request ? languages[chosen].write(...request) : '';
  const choose = index => {
    chosen = index;
    tabs.forEach((tab, i) => {
      tab.setAttribute('aria-selected', i === index);
      tab.tabIndex = i === index ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', tabs[index].id);
    show();
  };
  choose(0);
  place.replaceChildren(
    element('div', { class: 'code-head' },
      element('div', { role: 'tablist', 'aria-label': 'Language' }, tabs), copyButton('Copy', () => code.textContent, say)),
    panel);
  return (...now) => {
    request = now;
    show();
  };
}
