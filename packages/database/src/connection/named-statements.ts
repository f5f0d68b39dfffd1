import { createHash } from 'node:crypto'

/**
 * At the beginning of a statement, or behind its `select`: it is never named. Its best plan depends on its arguments,
 * as on the length of an array, and PostgreSQL would in time choose one plan for all of them.
 */
export const plannedAnew = '/* planned anew */'

/**
 * Gives a statement that comes again a name, so that PostgreSQL parses and plans it once a connection
 * (half the CPU of a short read, measured). Searches with free filters make ever new texts, so a text
 * is named at its fifth use only and the number of names is bounded: the rule of pgjdbc's prepareThreshold.
 */
export function createStatementNames(): (text: string) => string | undefined {
  const uses = new Map<string, number>()
  const names = new Map<string, string>()
  return (text) => {
    if (text.startsWith(plannedAnew) || text.startsWith(`select ${plannedAnew}`)) return undefined
    const name = names.get(text)
    if (name !== undefined) return name
    const count = (uses.get(text) ?? 0) + 1
    uses.delete(text)
    uses.set(text, count)
    if (uses.size > textsCountedMax) forgetOldest(uses)
    if (count < namedAtUse || names.size >= namesMax) return undefined
    const made = createHash('sha1').update(text).digest('base64url')
    names.set(text, made)
    uses.delete(text)
    return made
  }
}

const namedAtUse = 5
const namesMax = 256
const textsCountedMax = 1_024

function forgetOldest(uses: Map<string, number>): void {
  const oldest = uses.keys().next()
  if (!oldest.done) uses.delete(oldest.value)
}
