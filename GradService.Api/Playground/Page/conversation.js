// One question at a time: what is typed while an answer is on its way replaces the question, and the old one is given up.

const pause = 30;
const patience = 400;

export class Conversation {
  #controller = null;
  #timer = 0;
  #slow = 0;

  /**
   * @param ask called with a signal; does what the question needs.
   * @param tell called with "asking", "slow", "done" or "cancelled".
   */
  constructor(ask, tell) {
    this.ask = ask;
    this.tell = tell;
  }

  /** Asks as soon as nothing more is typed. */
  askSoon() {
    this.#giveUp();
    this.tell('asking');
    this.#timer = setTimeout(() => this.#askNow(), pause);
  }

  cancel() {
    if (this.#controller) {
      this.#giveUp();
      this.tell('cancelled');
    }
  }

  #giveUp() {
    clearTimeout(this.#timer);
    clearTimeout(this.#slow);
    this.#controller?.abort();
    this.#controller = null;
  }

  async #askNow() {
    const controller = this.#controller = new AbortController();
    this.#slow = setTimeout(() => this.tell('slow'), patience);
    try {
      await this.ask(controller.signal);
    } catch (error) {
      if (!controller.signal.aborted) {
        throw error;
      }
    } finally {
      if (this.#controller === controller) {
        clearTimeout(this.#slow);
        this.#controller = null;
        this.tell('done');
      }
    }
  }
}
