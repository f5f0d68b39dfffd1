import { z } from 'zod'
import { identifiers } from './text.ts'

/** A list of ids in a query string: `ids=a&ids=b`; one alone arrives as a text. */
export const queryIdentifiers = z
  .codec(z.custom<string | string[]>().meta({ type: 'array', items: { type: 'string' } }), identifiers, {
    decode: (given) => (typeof given === 'string' ? [given] : given),
    encode: (ids) => [...ids],
  })
  .meta({ type: 'array', items: { type: 'string' } })

/** The same of our own ids, which have no comma in them: some clients send a list as one text, `ids=a,b`. */
export const queryIds = z
  .codec(z.custom<string | string[]>().meta({ type: 'array', items: { type: 'string' } }), identifiers, {
    decode: (given) => (typeof given === 'string' ? given.split(',') : given),
    encode: (ids) => [...ids],
  })
  .meta({ type: 'array', items: { type: 'string' } })
