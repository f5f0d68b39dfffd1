/** Asks about a key, together with whoever else asks about it at that time. */
export type Ask<Question, Answer> = (key: string, question: Question) => Promise<Answer>

/**
 * Those who ask about one key while an earlier round about it is under way share the next one. So a single asker
 * waits for nobody, many at once cost one round trip after another instead of one each, and no answer is older
 * than its question: a round begins after all its askers have come.
 *
 * @param ask gives the answers in the order of the questions. It must never fail
 */
export function createRounds<Question, Answer>(
  ask: (key: string, questions: readonly Question[]) => Promise<readonly Answer[]>,
): Ask<Question, Answer> {
  const waiting = new Map<string, Asker<Question, Answer>[]>()

  async function run(key: string, first: Asker<Question, Answer>): Promise<void> {
    let askers = [first]
    waiting.set(key, askers)
    // Whoever comes in the same step is of the first round, too.
    await undefined
    while (askers.length > 0) {
      const next: Asker<Question, Answer>[] = []
      waiting.set(key, next)
      const answers = await ask(
        key,
        askers.map(({ question }) => question),
      )
      for (const [index, answer] of answers.entries()) askers[index]?.resolve(answer)
      askers = next
    }
    waiting.delete(key)
  }

  return (key, question) =>
    new Promise((resolve) => {
      const asker = { question, resolve }
      const next = waiting.get(key)
      if (next === undefined) void run(key, asker)
      else next.push(asker)
    })
}

interface Asker<Question, Answer> {
  readonly question: Question
  readonly resolve: (answer: Answer) => void
}
