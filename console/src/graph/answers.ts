/** More answers than this are not kept: a screen that hangs on a wall for weeks asks ever other questions. */
const MOST = 50;

/** The last answers, by their questions, so that a view that is opened again shows at once. */
export class Answers {
  private readonly kept = new Map<string, unknown>();

  get(question: string): unknown {
    return this.kept.get(question);
  }

  keep(question: string, answer: unknown): void {
    this.kept.delete(question);
    this.kept.set(question, answer);
    if (this.kept.size > MOST) this.kept.delete(this.kept.keys().next().value!);
  }
}
