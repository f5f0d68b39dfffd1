import { type IdKind, idPrefixes } from '@flexprice/database/connection'
import { CodedError } from '@flexprice/domain'

/**
 * An id of another kind does not exist as one of this kind; the answer says which kind it is, as that
 * is what went wrong. Ids without one of our prefixes are left to the look-up.
 *
 * @throws not_found
 */
export function expectIdOf(kind: IdKind, id: string): void {
  const prefix = id.slice(0, Math.max(0, id.indexOf('_')))
  const other = Object.entries(idPrefixes).find(([, known]) => known === prefix)?.[0]
  if (other === undefined || other === kind) return
  const [wanted, given] = [words(kind), words(other)]
  throw new CodedError('not_found', `${id} is the id of ${given}, not of ${wanted}`, { details: { id } })
}

/** `lineItem` as people say it: a line item. */
function words(kind: string): string {
  const article = /^[aei]/.test(kind) ? 'an' : 'a'
  return `${article} ${kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`
}
