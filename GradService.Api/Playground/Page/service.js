// Talks to the service that the page came from, wherever that is served.

const keyName = 'gradservice-key';

/** The key of this tab; it is kept no longer than the tab, and stands in no link. */
export const key = {
  get: () => sessionStorage.getItem(keyName) ?? '',
  set: value => value ? sessionStorage.setItem(keyName, value) : sessionStorage.removeItem(keyName),
};

/** The service said no, and why. */
export class Refusal extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `The service answered ${status}.`);
    this.status = status;
    this.title = problem.title ?? `Status ${status}`;
    this.errors = problem.errors ?? {};
  }
}

/** What to say of an error on the way to an answer. */
export const messageOf = error => error instanceof Refusal ? error.message : `The service cannot be reached: ${error.message}.`;

/** The address of a path of the service, also below a path of a proxy's. */
export const addressOf = path => new URL(path, document.baseURI.split('#')[0]).href;

export async function send(path, options) {
  const headers = { ...options.headers, ...key.get() ? { 'X-Api-Key': key.get() } : {} };
  const answer = await fetch(addressOf(path), { ...options, headers });
  if (answer.ok) {
    return answer;
  }

  const isProblem = answer.headers.get('Content-Type')?.includes('json');
  throw new Refusal(answer.status, isProblem ? await answer.json() : {});
}

export const get = async path => (await send(path, {})).json();

export const post = (path, body, signal) => send(path, {
  method: 'POST', body: JSON.stringify(body), signal, headers: { 'Content-Type': 'application/json' },
});
