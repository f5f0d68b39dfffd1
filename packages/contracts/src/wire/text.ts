import { z } from 'zod'

/** Bounded text that PostgreSQL can hold: no NUL, no half of a surrogate pair. */
export function text(lengthMax: number): z.ZodString {
  return z.string().max(lengthMax).refine(isStorable, 'contains a character that cannot be stored')
}

function isStorable(value: string): boolean {
  return !value.includes('\u0000') && value.isWellFormed()
}

const nameLengthMax = 255
const descriptionLengthMax = 5_000

export const name = text(nameLengthMax)
export const description = text(descriptionLengthMax)
/** An id of ours, or one that a caller gave (`external_id`, `lookup_key`). */
export const identifier = text(nameLengthMax).min(1)

/** An e-mail address as far as a machine can tell; empty where there is none. */
export const emailAddress = text(320).refine(
  (address) => address === '' || /^[^\s@]+@[^\s@]+$/.test(address),
  'must be an e-mail address',
)

const identifiersMax = 1_000

/** A bounded list of ids to search by. */
export const identifiers = z.array(identifier).max(identifiersMax)
