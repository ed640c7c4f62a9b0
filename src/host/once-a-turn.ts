/**
 * Answers that serve all who ask the same before anything else happens: nobody was told of a change
 * meanwhile. Many monitors are due at the same moment, and what one of them found is as new for the
 * others.
 */
export class OnceATurn<Answer> {
  readonly #answers = new Map<string, Answer>();

  answer(question: string, ask: () => Answer): Answer {
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const answer = ask();
    if (this.#answers.size === 0) queueMicrotask(() => this.#answers.clear());
    this.#answers.set(question, answer);
    return answer;
  }
}

/** What is done once for all who come before anything else happens. */
export class FirstOfTurn {
  #isOver = false;

  /** True for the first who asks in a turn. */
  begins(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    queueMicrotask(() => {
      this.#isOver = false;
    });
    return true;
  }
}
