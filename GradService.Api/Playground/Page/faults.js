// Shows errors at the controls that caused them.

import { element, newId } from './elements.js';

/** Takes all errors away. */
export function clearFaults(form) {
  form.querySelectorAll('.fault').forEach(message => message.remove());
  form.querySelectorAll('[aria-invalid]').forEach(control => {
    control.removeAttribute('aria-invalid');
    control.removeAttribute('aria-describedby');
  });
}

/**
 * Puts messages, by path, at their controls: at that of the path, or of the nearest path around it.
 * @returns the errors in order, each with its control or, where none stands for the path, with null.
 */
export function showFaults(form, errors) {
  clearFaults(form);
  return Object.entries(errors).map(([path, messages]) => {
    const control = controlOf(form, path);
    const message = messages.join(' ');
    if (control) {
      const id = newId();
      control.setAttribute('aria-invalid', 'true');
      control.setAttribute('aria-describedby', [control.getAttribute('aria-describedby'), id].filter(each => each).join(' '));
      control.closest('details')?.setAttribute('open', '');
      (control.closest('.field, .check') ?? control).after(element('p', { class: 'fault', id }, message));
    }

    return { path, message, control };
  });
}

function controlOf(form, path) {
  const controls = [...form.querySelectorAll('[data-path]')];
  for (let part = path; part !== ''; part = part.slice(0, Math.max(part.lastIndexOf('.'), part.lastIndexOf('['), 0))) {
    const found = controls.find(control => control.getAttribute('data-path') === part || control.getAttribute('data-also') === part);
    if (found) {
      return found;
    }
  }

  return null;
}
