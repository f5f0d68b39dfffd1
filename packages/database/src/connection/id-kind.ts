import { CodedError } from '@flexprice/domain'
import { type IdKind, idPrefixes } from './ids.ts'

/**
 * An id of another kind does not exist as one of this kind; the answer, `not_found`, says which kind it is, as that is
 * what went wrong. Ids without one of our prefixes are left to the look-up.
 */
export function otherKindRefusal(kind: IdKind, id: string): CodedError | undefined {
  const prefix = id.slice(0, Math.max(0, id.indexOf('_')))
  const other = Object.entries(idPrefixes).find(([, known]) => known === prefix)?.[0]
  if (other === undefined || other === kind) return undefined
  const [wanted, given] = [words(kind), words(other)]
  return new CodedError('not_found', `${id} is the id of ${given}, not of ${wanted}`, { details: { id } })
}

/** `lineItem` as people say it: a line item. */
function words(kind: string): string {
  const article = /^[aei]/.test(kind) ? 'an' : 'a'
  return `${article} ${kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`
}
