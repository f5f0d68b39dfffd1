import type { Answer, ApiClient } from '../api-client.ts'

/** What callers were answered, and whether it was right. */
export interface TrafficBook {
  /** From now on answers count to this chapter. */
  chapter(name: string): void
  /** How often each operation was answered with each status, by chapter: `{ rolling: { 'event 202': 12 } }`. */
  answers(): Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Answers that were not to their question, as text. */
  wrong(): readonly string[]
  /** Sends the request and writes its answer down; undefined where nothing was promised. */
  ask(operation: string, ...call: Parameters<ApiClient['call']>): Promise<Answer | undefined>
  expectSame(operation: string, got: unknown, wanted: unknown): void
}

export function createTrafficBook(api: ApiClient): TrafficBook {
  const answers: Record<string, Record<string, number>> = {}
  const wrong: string[] = []
  let chapter = 'before'
  const note = (what: string): void => {
    const ofChapter = answers[chapter] ?? {}
    answers[chapter] = ofChapter
    ofChapter[what] = (ofChapter[what] ?? 0) + 1
  }
  return {
    chapter(name) {
      chapter = name
    },
    answers: () => answers,
    wrong: () => wrong,
    async ask(operation, ...call) {
      try {
        const answer = await api.call(...call)
        note(`${operation} ${answer.status}`)
        if (answer.status >= 500 && answer.headers.get('retry-after') === null) {
          wrong.push(`${operation}: ${answer.status} without Retry-After`)
        }
        return answer.status < 300 ? answer : undefined
      } catch (error) {
        note(`${operation} ${String(error)}`)
        return undefined
      }
    },
    expectSame(operation, got, wanted) {
      if (got === wanted) return
      wrong.push(`${operation}: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`)
    },
  }
}
