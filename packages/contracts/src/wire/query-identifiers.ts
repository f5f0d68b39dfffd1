import { z } from 'zod'
import { identifiers } from './text.ts'

/** A list of ids in a query string: `ids=a&ids=b`; one alone arrives as a text. */
export const queryIdentifiers = queryList((given) => [given])

/** The same of our own ids, which have no comma in them: some clients send a list as one text, `ids=a,b`. */
export const queryIds = queryList((given) => given.split(','))

/** A list of choices, sent as ids are. */
export function queryChoices<const Choice extends string>(choices: readonly Choice[]) {
  const items = { type: 'string', enum: [...choices] }
  return queryIds.pipe(z.array(z.enum(choices)).max(choicesMax)).meta({ type: 'array', items })
}

/** Each may be said twice. */
const choicesMax = 50

function queryList(ofText: (given: string) => string[]) {
  const sent = z.custom<string | string[]>().meta({ type: 'array', items: { type: 'string' } })
  return z
    .codec(sent, identifiers, {
      decode: (given) => (typeof given === 'string' ? ofText(given) : given),
      encode: (ids) => [...ids],
    })
    .meta({ type: 'array', items: { type: 'string' } })
}
