import type { Scoped } from '../connection/connection.ts'

/** A handle that does the same, and counts its statements. */
export function countingStatements(scoped: Scoped): {
  readonly scoped: Scoped
  readonly count: () => number
} {
  let statements = 0
  const db = scoped.db.withPlugin({
    transformQuery: ({ node }) => {
      statements++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { scoped: { ...scoped, db }, count: () => statements }
}
